/**
 * Reads a script into its tree before anything runs, and refuses what the reader does not know: files in redirections,
 * here-documents, backquotes, unknown programs (threats.md L3).
 */
import {parseWord, type WordParser} from './parse-word.ts';
import {
	type Command,
	type List,
	literalOf,
	type Pipeline,
	type Redirect,
	Refusal,
	type Step,
	type Word,
} from './script.ts';

const longestScript = 256 * 1024;
const deepest = 60;

export const parseScript = (text: string): List => {
	if (text.length > longestScript) throw new Refusal('the line is too long');
	const cursor: Cursor = {text, at: 0, depth: 0};
	const list = parseList(cursor, []);
	if (cursor.at < text.length) throw unexpected(cursor);
	return list;
};

type Cursor = {readonly text: string; at: number; depth: number};

const reserved = [
	'if',
	'then',
	'elif',
	'else',
	'fi',
	'while',
	'until',
	'do',
	'done',
	'for',
	'case',
	'esac',
	'{',
	'}',
	'!',
];

const unexpected = ({text, at}: Cursor) =>
	new Refusal(`syntax error near ${JSON.stringify(text.slice(at, at + 20) || 'the end')}`);

const starts = ({text, at}: Cursor, what: string) => text.startsWith(what, at);

const skipBlanks = (cursor: Cursor): void => {
	for (;;) {
		const letter = cursor.text[cursor.at];
		if (letter === ' ' || letter === '\t') cursor.at += 1;
		else if (starts(cursor, '\\\n')) cursor.at += 2;
		else if (letter === '#') {
			const end = cursor.text.indexOf('\n', cursor.at);
			cursor.at = end < 0 ? cursor.text.length : end;
		} else return;
	}
};

const skipNewlines = (cursor: Cursor): void => {
	for (skipBlanks(cursor); cursor.text[cursor.at] === '\n'; skipBlanks(cursor)) cursor.at += 1;
};

const isWordEnd = (letter: string | undefined) => letter === undefined || ' \t\n;&|()<>'.includes(letter);

/** A reserved word in command position. */
const isAt = (cursor: Cursor, word: string): boolean =>
	starts(cursor, word) && isWordEnd(cursor.text[cursor.at + word.length]);

const take = (cursor: Cursor, word: string): void => {
	skipNewlines(cursor);
	if (!isAt(cursor, word)) throw unexpected(cursor);
	cursor.at += word.length;
};

const parseList = (cursor: Cursor, ends: readonly string[]): List => {
	cursor.depth += 1;
	if (cursor.depth > deepest) throw new Refusal('the line is nested too deeply');
	const steps: Step[] = [];
	for (;;) {
		skipNewlines(cursor);
		if (cursor.at >= cursor.text.length || cursor.text[cursor.at] === ')' || starts(cursor, ';;')) break;
		if (ends.some(end => isAt(cursor, end))) break;
		const step = parseStep(cursor);
		skipBlanks(cursor);
		const letter = cursor.text[cursor.at];
		const background = letter === '&' && !starts(cursor, '&&');
		steps.push({...step, background});
		if (background || letter === '\n' || (letter === ';' && !starts(cursor, ';;'))) cursor.at += 1;
		else break;
	}
	skipNewlines(cursor);
	cursor.depth -= 1;
	return steps;
};

const parseStep = (cursor: Cursor): Omit<Step, 'background'> => {
	const first = parsePipeline(cursor);
	const rest: {when: '&&' | '||'; pipeline: Pipeline}[] = [];
	for (;;) {
		skipBlanks(cursor);
		const when = starts(cursor, '&&') ? '&&' : starts(cursor, '||') ? '||' : null;
		if (when === null) return {first, rest};
		cursor.at += 2;
		skipNewlines(cursor);
		rest.push({when, pipeline: parsePipeline(cursor)});
	}
};

