/** Which records match a pattern, kept up to date as records come: texts at once, regular expressions in their thread. */
import {createIndexList, type IndexList} from './index-list.ts';
import type {BlockView, LineBlocks} from './line-blocks.ts';
import {createPatternRunner} from './pattern-worker.ts';
import type {LogPattern} from './types.ts';

export type LineMatcher = {
	readonly pattern: LogPattern;
	readonly matches: IndexList;
	/** Records below this index are decided. */
	readonly decidedTo: () => number;
	/** Looks at what came since; what takes longer is decided later, after `onProgress`. */
	readonly advance: () => void;
	/** Why it matches nothing any more, or null. */
	readonly problem: () => string | null;
	readonly stop: () => void;
};

export type LineMatcherOptions = {
	/** Blocks read from disk at one go. */
	readonly mostReads: number;
	/** `advance` has more to do. */
	readonly onProgress: () => void;
};

export const createLineMatcher = (
	pattern: LogPattern,
	blocks: LineBlocks,
	options: LineMatcherOptions,
): LineMatcher =>
	pattern.kind === 'text'
		? textMatcher(pattern, blocks, options)
		: regexpMatcher(pattern, blocks, options.onProgress);

const textMatcher = (
	pattern: LogPattern,
	blocks: LineBlocks,
	{mostReads, onProgress}: LineMatcherOptions,
): LineMatcher => {
	const matches = createIndexList();
	const find = finderOf(pattern.source);
	let decidedTo = blocks.first();
	const unitMatches = nameCache(blocks.units.name, find.inText);
	const identifierMatches = nameCache(blocks.identifiers.name, find.inText);
	return {
		pattern,
		matches,
		decidedTo: () => decidedTo,
		problem: () => null,
		stop: () => undefined,
		advance: () => {
			const from = decidedTo;
			const anyName = someName(blocks.units, unitMatches) || someName(blocks.identifiers, identifierMatches);
			const visit = (block: BlockView) => {
				const firstNew = Math.max(0, from - block.firstIndex);
				const hits = hitsIn(block, firstNew, find);
				if (anyName) {
					let hit = 0;
					for (let n = firstNew; n < block.count; n += 1) {
						const isHit = hits[hit] === n;
						if (isHit) hit += 1;
						if (isHit || namesMatch(block, n)) matches.push(block.firstIndex + n);
					}
				} else for (const n of hits) matches.push(block.firstIndex + n);
			};
			decidedTo = blocks.scan(from, visit, mostReads);
			if (decidedTo < blocks.end()) onProgress();
		},
	};

	function namesMatch(block: BlockView, n: number) {
		const names = block.namesAt(n);
		return names !== null && (unitMatches(names.unit) || identifierMatches(names.identifier));
	}
};

/** Records of the block whose message holds the text, ascending, each once. */
const hitsIn = (block: BlockView, firstNew: number, find: Finder): readonly number[] => {
	const hits: number[] = [];
	const next = find.inBytes(block.bytes);
	let from = block.startOf(firstNew);
	let n = firstNew;
	for (let at = next(from); at >= 0; at = next(from)) {
		n = block.recordAt(at, n);
		const end = block.endOf(n);
		const isWithin = at + find.length <= end;
		if (isWithin) hits.push(n);
		// One hit in a message is enough; what was found across two messages is passed over.
		from = isWithin ? end : at + 1;
	}
	return hits;
};

const someName = (names: {readonly count: () => number}, matches: (number: number) => boolean) => {
	for (let number = 0; number < names.count(); number += 1) if (matches(number)) return true;
	return false;
};

type Finder = ReturnType<typeof finderOf>;

const nameCache = (name: (number: number) => string, test: (text: string) => boolean) => {
	const known: (boolean | undefined)[] = [];
	return (number: number) => (known[number] ??= test(name(number)));
};

/** Smart case: without a capital in it the text is found in any case of its ASCII letters. */
const finderOf = (source: string) => {
	const needle = Buffer.from(source, 'utf8');
	const isExact = /[A-Z]/.test(source) || !/[a-z]/.test(source);
	return {
		length: needle.length,
		inText: (text: string) =>
			isExact ? text.includes(source) : text.toLowerCase().includes(source.toLowerCase()),
		inBytes: isExact ? exactly(needle) : (looselyByPart(needle) ?? inAnyCase(needle)),
	};
};

/** The first place at or after an offset, or -1. */
type Next = (from: number) => number;

const exactly =
	(needle: Buffer) =>
	(bytes: Buffer): Next =>
	from =>
		bytes.indexOf(needle, from);

/** Fewer bytes than that stand in nearly every line. */
const leastPart = 2;
const blank = 32;

