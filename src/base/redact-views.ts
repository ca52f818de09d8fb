/** Other notations of a text, with the way back: secrets are looked for in what a reader would decode. */

export type DecodedView = {
	readonly text: string;
	/** Offset in the text as it was, of a start and of an end in the decoded one. */
	readonly origin: (offset: number) => number;
	readonly originEnd: (offset: number) => number;
};

/** False means that the text has no other notation worth reading. */
export const mayBeEncoded = (text: string): boolean => encoded.test(text);

const encoded = /\\[u/"x]|%[0-9A-Fa-f]{2}|[A-Za-z0-9+/_-]{20}/;

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

const base64Run = /[A-Za-z0-9+/_-]{20,4096}={0,2}/g;

/** Runs may be glued to other letters, so each of the four alignments is read. */
const base64Views = function* (text: string): Generator<DecodedView> {
	for (const match of text.matchAll(base64Run)) {
		const run = match[0];
		// Encoded text has both cases within twenty characters; paths, words and hex ids do not.
		if (!/[A-Z]/.test(run) || !/[a-z]/.test(run)) continue;
		for (let shift = 0; shift < 4; shift++) {
			const decoded = Buffer.from(run.slice(shift), 'base64').toString('latin1');
			yield {
				text: decoded,
				origin: () => match.index,
				originEnd: () => match.index + run.length,
			};
		}
	}
};