const parsePipeline = (cursor: Cursor): Pipeline => {
	skipBlanks(cursor);
	const negated = isAt(cursor, '!');
	if (negated) cursor.at += 1;
	const commands = [parseCommand(cursor)];
	for (skipBlanks(cursor); starts(cursor, '|') && !starts(cursor, '||'); skipBlanks(cursor)) {
		cursor.at += 1;
		skipNewlines(cursor);
		commands.push(parseCommand(cursor));
	}
	return {negated, commands};
};

const parseCommand = (cursor: Cursor): Command => {
	skipBlanks(cursor);
	const compound = parseCompound(cursor);
	if (compound === null) return parseSimple(cursor);
	const redirects: Redirect[] = [];
	for (let next = parseRedirect(cursor); next !== null; next = parseRedirect(cursor)) redirects.push(next);
	return {...compound, redirects};
};

const functionHead = /[A-Za-z_][A-Za-z0-9_]*[ \t]*\([ \t]*\)/y;

const parseCompound = (cursor: Cursor): Command | null => {
	if (starts(cursor, '(')) {
		cursor.at += 1;
		const list = parseList(cursor, []);
		if (!starts(cursor, ')')) throw unexpected(cursor);
		cursor.at += 1;
		return {kind: 'subshell', list, redirects: []};
	}
	const word = compounds.find(([name]) => isAt(cursor, name));
	if (word !== undefined) {
		cursor.at += word[0].length;
		return word[1](cursor);
	}
	functionHead.lastIndex = cursor.at;
	const head = functionHead.exec(cursor.text)?.[0];
	if (head === undefined) return null;
	cursor.at += head.length;
	skipNewlines(cursor);
	return {kind: 'function', name: head.replace(/[ \t]*\(.*$/, ''), body: parseCommand(cursor), redirects: []};
};

const parseIf = (cursor: Cursor): Command => {
	const clauses: {condition: List; body: List}[] = [];
	let otherwise: List | null = null;
	do {
		const condition = parseList(cursor, ['then']);
		take(cursor, 'then');
		clauses.push({condition, body: parseList(cursor, ['elif', 'else', 'fi'])});
		if (!isAt(cursor, 'elif')) break;
		cursor.at += 'elif'.length;
	} while (cursor.at < cursor.text.length);
	if (isAt(cursor, 'else')) {
		cursor.at += 'else'.length;
		otherwise = parseList(cursor, ['fi']);
	}
	take(cursor, 'fi');
	return {kind: 'if', clauses, otherwise, redirects: []};
};

const parseBody = (cursor: Cursor): List => {
	take(cursor, 'do');
	const body = parseList(cursor, ['done']);
	take(cursor, 'done');
	return body;
};

const parseLoop =
	(until: boolean) =>
	(cursor: Cursor): Command => {
		const condition = parseList(cursor, ['do']);
		return {kind: 'loop', until, condition, body: parseBody(cursor), redirects: []};
	};

const parseName = (cursor: Cursor): string => {
	skipBlanks(cursor);
	const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(cursor.text.slice(cursor.at, cursor.at + 100))?.[0];
	if (name === undefined) throw unexpected(cursor);
	cursor.at += name.length;
	return name;
};

const parseFor = (cursor: Cursor): Command => {
	const name = parseName(cursor);
	skipNewlines(cursor);
	let words: Word[] | null = null;
	if (isAt(cursor, 'in')) {
		cursor.at += 2;
		words = [];
		for (skipBlanks(cursor); !isWordEnd(cursor.text[cursor.at]); skipBlanks(cursor))
			words.push(readWord(cursor));
	}
	skipBlanks(cursor);
	if (starts(cursor, ';')) cursor.at += 1;
	return {kind: 'for', name, words, body: parseBody(cursor), redirects: []};
};

const parseCase = (cursor: Cursor): Command => {
	skipBlanks(cursor);
	const word = readWord(cursor);
	take(cursor, 'in');
	const items: {patterns: Word[]; list: List}[] = [];
	for (skipNewlines(cursor); !isAt(cursor, 'esac'); skipNewlines(cursor)) {
		if (starts(cursor, '(')) cursor.at += 1;
		const patterns: Word[] = [];
		for (;;) {
			skipBlanks(cursor);
			patterns.push(readWord(cursor));
			skipBlanks(cursor);
			if (!starts(cursor, '|')) break;
			cursor.at += 1;
		}
		if (!starts(cursor, ')')) throw unexpected(cursor);
		cursor.at += 1;
		items.push({patterns, list: parseList(cursor, ['esac'])});
		if (starts(cursor, ';;')) cursor.at += 2;
	}
	take(cursor, 'esac');
	return {kind: 'case', word, items, redirects: []};
};

const parseGroup = (cursor: Cursor): Command => {
	const list = parseList(cursor, ['}']);
	take(cursor, '}');
	return {kind: 'group', list, redirects: []};
};

const compounds: readonly (readonly [string, (cursor: Cursor) => Command])[] = [
	['if', parseIf],
	['while', parseLoop(false)],
	['until', parseLoop(true)],
	['for', parseFor],
	['case', parseCase],
	['{', parseGroup],
];

const parseSimple = (cursor: Cursor): Command => {
	const assignments: {name: string; word: Word}[] = [];
	const words: Word[] = [];
	const redirects: Redirect[] = [];
	if (reserved.some(word => isAt(cursor, word))) throw unexpected(cursor);
	for (;;) {
		const redirect = parseRedirect(cursor);
		if (redirect !== null) {
			redirects.push(redirect);
			continue;
		}
		if (isWordEnd(cursor.text[cursor.at])) break;
		const name =
			words.length === 0
				? /^([A-Za-z_]\w*)=/.exec(cursor.text.slice(cursor.at, cursor.at + 100))?.[1]
				: undefined;
		if (name === undefined) words.push(readWord(cursor));
		else {
			cursor.at += name.length + 1;
			assignments.push({name, word: isWordEnd(cursor.text[cursor.at]) ? [] : readWord(cursor)});
		}
	}
	if (words.length === 0 && assignments.length === 0 && redirects.length === 0) throw unexpected(cursor);
	return {kind: 'simple', assignments, words, redirects};
};

const wordParser: WordParser = {
	list: (text, at) => {
		const inner: Cursor = {text, at, depth: 1};
		const list = parseList(inner, []);
		if (text[inner.at] !== ')') throw unexpected(inner);
		return {list, end: inner.at + 1};
	},
};

const readWord = (cursor: Cursor): Word => {
	cursor.depth += 1;
	if (cursor.depth > deepest) throw new Refusal('the line is nested too deeply');
	const {word, end} = parseWord(cursor.text, cursor.at, wordParser);
	cursor.depth -= 1;
	if (end === cursor.at) throw unexpected(cursor);
	cursor.at = end;
	return word;
};

/** `>/dev/null`, `2>/dev/null`, `</dev/null`, `2>&1`, `>&2`; a redirection to anything else is refused. */
const parseRedirect = (cursor: Cursor): Redirect | null => {
	skipBlanks(cursor);
	const operator = /^([0-9]*)(<<|<>|<&|>>|>\||>&|<|>)/.exec(cursor.text.slice(cursor.at, cursor.at + 12));
	if (operator === null) return null;
	const [whole, number = '', sign = ''] = operator;
	cursor.at += whole.length;
	skipBlanks(cursor);
	const target = literalOf(readWord(cursor));
	const from = number === '' ? (sign === '<' ? 0 : 1) : Number(number);
	if ((sign === '>' || sign === '>>') && target === '/dev/null' && (from === 1 || from === 2))
		return {from, to: 'null'};
	if (sign === '<' && target === '/dev/null' && from === 0) return {from, to: 'null'};
	if (sign === '>&' && (target === '1' || target === '2') && (from === 1 || from === 2))
		return {from, to: target === '1' ? 1 : 2};
	throw new Refusal(
		`a redirection ${whole}${target ?? ' to a name that is computed'} is not for this lab box`,
	);
};
