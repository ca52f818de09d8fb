/** Other notations of a text, with the way back: secrets are looked for in what a reader would decode. */

export type DecodedView = {
	readonly text: string;
	/** Offset in the text as it was, of a start and of an end in the decoded one. */
	readonly origin: (offset: number) => number;
	readonly originEnd: (offset: number) => number;
};

/** False means that the text has no other notation worth reading. */
export const mayBeEncoded = (text: string): boolean =>
	text.includes('\\') || text.includes('%') || nextRun(text, 0) !== undefined;

export const decodedViews = function* (text: string): Generator<DecodedView> {
	if (text.includes('\\'))
		yield replacedView(text, /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(["'\\/bfnrt]))/g, unescapeJson);
	if (text.includes('%')) yield replacedView(text, /%([0-9A-Fa-f]{2})/g, unescapePercent);
	yield* base64Views(text);
};

const simpleEscapes: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};

const unescapeJson = (match: RegExpExecArray) => {
	const hex = match[1] ?? match[2];
	const simple = match[3] ?? '';
	return hex === undefined
		? (simpleEscapes[simple] ?? simple)
		: String.fromCharCode(Number.parseInt(hex, 16));
};

const unescapePercent = (match: RegExpExecArray) =>
	String.fromCharCode(Number.parseInt(match[1] ?? '20', 16));

/** Each match stands for one character. */
const replacedView = (
	text: string,
	pattern: RegExp,
	decode: (match: RegExpExecArray) => string,
): DecodedView => {
	const decodedAt: number[] = [];
	const originAt: number[] = [];
	let decoded = '';
	let from = 0;
	for (const match of text.matchAll(pattern)) {
		decoded += text.slice(from, match.index);
		decodedAt.push(decoded.length);
		decoded += decode(match);
		from = match.index + match[0].length;
		originAt.push(from);
	}
	const back = (offset: number) => {
		const index = lastBelow(decodedAt, offset);
		const start = decodedAt[index];
		const origin = originAt[index];
		return start === undefined || origin === undefined ? offset : origin + (offset - start - 1);
	};
	return {text: decoded + text.slice(from), origin: back, originEnd: back};
};

/** Index of the last of ascending `values` that is below `limit`, or -1. */
const lastBelow = (values: readonly number[], limit: number) => {
	let low = 0;
	let high = values.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((values[middle] ?? 0) < limit) low = middle + 1;
		else high = middle;
	}
	return low - 1;
};

/** Runs may be glued to other letters, so each of the four alignments is read. */
const base64Views = function* (text: string): Generator<DecodedView> {
	for (let run = nextRun(text, 0); run !== undefined; run = nextRun(text, run[1])) {
		const [start, end] = run;
		const encoded = text.slice(start, end);
		for (let shift = 0; shift < 4; shift++) {
			const decoded = Buffer.from(encoded.slice(shift), 'base64').toString('latin1');
			yield {text: decoded, origin: () => start, originEnd: () => end};
		}
	}
};

const shortestRun = 20;
const longestRun = 4096;

/**
 * The next stretch of base64 characters (both alphabets) at or after `from`: long enough to hide something, and with
 * capital and small letters, as encoded text has and paths, words and hex ids have not. A run of twenty crosses each
 * twentieth character, so most characters are never looked at.
 */
const nextRun = (text: string, from: number): readonly [start: number, end: number] | undefined => {
	for (let probe = from + shortestRun - 1; probe < text.length; ) {
		if (!isBase64(text.charCodeAt(probe))) {
			probe += shortestRun;
			continue;
		}
		let start = probe;
		while (start > from && isBase64(text.charCodeAt(start - 1))) start--;
		let end = probe + 1;
		while (end < text.length && end - start < longestRun && isBase64(text.charCodeAt(end))) end++;
		if (end - start >= shortestRun && hasBothCases(text, start, end)) return [start, end];
		probe = end + shortestRun - 1;
		from = end;
	}
	return undefined;
};

const base64Codes = new Uint8Array(128);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
	base64Codes[letter.charCodeAt(0)] = 1;
const isBase64 = (code: number) => code < 128 && base64Codes[code] === 1;

const hasBothCases = (text: string, start: number, end: number) => {
	let small = false;
	let capital = false;
	for (let index = start; index < end && !(small && capital); index++) {
		const code = text.charCodeAt(index);
		if (code >= 97 && code <= 122) small = true;
		else if (code >= 65 && code <= 90) capital = true;
	}
	return small && capital;
};
