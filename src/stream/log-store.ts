/** The log store: line blocks, the view that the filter leaves of them, search, counts, one flush timer. */
import type {Hostile} from '../base/text.ts';
import {createRepeats} from '../journal/repeats.ts';
import type {JournalEntry} from '../journal/types.ts';
import {createDensity} from './density.ts';
import {createFoldRuns, type FoldRuns} from './fold-runs.ts';
import {createIndexList, type IndexList} from './index-list.ts';
import {createLineBlocks} from './line-blocks.ts';
import {createLineMatcher, type LineMatcher} from './line-matcher.ts';
import type {PageFile} from './page-file.ts';
import type {FoldDetails, FoldedLines, LogCounts, LogFilter, LogPattern, LogRow, LogStore} from './types.ts';

export type LogStoreOptions = {
	/** Memory for blocks; beyond it the oldest go to `pages`, or fall out where there are none. */
	readonly maxBytes?: number;
	/** Closed by whoever made it. */
	readonly pages?: PageFile | null;
	/** Between two versions. */
	readonly flushMs?: number;
};

const errorWords = /\b(?:error|fatal|exception|traceback|panic)\b/i;
/** Words far behind the beginning do not make a line an error. */
const searchedCharacters = 4096;
/** Blocks read from disk at one go: a key must not wait for more. */
const mostReads = 8;
/** Lines of a run that are asked for their box. */
const mostLooked = 500;

/** Priority 3 or less, or one of the words people look for. */
export const isErrorLine = (priority: number, message: Hostile): boolean =>
	priority <= 3 ||
	errorWords.test(message.length > searchedCharacters ? message.slice(0, searchedCharacters) : message);

