/** Words of sh become arguments: parameters, command output, arithmetic, splitting at blanks. No globbing. */
import {arithmetic} from './arithmetic.ts';
import type {List, Part, Word} from './script.ts';
import {Refusal} from './script.ts';

export type Scope = {
	readonly variables: Map<string, string>;
	readonly parameters: readonly string[];
	readonly status: number;
	/** `set -u`. */
	readonly refusesUnset: boolean;
	/** Output of `$(…)`, without its last newlines. */
	readonly outputOf: (list: List) => Promise<string>;
};

const longestText = 8 * 1024 * 1024;

type Piece = {
	readonly text: string;
	readonly splits: boolean;
	readonly literal: boolean;
	readonly breaks?: boolean;
};

/** One text, as in an assignment or a case: nothing is split. */
export const expandText = async (word: Word, scope: Scope): Promise<string> =>
	limited((await pieces(word, scope)).map(({text, breaks}) => (breaks === true ? ' ' : '') + text).join(''));

export const expandWords = async (words: readonly Word[], scope: Scope): Promise<string[]> => {
	const fields: string[] = [];
	for (const word of words) fields.push(...split(await pieces(word, scope)));
	return fields;
};

/** The pattern of a case item as a regular expression: quoted parts stand for themselves. */
export const expandPattern = async (word: Word, scope: Scope): Promise<RegExp> => {
	const source = (await pieces(word, scope))
		.map(({text, literal}) => (literal ? literalSource(text) : globSource(text)))
		.join('');
	return new RegExp(`^${source}$`, 's');
};

const literalSource = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

export const globSource = (glob: string): string =>
	glob.replace(/\[!?[^\]]+\]|[\s\S]/g, part => {
		if (part === '*') return '.*';
		if (part === '?') return '.';
		if (part.length === 1) return literalSource(part);
		const inner = part.slice(1, -1).replace(/^!/, '^').replace(/[\\[]/g, '\\$&');
		return `[${inner}]`;
	});

const pieces = async (word: Word, scope: Scope): Promise<readonly Piece[]> => {
	const all: Piece[] = [];
	for (const part of word) all.push(...(await piecesOf(part, scope)));
	return all;
};

const piecesOf = async (part: Part, scope: Scope): Promise<readonly Piece[]> => {
	switch (part.kind) {
		case 'text':
			return [{text: part.text, splits: false, literal: part.quoted}];
		case 'command':
			return [{text: limited(await scope.outputOf(part.list)), splits: !part.quoted, literal: part.quoted}];
		case 'arithmetic':
			return [
				{text: String(arithmetic(part.text, scope.variables)), splits: !part.quoted, literal: part.quoted},
			];
		case 'parameter':
			if (part.name === '@' && part.change === null)
				return scope.parameters.map((text, index) => ({
					text,
					splits: !part.quoted,
					literal: part.quoted,
					breaks: index > 0,
				}));
			return [{text: await parameter(part, scope), splits: !part.quoted, literal: part.quoted}];
	}
};

const parameter = async (part: Part & {kind: 'parameter'}, scope: Scope): Promise<string> => {
	const value = currentValue(part.name, scope);
	const {change} = part;
	if (change === null) {
		if (value === undefined && scope.refusesUnset) throw new Refusal(`${part.name}: parameter not set`);
		return value ?? '';
	}
	const isMissing = value === undefined || (change.operator.startsWith(':') && value === '');
	switch (change.operator) {
		case 'length':
			return String([...(value ?? '')].length);
		case '-':
		case ':-':
			return isMissing ? expandText(change.word, scope) : (value ?? '');
		case '+':
		case ':+':
			return isMissing ? '' : expandText(change.word, scope);
		default:
			return trimmed(value ?? '', change.operator, await expandPattern(change.word, scope));
	}
};

const trimmed = (value: string, operator: '#' | '##' | '%' | '%%', pattern: RegExp): string => {
	const cuts = Array.from({length: value.length + 1}, (_, index) => index);
	const isFront = operator[0] === '#';
	const wantsLong = operator.length === 2;
	if (isFront === wantsLong) cuts.reverse();
	const cut = cuts.find(at => pattern.test(isFront ? value.slice(0, at) : value.slice(at)));
	return cut === undefined ? value : isFront ? value.slice(cut) : value.slice(0, cut);
};

const currentValue = (name: string, {variables, parameters, status}: Scope): string | undefined => {
	if (name === '?') return String(status);
	if (name === '#') return String(parameters.length);
	if (name === '*' || name === '@') return parameters.join(' ');
	if (name === '0') return 'sh';
	if (/^[1-9]$/.test(name)) return parameters[Number(name) - 1];
	return variables.get(name);
};

/** Unquoted expansions are split at blanks; quoted text holds a field together, even an empty one. */
const split = (all: readonly Piece[]): readonly string[] => {
	const fields: string[] = [];
	let field: string | null = null;
	const close = () => {
		if (field !== null) fields.push(field);
		field = null;
	};
	for (const {text, splits, literal, breaks} of all) {
		if (breaks === true) close();
		if (!splits) {
			if (text !== '' || literal) field = (field ?? '') + text;
			continue;
		}
		for (const [index, run] of text.split(/[ \t\n]+/).entries()) {
			if (index > 0) close();
			if (run !== '') field = (field ?? '') + run;
		}
	}
	close();
	return fields;
};

const limited = (text: string): string => {
	if (text.length > longestText) throw new Refusal('a text grew too long');
	return text;
};
