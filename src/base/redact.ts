/**
 * Masks secrets. Every pattern is linear and bounded; text without anything suspicious costs one regular expression.
 * The same secrets are found behind backslashes (JSON), percent signs (URLs) and inside base64.
 */

import {UnflapError} from './errors.ts';
import {mayHoldSecret, secretPatterns} from './redact-patterns.ts';
import {decodedViews, mayBeEncoded} from './redact-views.ts';

export const mask = '[redacted]';

/** A stretch of text that is masked, as half-open UTF-16 offsets. */
export type Range = readonly [start: number, end: number];

export type Redactor = {
	/** `text` with each secret replaced by `[redacted]`; the same string when there is none. */
	readonly redact: (text: string) => string;
	/** Where the secrets are, ascending and without overlap. */
	readonly ranges: (text: string) => readonly Range[];
};

/** `extraPatterns`: the user's own, as sources of regular expressions; the whole match is masked. */
export const createRedactor = (extraPatterns: readonly string[] = []): Redactor => {
	const extras = extraPatterns.map(compile);
	const ranges = (text: string): readonly Range[] => {
		const plain = mayHoldSecret(text);
		const encoded = mayBeEncoded(text);
		if (!plain && !encoded && extras.length === 0) return [];
		const found: Range[] = [];
		if (plain) addMatches(text, found);
		if (encoded) addEncoded(text, found);
		for (const pattern of extras) for (const match of text.matchAll(pattern)) found.push(wholeOf(match));
		return merge(found);
	};
	return {ranges, redact: text => maskRanges(text, ranges(text))};
};

/** Replaces each range by the mask. */
export const maskRanges = (text: string, ranges: readonly Range[]) => {
	if (ranges.length === 0) return text;
	let masked = '';
	let from = 0;
	for (const [start, end] of ranges) {
		masked += text.slice(from, start) + mask;
		from = end;
	}
	return masked + text.slice(from);
};

const addEncoded = (text: string, found: Range[]) => {
	for (const view of decodedViews(text)) {
		if (!mayHoldSecret(view.text)) continue;
		const inside: Range[] = [];
		addMatches(view.text, inside);
		for (const [start, end] of inside) found.push([view.origin(start), view.originEnd(end)]);
	}
};

const addMatches = (text: string, found: Range[]) => {
	for (const {pattern, masks} of secretPatterns) {
		for (const match of text.matchAll(pattern)) found.push(masks === 'all' ? wholeOf(match) : groupOf(match));
	}
};

/** A group that is masked ends its match, but for a closing quote or an `@`. */
const groupOf = (match: RegExpExecArray): Range => {
	const value = match.findLast(group => group !== undefined) ?? '';
	const start = match.index + match[0].lastIndexOf(value);
	return [start, start + value.length];
};

const wholeOf = (match: RegExpExecArray): Range => [match.index, match.index + match[0].length];

const merge = (found: readonly Range[]): readonly Range[] => {
	if (found.length < 2) return found;
	const merged: [number, number][] = [];
	for (const [start, end] of found.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
		const last = merged.at(-1);
		if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
		else merged.push([start, end]);
	}
	return merged;
};

/** A pattern that matches nothing at all is refused: it would mask between any two characters. */
const compile = (source: string) => {
	try {
		const pattern = new RegExp(source, 'gu');
		if (!new RegExp(source, 'u').test('')) return pattern;
	} catch (cause) {
		throw new UnflapError('config', `redact: not a regular expression: ${source}`, {cause});
	}
	throw new UnflapError('config', `redact: this pattern matches the empty text: ${source}`);
};
