/**
 * Where a stream goes on after a lost link, so that no line is missing and none comes twice. Cursors come with live
 * entries and with the last one of a backlog; before that a replay is skipped as far as it was seen.
 */
import type {JournalEntry} from '../journal/types.ts';

export type ResumePoint = {
	/** For the next session's line, or null to start again from the beginning of the boot. */
	readonly cursor: () => string | null;
	/** A new session begins. */
	readonly reopen: () => void;
	/** The entries that are new, in order. */
	readonly fresh: (entries: readonly JournalEntry[]) => readonly JournalEntry[];
	/** The live part begins at this entry, inclusive: it came as the backlog's last one already. */
	readonly liveFrom: (cursor: string) => void;
	/** Null until the first entry after `reopen` tells. */
	readonly resumed: () => Resumed | null;
	readonly delivered: () => number;
};

/** 'exact': the first entry was the last one seen, so none is missing. */
export type Resumed = 'exact' | 'rebooted' | 'inexact';

type Seen = {readonly key: string; readonly realtimeUs: number; readonly bootId: string};

export const createResumePoint = (): ResumePoint => {
	let last: Seen | null = null;
	let cursor: string | null = null;
	let count = 0;
	/** Entries delivered of the boot that a replay would start at. */
	let ofThisBoot = 0;
	let skipping: {left: number} | null = null;
	let awaiting: {readonly cursor: string; readonly key: string} | null = null;
	let resumed: Resumed | null = null;
	let duplicate: string | null = null;

	const take = (entry: JournalEntry) => {
		ofThisBoot = last !== null && last.bootId !== entry.bootId ? 1 : ofThisBoot + 1;
		count += 1;
		last = {key: keyOf(entry), realtimeUs: entry.realtimeUs, bootId: entry.bootId};
		cursor = entry.cursor === '' ? null : entry.cursor;
	};
	/** The first entry after a resumption is the last one before it: inclusive, so that a gap would show. */
	const isTheSame = (entry: JournalEntry) => {
		if (awaiting === null) return false;
		const same = entry.cursor === awaiting.cursor || keyOf(entry) === awaiting.key;
		awaiting = null;
		resumed = same ? 'exact' : entry.bootId === last?.bootId ? 'inexact' : 'rebooted';
		return same;
	};
	const isDuplicate = (entry: JournalEntry) => {
		if (duplicate === null) return false;
		const same = entry.cursor === duplicate;
		duplicate = null;
		return same;
	};
	const isSkipped = (entry: JournalEntry) => {
		if (skipping === null) return false;
		if (last !== null && entry.bootId !== last.bootId) {
			skipping = null;
			resumed = 'rebooted';
			return false;
		}
		skipping.left -= 1;
		if (skipping.left > 0) return true;
		skipping = null;
		resumed = last?.key === keyOf(entry) ? 'exact' : 'inexact';
		return resumed === 'exact';
	};

	return {
		// What came from the box without a cursor (or with a forged one) is found again by its time.
		cursor: () => cursor,
		reopen: () => {
			resumed = null;
			duplicate = null;
			awaiting = cursor === null || last === null ? null : {cursor, key: last.key};
			skipping = awaiting === null && ofThisBoot > 0 ? {left: ofThisBoot} : null;
			if (awaiting === null && skipping === null) resumed = 'exact';
		},
		liveFrom: at => {
			duplicate = at !== '' && at === cursor && awaiting === null ? at : null;
		},
		fresh: entries => {
			const isPlain = awaiting === null && skipping === null && duplicate === null;
			const fresh = isPlain
				? entries
				: entries.filter(entry => !isTheSame(entry) && !isDuplicate(entry) && !isSkipped(entry));
			for (const entry of fresh) take(entry);
			return fresh;
		},
		resumed: () => resumed,
		delivered: () => count,
	};
};

const keyOf = (entry: JournalEntry) => `${entry.realtimeUs} ${entry.monotonicUs} ${entry.message}`;
