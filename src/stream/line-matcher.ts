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
	/** Looks at what came since; a regular expression decides later and calls `onProgress`. */
	readonly advance: () => void;
	/** Why it matches nothing any more, or null. */
	readonly problem: () => string | null;
	readonly stop: () => void;
};

export const createLineMatcher = (
	pattern: LogPattern,
	blocks: LineBlocks,
	onProgress: () => void,
): LineMatcher =>
	pattern.kind === 'text' ? textMatcher(pattern, blocks) : regexpMatcher(pattern, blocks, onProgress);

const textMatcher = (pattern: LogPattern, blocks: LineBlocks): LineMatcher => {
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
			blocks.scan(from, block => {
				const firstNew = Math.max(0, from - block.firstIndex);
				const hits = hitsIn(block, firstNew, find);
				if (anyName) {
					const hit = new Set(hits);
					for (let n = firstNew; n < block.count; n += 1)
						if (hit.has(n) || namesMatch(block.firstIndex + n)) matches.push(block.firstIndex + n);
				} else for (const n of hits) matches.push(block.firstIndex + n);
			});
			decidedTo = blocks.end();
		},
	};

	function namesMatch(index: number) {
		const head = blocks.head(index);
		return head !== null && !head.isMark && (unitMatches(head.unit) || identifierMatches(head.identifier));
	}
};

/** Records of the block whose message holds the text, ascending, each once. */
const hitsIn = (block: BlockView, firstNew: number, find: Finder): readonly number[] => {
	const hits: number[] = [];
	const [start] = block.messageAt(firstNew);
	for (const offset of find.inBytes(block.bytes, start)) {
		const n = block.recordAt(offset);
		const [messageStart, messageEnd] = block.messageAt(n);
		if (offset >= messageStart && offset + find.length <= messageEnd && hits.at(-1) !== n) hits.push(n);
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
	const loose = new RegExp(needle.toString('latin1').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi');
	return {
		length: needle.length,
		inText: (text: string) =>
			source !== '' && (isExact ? text.includes(source) : text.toLowerCase().includes(source.toLowerCase())),
		inBytes: function* (bytes: Buffer, from: number): Generator<number> {
			if (source === '') return;
			if (isExact) {
				for (let at = bytes.indexOf(needle, from); at >= 0; at = bytes.indexOf(needle, at + 1)) yield at;
				return;
			}
			const text = bytes.toString('latin1', from);
			for (const match of text.matchAll(loose)) yield from + match.index;
		},
	};
};

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
