/**
 * Text from outside on its way to a terminal. `shown` is the only maker of `Shown`: control bytes, escape sequences and
 * characters that turn or hide text become one visible `·` each, secrets are masked, and what is left has a width that
 * terminals agree on.
 */
import {graphemesOf} from './graphemes.ts';
import {createRedactor, mask, maskRanges, type Range, type Redactor} from './redact.ts';
import {settledClusters, widthOfCluster} from './terminal-width.ts';
import type {Hostile, Shown} from './text.ts';

/** Marks text as coming from outside. */
export const hostile = (text: string): Hostile => text as Hostile;

const otherThanPrintableAscii = /[^\x20-\x7e]/;
/** ASCII, and the lines, blocks and marks our screens are made of: one cell each, and never a part of a cluster here. */
const otherThanPlainCells = /[^\x20-\x7e\xb1\xb7\u2013\u2016\u2026\u2190-\u2193\u2500-\u25fc\u2714\u2716]/;

let redactor: Redactor = createRedactor();

/** The redactor that `shown` uses from now on: once, at the start, with the user's own patterns. */
export const setRedactor = (chosen: Redactor) => {
	redactor = chosen;
};

/** Text for a file or a document: secrets masked by the same redactor, everything else as it is. */
export const masked = (text: Hostile): Hostile => redactor.redact(text);

/** One line for a terminal. Line breaks inside become `·` too; see `shownLines`. */
export const shown = (text: Hostile): Shown => {
	if (!otherThanPrintableAscii.test(text)) return redactor.redact(text) as Shown;
	const pieces = withoutDangers(text.isWellFormed() ? text : text.toWellFormed());
	const clean = maskedPieces(pieces, redactor.ranges(pieces.text));
	return expandTabs(otherThanPrintableAscii.test(clean) ? settledClusters(clean) : clean) as Shown;
};

/** Text of several lines, cut at its line breaks; a break at the very end makes no empty last line. */
export const shownLines = (text: Hostile): readonly Shown[] => {
	const lines = redactor.redact(text).split(/\r\n|[\n\r]/);
	if (lines.at(-1) === '') lines.pop();
	return lines.map(shown);
};

/** A line of our own words with outside values in it: ``ours`group ${shown(name)}: ${3} boxes` ``. */
export const ours = (strings: TemplateStringsArray, ...values: readonly (Shown | number)[]): Shown =>
	strings.reduce((text, part, index) => text + String(values[index - 1] ?? '') + part) as Shown;

/** Lines or words of ours joined by a separator of ours. */
export const joinShown = (parts: readonly Shown[], separator: Shown = ours` `): Shown =>
	parts.join(separator) as Shown;

/** Cells on a terminal. */
export const width = (text: Shown): number => {
	if (!otherThanPlainCells.test(text)) return text.length;
	let cells = 0;
	for (const cluster of graphemesOf(text)) cells += widthOfCluster(cluster);
	return cells;
};

/** At most `cells` wide; what is left out stands as `…`, at the end or in the middle. */
export const cut = (text: Shown, cells: number, where: 'end' | 'middle' = 'end'): Shown => {
	if (cells <= 0) return '' as Shown;
	if (!otherThanPlainCells.test(text)) return cutAscii(text, cells, where) as Shown;
	const clusters = graphemesOf(text);
	if (sum(clusters) <= cells) return text;
	const kept = cells - 1;
	const head = where === 'end' ? kept : Math.ceil(kept / 2);
	return `${take(clusters, head)}…${take(clusters.toReversed(), kept - head, true)}` as Shown;
};

/** At least `cells` wide, filled with blanks; the side is the side of the text. */
export const pad = (text: Shown, cells: number, side: 'left' | 'right' = 'left'): Shown => {
	const missing = cells - width(text);
	if (missing <= 0) return text;
	return (side === 'left' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text) as Shown;
};

/** Exactly `cells` wide. */
export const fitTo = (text: Shown, cells: number, side: 'left' | 'right' = 'left'): Shown =>
	pad(cut(text, cells), cells, side);

/** True when two names differ but look alike: in characters that hide, or in compatibility forms. */
export const differsInvisibly = (a: Hostile, b: Hostile): boolean => a !== b && looks(a) === looks(b);

const looks = (text: Hostile) =>
	text
		.toWellFormed()
		.normalize('NFKC')
		.replace(dangers, '')
		.replace(/[\p{Cf}\p{Cc}\p{Mn}\u115f\u1160\u3164\uffa0]/gu, '')
		.replace(/\s+/gu, ' ')
		.trim();

// --- dangers -------------------------------------------------------------------------------------------------------

/**
 * Whole escape sequences first: strings (OSC, DCS, APC, PM, SOS) with their text when they end, then CSI, then any other
 * escape; then single characters: C0 but tab, DEL, C1, line separators, bidi controls, zero-width, tag characters,
 * fillers. An emoji's joiner and selectors stay for the width rules.
 */
const dangers =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, combining ones too.
	/(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,65536}(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]{0,256}[ -/]{0,16}[@-~]?|\x1b[ -/]{0,4}[0-~]?|[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** Text without dangers, and where each one stood in it. */
type Pieces = {readonly text: string; readonly marksAt: readonly number[]};

const withoutDangers = (text: string): Pieces => {
	const marksAt: number[] = [];
	let clean = '';
	let from = 0;
	for (const match of text.matchAll(dangers)) {
		clean += text.slice(from, match.index);
		marksAt.push(clean.length);
		from = match.index + match[0].length;
	}
	return {text: clean + text.slice(from), marksAt};
};

/** Puts a `·` where something was taken out; inside a secret it goes with the secret. */
const maskedPieces = ({text, marksAt}: Pieces, ranges: readonly Range[]) => {
	if (marksAt.length === 0) return maskRanges(text, ranges);
	let result = '';
	let from = 0;
	let next = 0;
	const copyTo = (end: number) => {
		while (next < marksAt.length && (marksAt[next] ?? 0) <= end) {
			const at = marksAt[next] ?? end;
			result += `${text.slice(from, at)}·`;
			from = at;
			next++;
		}
		result += text.slice(from, end);
		from = end;
	};
	for (const [start, end] of ranges) {
		copyTo(start);
		result += mask;
		from = end;
		while (next < marksAt.length && (marksAt[next] ?? 0) < end) next++;
	}
	copyTo(text.length);
	return result;
};

const tabWidth = 8;

const expandTabs = (text: string) => {
	if (!text.includes('\t')) return text;
	let line = '';
	let cells = 0;
	for (const [index, part] of text.split('\t').entries()) {
		const blanks = index === 0 ? 0 : tabWidth - (cells % tabWidth);
		line += ' '.repeat(blanks) + part;
		cells += blanks + width(part as Shown);
	}
	return line;
};

// --- cutting -------------------------------------------------------------------------------------------------------

const sum = (clusters: readonly string[]) =>
	clusters.reduce((cells, cluster) => cells + widthOfCluster(cluster), 0);

const take = (clusters: readonly string[], cells: number, backwards = false) => {
	const taken: string[] = [];
	let left = cells;
	for (const cluster of clusters) {
		left -= widthOfCluster(cluster);
		if (left < 0) break;
		taken.push(cluster);
	}
	return (backwards ? taken.toReversed() : taken).join('');
};

const cutAscii = (text: string, cells: number, where: 'end' | 'middle') => {
	if (text.length <= cells) return text;
	const kept = cells - 1;
	if (where === 'end') return `${text.slice(0, kept)}…`;
	const head = Math.ceil(kept / 2);
	return `${text.slice(0, head)}…${kept === head ? '' : text.slice(head - kept)}`;
};