/** Looks for the longest part that has no letter, and compares the rest around it: no text is made of the block. */
const looselyByPart = (needle: Buffer) => {
	const [part, offset] = longestWithoutLetters(needle);
	if (part.length < leastPart) return null;
	const lower = lowered(needle);
	return (bytes: Buffer): Next =>
		from => {
			for (let at = bytes.indexOf(part, from + offset); at >= 0; at = bytes.indexOf(part, at + 1)) {
				const start = at - offset;
				if (isAlike(bytes, start, lower)) return start;
			}
			return -1;
		};
};

const isLetter = (byte: number) => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

const longestWithoutLetters = (needle: Buffer): readonly [part: Buffer, offset: number] => {
	let best: readonly [number, number] = [0, 0];
	for (let start = 0, at = 0; at <= needle.length; at += 1) {
		if (at < needle.length && !isLetter(needle[at] ?? 0)) continue;
		// A search goes by its first byte, and blanks are everywhere.
		while (needle[start] === blank && start < at) start += 1;
		if (at - start > best[1] - best[0]) best = [start, at];
		start = at + 1;
	}
	return [needle.subarray(...best), best[0]];
};

/** So many bytes become a text at a time: larger ones would not live and die in the young generation. */
const sliceBytes = 64 * 1024;

/**
 * Each byte as a sign of its own, so that the engine's own search, which is native code, runs over them. It takes `é` of
 * Latin-1 for `É`, and our bytes are UTF-8: what it finds is compared again.
 */
const inAnyCase = (needle: Buffer) => {
	const finder = new RegExp(
		[...needle].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
		'gi',
	);
	const lower = lowered(needle);
	const size = Math.max(sliceBytes, needle.length * 2);
	return (bytes: Buffer): Next => {
		let sliceFrom = 0;
		let signs = '';
		return from => {
			for (let at = from; at + lower.length <= bytes.length; ) {
				if (at < sliceFrom || at + lower.length > sliceFrom + signs.length) {
					sliceFrom = at;
					signs = bytes.toString('latin1', at, Math.min(bytes.length, at + size));
				}
				finder.lastIndex = at - sliceFrom;
				const found = finder.exec(signs);
				// What begins in the last bytes of the slice is seen whole in the next one.
				const start = sliceFrom + (found === null ? signs.length - lower.length : found.index);
				if (found !== null && isAlike(bytes, start, lower)) return start;
				at = start + 1;
			}
			return -1;
		};
	};
};

const lowered = (bytes: Buffer) => bytes.map(byte => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

const isAlike = (bytes: Buffer, start: number, lower: Uint8Array): boolean => {
	if (start < 0 || start + lower.length > bytes.length) return false;
	for (let index = lower.length - 1; index >= 0; index -= 1)
		if (folded[bytes[start + index] ?? 0] !== lower[index]) return false;
	return true;
};

/** Each byte, ASCII capitals as small letters. */
const folded = lowered(Buffer.from(Array.from({length: 256}, (_, byte) => byte)));

const batchLines = 2000;
/** Longer messages are matched by their beginning. */
const matchedBytes = 16 * 1024;

const regexpMatcher = (pattern: LogPattern, blocks: LineBlocks, onProgress: () => void): LineMatcher => {
	const matches = createIndexList();
	const runner = createPatternRunner(pattern.source);
	let decidedTo = blocks.first();
	let isRunning = false;
	let problem: string | null = null;
	const textsOf = (from: number, to: number) => {
		const texts: string[] = [];
		for (let index = from; index < to; index += 1) {
			const head = blocks.head(index);
			texts.push(
				blocks.messageBytes(index)?.toString('utf8', 0, matchedBytes) ?? '',
				head === null || head.isMark ? '' : blocks.units.name(head.unit),
				head === null || head.isMark ? '' : blocks.identifiers.name(head.identifier),
			);
		}
		return texts;
	};
	const pump = async () => {
		while (problem === null && decidedTo < blocks.end()) {
			const from = Math.max(decidedTo, blocks.first());
			const to = Math.min(blocks.end(), from + batchLines);
			const flags = await runner.match(textsOf(from, to));
			if (flags === null) problem = 'this pattern is too slow and was switched off';
			for (let index = from; flags !== null && index < to; index += 1) {
				const at = (index - from) * 3;
				if (flags[at] || flags[at + 1] || flags[at + 2]) matches.push(index);
			}
			decidedTo = problem === null ? to : Number.MAX_SAFE_INTEGER;
			onProgress();
		}
	};
	return {
		pattern,
		matches,
		decidedTo: () => decidedTo,
		problem: () => problem,
		stop: runner.stop,
		advance: () => {
			if (isRunning || problem !== null) return;
			isRunning = true;
			void pump().finally(() => {
				isRunning = false;
			});
		},
	};
};
