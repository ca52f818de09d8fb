/** One word of sh: quotes, `$name`, `${…}`, `$(…)`, `$((…))`. Backquotes are refused. */
import {type Change, type List, type Part, Refusal, type Word} from './script.ts';

export type WordParser = {
	/** Reads a list up to its closing parenthesis; `end` is behind it. */
	readonly list: (text: string, at: number) => {readonly list: List; readonly end: number};
};

type Read = {readonly word: Word; readonly end: number};

export const parseWord = (text: string, from: number, parser: WordParser): Read => {
	const parts: Part[] = [];
	let at = from;
	while (at < text.length) {
		const letter = text[at] ?? '';
		if (' \t\n;&|()<>'.includes(letter)) break;
		const next = parsePart(text, at, parser, parts);
		if (next === at) break;
		at = next;
	}
	return {word: parts, end: at};
};

const parsePart = (text: string, at: number, parser: WordParser, parts: Part[]): number => {
	const letter = text[at] ?? '';
	if (letter === "'") {
		const end = text.indexOf("'", at + 1);
		if (end < 0) throw new Refusal('a quote has no end');
		parts.push({kind: 'text', text: text.slice(at + 1, end), quoted: true});
		return end + 1;
	}
	if (letter === '"') return parseDouble(text, at + 1, parser, parts);
	if (letter === '\\') {
		if (text[at + 1] !== '\n') parts.push({kind: 'text', text: text[at + 1] ?? '\\', quoted: true});
		return at + 2;
	}
	if (letter === '$') return parseDollar(text, at, {parser, parts, quoted: false});
	if (letter === '`') throw new Refusal('backquotes are not for this lab box: write $(…)');
	parts.push({kind: 'text', text: letter, quoted: false});
	return at + 1;
};

const parseDouble = (text: string, from: number, parser: WordParser, parts: Part[]): number => {
	parts.push({kind: 'text', text: '', quoted: true});
	let at = from;
	while (at < text.length) {
		const letter = text[at] ?? '';
		if (letter === '"') return at + 1;
		if (letter === '`') throw new Refusal('backquotes are not for this lab box: write $(…)');
		if (letter === '$') at = parseDollar(text, at, {parser, parts, quoted: true});
		else if (letter === '\\' && '$`"\\\n'.includes(text[at + 1] ?? ' ')) {
			if (text[at + 1] !== '\n') parts.push({kind: 'text', text: text[at + 1] ?? '', quoted: true});
			at += 2;
		} else {
			parts.push({kind: 'text', text: letter, quoted: true});
			at += 1;
		}
	}
	throw new Refusal('a quote has no end');
};

type Dollar = {readonly parser: WordParser; readonly parts: Part[]; readonly quoted: boolean};

const plainName = /[A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*]/y;

const parseDollar = (text: string, at: number, {parser, parts, quoted}: Dollar): number => {
	if (text.startsWith('$((', at)) {
		const end = text.indexOf('))', at);
		if (end < 0) throw new Refusal('$(( has no end');
		parts.push({kind: 'arithmetic', text: text.slice(at + 3, end), quoted});
		return end + 2;
	}
	if (text[at + 1] === '(') {
		const {list, end} = parser.list(text, at + 2);
		parts.push({kind: 'command', list, quoted});
		return end;
	}
	if (text[at + 1] === '{') return parseBraces(text, at + 2, {parser, parts, quoted});
	plainName.lastIndex = at + 1;
	const name = plainName.exec(text)?.[0];
	if (name === undefined) parts.push({kind: 'text', text: '$', quoted});
	else parts.push({kind: 'parameter', name, change: null, quoted});
	return at + 1 + (name?.length ?? 0);
};

const braces = /(#)?([A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*])(:[-+]|[-+]|##?|%%?)?/y;

const parseBraces = (text: string, from: number, {parser, parts, quoted}: Dollar): number => {
	braces.lastIndex = from;
	const [whole = '', length, name, operator] = braces.exec(text) ?? [];
	if (name === undefined) throw new Refusal('this form of a parameter is not for this lab box');
	const {word, end} = braceWord(text, from + whole.length, parser);
	const change: Change | null =
		length === '#'
			? {operator: 'length', word: []}
			: operator === undefined
				? null
				: {operator: operator as Change['operator'], word};
	if (change === null && word.length > 0)
		throw new Refusal('this form of a parameter is not for this lab box');
	parts.push({kind: 'parameter', name, change, quoted});
	return end;
};

const braceWord = (text: string, from: number, parser: WordParser): Read => {
	const parts: Part[] = [];
	let at = from;
	while (text[at] !== '}') {
		if (at >= text.length) throw new Refusal('a brace has no end');
		at = parsePart(text, at, parser, parts);
	}
	return {word: parts, end: at + 1};
};
