/** Entries of one box on their way to the reader: what is new, masked, copied to the spool, and what a drop meant. */
import type {ProcessClock} from '../base/clock.ts';
import type {Redactor} from '../base/redact.ts';
import type {ParsedLine} from '../journal/parse-entry.ts';
import type {JournalEntry} from '../journal/types.ts';
import {createEntryRedactor} from './redact-entries.ts';
import {createResumePoint} from './resume-point.ts';
import type {BoxStreamOptions, StreamEvent} from './types.ts';

export type EntryFlow = {
	readonly lines: (lines: readonly ParsedLine[]) => void;
	/** A new session begins; gives the cursor it goes on at, or null for the start of the boot. */
	readonly reopen: () => string | null;
	readonly liveFrom: (cursor: string) => void;
	/** The link is gone; gives the process time since when. */
	readonly dropped: () => number;
	readonly isDropped: () => boolean;
	readonly delivered: () => number;
};

export const createEntryFlow = ({
	push,
	redactor,
	spool,
	shortId,
	processClock,
}: {
	readonly push: (event: StreamEvent) => void;
	readonly redactor: Redactor;
	readonly spool: BoxStreamOptions['spool'];
	readonly shortId: string;
	readonly processClock: Pick<ProcessClock, 'now'>;
}): EntryFlow => {
	const resumePoint = createResumePoint();
	const redact = createEntryRedactor(redactor);
	let droppedAt: number | null = null;

	const sayResumed = () => {
		const resumed = resumePoint.resumed();
		if (droppedAt === null || resumed === null) return;
		const seconds = ((processClock.now() - droppedAt) / 1000).toFixed(1);
		droppedAt = null;
		const text = `${shortId} link dropped ${seconds}s, ${resumedTexts[resumed]}`;
		push({kind: 'mark', text});
		if (resumed !== 'exact') push({kind: 'lost', lines: 0, why: text});
	};

	return {
		lines: lines => {
			const entries: JournalEntry[] = [];
			for (const line of lines) {
				if (line.kind === 'entry') entries.push(line.entry);
				else if (line.kind === 'garbage') push({kind: 'lost', lines: 1, why: `not an entry: ${line.text}`});
			}
			const fresh = resumePoint.fresh(entries);
			sayResumed();
			if (fresh.length === 0) return;
			const masked = fresh.map(redact);
			spool?.append(masked);
			push({kind: 'entries', entries: masked});
			for (const entry of masked) {
				const lines = suppressedBy(entry);
				if (lines > 0) push({kind: 'lost', lines, why: `on the box: ${entry.message}`});
			}
		},
		reopen: () => {
			resumePoint.reopen();
			return resumePoint.cursor();
		},
		liveFrom: resumePoint.liveFrom,
		dropped: () => {
			droppedAt ??= processClock.now();
			return droppedAt;
		},
		isDropped: () => droppedAt !== null,
		delivered: resumePoint.delivered,
	};
};

const suppressionId = 'a596d6fe7bfa4994828e72309e95d61e';

/** Lines that journald says it dropped; only its own word counts, which no other process can send (threats.md X4). */
const suppressedBy = ({fields, transport}: JournalEntry) => {
	if (fields.MESSAGE_ID !== suppressionId || transport !== 'driver') return 0;
	return /^\d{1,9}$/.test(fields.N_DROPPED ?? '') ? Number(fields.N_DROPPED) : 0;
};

const resumedTexts = {
	exact: 'resumed at the same journal cursor, 0 lines lost',
	rebooted: 'and the box has rebooted since: its new boot follows, the end of the old one was not seen',
	inexact: 'resumed, but the journal no longer holds the last line seen: lines may be missing',
};