export const createLogStore = ({
	maxBytes = 192 * 1024 ** 2,
	pages = null,
	flushMs = 33,
}: LogStoreOptions = {}): LogStore => {
	const blocks = createLineBlocks(pages);
	const density = createDensity();
	const boxIds: string[] = [];
	const listeners = new Set<() => void>();
	const unitCounts = new Map<Hostile, {lines: number; errors: number}>();
	const errors = createIndexList();
	const repeats = createRepeats();
	/** Of all records, and of the view where it is not everything. */
	const allRuns = createFoldRuns();
	let viewRuns: FoldRuns = allRuns;
	let counts = {lines: 0, errors: 0, warnings: 0, evicted: 0, lost: 0};
	let version = 0;
	let timer: NodeJS.Timeout | null = null;
	let filter: LogFilter = {};
	/** Null while the view is everything. */
	let view: IndexList | null = null;
	let viewTo = 0;
	/** What the last flush made visible. */
	let shownTo = 0;
	let include: LineMatcher | null = null;
	let exclude: LineMatcher | null = null;
	let search: LineMatcher | null = null;

	const schedule = () => {
		if (timer !== null) return;
		timer = setTimeout(flush, flushMs);
		timer.unref();
	};
	const flush = () => {
		timer = null;
		for (const matcher of [include, exclude, search]) matcher?.advance();
		extendView();
		shownTo = blocks.end();
		version += 1;
		for (const listener of listeners) listener();
	};
	const matcherOf = (pattern: LogPattern | null | undefined) =>
		pattern == null || pattern.source === ''
			? null
			: createLineMatcher(pattern, blocks, {mostReads, onProgress: schedule});

	const isInView = (index: number) => {
		const head = blocks.head(index);
		if (head === null) return false;
		if (head.isMark) return include === null;
		if (filter.priority != null && head.priority > filter.priority) return false;
		if (filter.boxes != null && !filter.boxes.includes(head.box)) return false;
		if (filter.units != null && !filter.units.includes(blocks.units.name(head.unit))) return false;
		if (include !== null && include.problem() === null && !include.matches.has(index)) return false;
		return exclude === null || !exclude.matches.has(index);
	};
	const extendView = () => {
		if (view === null) return;
		const to = Math.min(
			blocks.end(),
			include?.decidedTo() ?? Number.POSITIVE_INFINITY,
			exclude?.decidedTo() ?? Number.POSITIVE_INFINITY,
		);
		const readBefore = blocks.reads();
		let index = Math.max(viewTo, blocks.first());
		for (; index < to && blocks.reads() - readBefore <= mostReads; index += 1)
			if (isInView(index)) {
				viewRuns.push(view.end(), blocks.isRepeat(index));
				view.push(index);
			}
		viewTo = Math.max(viewTo, index);
		if (index < to) schedule();
	};
	const evict = () => {
		while (blocks.blockCount() > 1 && blocks.bytes() > maxBytes) {
			const lost = blocks.evict();
			if (lost === null && blocks.bytes() < maxBytes * 2) break;
			counts.evicted += lost ?? blocks.drop();
		}
		const first = blocks.first();
		for (const list of [view, errors, include?.matches, exclude?.matches, search?.matches])
			list?.dropBelow(first);
		allRuns.dropBelow(first);
		if (view !== null) viewRuns.dropBelow(view.first());
	};

	const appendOne = (box: number, entry: JournalEntry) => {
		const isError = isErrorLine(entry.priority, entry.message);
		const isRepeat = repeats.isRepeat(entry);
		const index = blocks.append(
			{
				box,
				realtimeUs: entry.realtimeUs,
				monotonicUs: entry.monotonicUs,
				bootId: entry.bootId,
				unit: entry.unit,
				identifier: entry.identifier,
				priority: entry.priority,
				pid: entry.pid,
				message: entry.message,
				cursor: entry.cursor,
				...(entry.bytes === undefined ? {} : {bytes: entry.bytes}),
			},
			{error: isError, repeat: isRepeat},
		);
		allRuns.push(index, isRepeat);
		if (isError) errors.push(index);
		const isWarning = !isError && entry.priority === 4;
		counts.lines += 1;
		counts.errors += isError ? 1 : 0;
		counts.warnings += isWarning ? 1 : 0;
		const unit = blocks.units.name(blocks.units.number(entry.unit));
		const perUnit = unitCounts.get(unit) ?? {lines: 0, errors: 0};
		perUnit.lines += 1;
		perUnit.errors += isError ? 1 : 0;
		unitCounts.set(unit, perUnit);
		density.add(entry.realtimeUs, isError, isWarning);
	};

	const first = () => (view === null ? blocks.first() : view.first());
	const end = () => (view === null ? shownTo : view.end());
	const indexAt = (position: number) => (view === null ? position : view.at(position));
	const positionOf = (index: number) =>
		view === null ? Math.max(blocks.first(), Math.min(index, shownTo)) : view.positionOf(index);

	/** A run that is cut by what fell out begins with what is left of it. */
	const foldAt = (position: number): FoldedLines | null => {
		const run = viewRuns.at(position);
		if (run === null) return null;
		const from = Math.max(run.from, first());
		const index = indexAt(from);
		return index === undefined || run.to < from ? null : {from, to: run.to, index};
	};
	const foldDetails = ({from, to, index}: FoldedLines): FoldDetails => {
		const boxes = new Set<number>();
		for (let at = from; at <= Math.min(to, from + mostLooked); at += 1) {
			const head = blocks.head(indexAt(at) ?? -1);
			if (head !== null) boxes.add(head.box);
		}
		const last = indexAt(to) ?? index;
		let wrong = 0;
		for (let at = errors.positionOf(index); at < errors.positionOf(last + 1); at += 1)
			if (view === null || view.has(errors.at(at) ?? -1)) wrong += 1;
		return {boxes: [...boxes], errors: wrong};
	};

	const jump = (what: 'match' | 'error', position: number, direction: 1 | -1): number | null => {
		const list = what === 'error' ? errors : search?.matches;
		if (list === undefined) return null;
		const from = indexAt(position) ?? (direction === 1 ? blocks.first() - 1 : blocks.end());
		const start = direction === 1 ? list.positionOf(from + 1) : list.positionOf(from) - 1;
		for (let at = start; ; at += direction) {
			const index = list.at(at);
			if (index === undefined) return null;
			if (view === null ? index < shownTo : view.has(index)) return positionOf(index);
		}
	};

	return {
		box: instanceId => {
			const known = boxIds.indexOf(instanceId);
			return known >= 0 ? known : boxIds.push(instanceId) - 1;
		},
		boxes: () => boxIds,
		append: (box, entries) => {
			for (const entry of entries) appendOne(box, entry);
			evict();
			schedule();
		},
		mark: text => {
			allRuns.push(blocks.appendMark(text), false);
			schedule();
		},
		lost: lines => {
			counts = {...counts, lost: counts.lost + lines};
			schedule();
		},
		version: () => version,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		filter: () => filter,
		setFilter: next => {
			include?.stop();
			exclude?.stop();
			filter = next;
			include = matcherOf(next.include);
			exclude = matcherOf(next.exclude);
			const isEverything =
				next.units == null &&
				next.boxes == null &&
				next.priority == null &&
				include === null &&
				exclude === null;
			view = isEverything ? null : createIndexList();
			viewRuns = isEverything ? allRuns : createFoldRuns();
			viewTo = blocks.first();
			flush();
		},
		first,
		end,
		rows: (from, count) => {
			const rows: LogRow[] = [];
			const to = Math.min(end(), from + count);
			for (let position = Math.max(first(), from); position < to; position += 1) {
				const index = indexAt(position);
				const row = index === undefined ? null : blocks.row(index);
				if (row !== null) rows.push(row);
			}
			return rows;
		},
		positionOf,
		foldAt,
		foldDetails,
		search: () => search?.pattern ?? null,
		setSearch: pattern => {
			search?.stop();
			search = matcherOf(pattern);
			flush();
		},
		matchCount: () => (search === null ? 0 : search.matches.end() - search.matches.first()),
		isMatch: index => search?.matches.has(index) ?? false,
		isError: index => blocks.head(index)?.isError ?? false,
		patternProblem: () => search?.problem() ?? include?.problem() ?? exclude?.problem() ?? null,
		jump,
		density: density.bins,
		counts: (): LogCounts => ({...counts, bytes: blocks.bytes()}),
		units: () =>
			[...unitCounts]
				.map(([unit, {lines, errors}]) => ({unit, lines, errors}))
				.sort((a, b) => b.lines - a.lines),
		stop: () => {
			if (timer !== null) clearTimeout(timer);
			for (const matcher of [include, exclude, search]) matcher?.stop();
			listeners.clear();
		},
	};
};
