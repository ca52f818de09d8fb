/** A POSIX sh script as a tree: what the reader understands, and nothing else. */

export type Part =
	| {readonly kind: 'text'; readonly text: string; readonly quoted: boolean}
	| {
			readonly kind: 'parameter';
			readonly name: string;
			readonly change: Change | null;
			readonly quoted: boolean;
	  }
	| {readonly kind: 'command'; readonly list: List; readonly quoted: boolean}
	| {readonly kind: 'arithmetic'; readonly text: string; readonly quoted: boolean};

/** `${name:-word}` and its kin; `#` alone is the length. */
export type Change = {
	readonly operator: '-' | ':-' | '+' | ':+' | '#' | '##' | '%' | '%%' | 'length';
	readonly word: Word;
};

export type Word = readonly Part[];

export type Redirect = {readonly from: 0 | 1 | 2; readonly to: 'null' | 1 | 2};

export type Command = {readonly redirects: readonly Redirect[]} & (
	| {
			readonly kind: 'simple';
			readonly assignments: readonly {readonly name: string; readonly word: Word}[];
			readonly words: readonly Word[];
	  }
	| {readonly kind: 'group' | 'subshell'; readonly list: List}
	| {
			readonly kind: 'if';
			readonly clauses: readonly {readonly condition: List; readonly body: List}[];
			readonly otherwise: List | null;
	  }
	| {readonly kind: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List}
	| {readonly kind: 'for'; readonly name: string; readonly words: readonly Word[] | null; readonly body: List}
	| {
			readonly kind: 'case';
			readonly word: Word;
			readonly items: readonly {readonly patterns: readonly Word[]; readonly list: List}[];
	  }
	| {readonly kind: 'function'; readonly name: string; readonly body: Command}
);

export type Pipeline = {readonly negated: boolean; readonly commands: readonly Command[]};
export type Step = {
	readonly first: Pipeline;
	readonly rest: readonly {readonly when: '&&' | '||'; readonly pipeline: Pipeline}[];
	readonly background: boolean;
};
export type List = readonly Step[];

/** The line is not one that the reader runs. Nothing of it was run. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
}

/** The text of a word without quotes and expansions, or null. */
export const literalOf = (word: Word): string | null =>
	word.every(part => part.kind === 'text')
		? word.map(part => (part.kind === 'text' ? part.text : '')).join('')
		: null;
