/** From a box to the log store: rungs, streams, the block store. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Redactor} from '../base/redact.ts';
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import type {UnitFacts} from '../remote/types.ts';

/** How a box is read, best first; stream.md has the ladder. */
export type Rung = 'session' | 'session-pty' | 'plugin' | 'run-command' | 'console';

export type StreamState =
	| {readonly state: 'waiting'; readonly why: Hostile}
	| {readonly state: 'backlog'}
	| {readonly state: 'live'}
	| {readonly state: 'dropped'; readonly since: number}
	| {readonly state: 'ended'; readonly why: Hostile}
	| {readonly state: 'gone'; readonly why: Hostile};

/** What a stream says, in order. Entries come once each, in the journal's order. */
export type StreamEvent =
	| {
			readonly kind: 'state';
			readonly state: StreamState;
			readonly rung: Rung;
			readonly whyNotHigher: Hostile | null;
	  }
	| {readonly kind: 'entries'; readonly entries: readonly JournalEntry[]}
	| {readonly kind: 'units'; readonly units: readonly UnitFacts[]}
	| {readonly kind: 'console'; readonly text: Hostile}
	/** A rule row in the log: joined, dropped and resumed, died. */
	| {readonly kind: 'mark'; readonly text: Hostile}
	| {readonly kind: 'lost'; readonly lines: number; readonly why: Hostile}
	| {readonly kind: 'bytes'; readonly count: number};

export type BoxStream = {
	readonly instanceId: string;
	readonly events: AsyncIterable<StreamEvent>;
	/** 0x03, then TerminateSession; resolves when the session is ended. */
	readonly stop: () => Promise<void>;
};

/** One visible row of the log store, decoded. */
export type LogRow =
	| {readonly kind: 'line'; readonly index: number; readonly box: number; readonly entry: StoredLine}
	| {readonly kind: 'mark'; readonly index: number; readonly text: Hostile};

export type StoredLine = {
	readonly realtimeUs: number;
	readonly monotonicUs: number;
	readonly bootId: string;
	readonly unit: Hostile;
	readonly identifier: Hostile;
	readonly priority: number;
	readonly pid: number;
	/** Redacted already. */
	readonly message: Hostile;
	readonly cursor: string;
	readonly bytes?: Uint8Array;
};

/** Lines that follow each other in the view and are like lines their units said before. */
export type FoldedLines = {
	/** Positions, both included. */
	readonly from: number;
	readonly to: number;
	/** Index of the first of them. */
	readonly index: number;
};

export type FoldDetails = {
	/** Numbers of the boxes that said them; of a very long run, those of its beginning. */
	readonly boxes: readonly number[];
	/** Error lines among them. */
	readonly errors: number;
};

/** What a box stream is opened with. */
export type BoxStreamOptions = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly processClock: ProcessClock;
	/** The boot to read: the running one (default), a boot id of 32 hex, or an offset (-1 is the one before). Others than the running one end after their last line. */
	readonly boot?: string;
	/** Default true. False: the journal so far, unit states once, then `ended`. */
	readonly follow?: boolean;
	/** Default true: unit states come as `units` events. */
	readonly unitStates?: boolean;
	/** Default true: while the agent is away the serial console is read. */
	readonly console?: boolean;
	/** Where open session ids are written, so that a later start can end them; null writes nothing. */
	readonly stateFolder?: string | null;
	/** Gets a copy of each entry, masked; see createSpool. */
	readonly spool?: {readonly append: (entries: readonly JournalEntry[]) => void};
	/** Entries are masked before anybody sees them; the built-in patterns by default. */
	readonly redactor?: Redactor;
	/** Asked when EC2 says the box is gone: the cause class, for the mark `7e20 died (elb)`. */
	readonly causeOfDeath?: () => Promise<Hostile | null>;
	/** Said to AWS as the session's reason. */
	readonly reason?: string;
	/** 'plugin' reads through the installed session-manager-plugin, and never through our own channel. */
	readonly transport?: 'native' | 'plugin';
	readonly signal?: AbortSignal;
};

/** Which rows the store shows. Absent or null means no limit. */
export type LogFilter = {
	/** Unit names, exactly; a box's lines without a unit are shown only when no unit is chosen. */
	readonly units?: readonly Hostile[] | null;
	readonly boxes?: readonly number[] | null;
	/** The least urgent priority shown, 0 to 7. */
	readonly priority?: number | null;
	/** Rows whose message, identifier or unit it matches. */
	readonly include?: LogPattern | null;
	/** Rows left out. */
	readonly exclude?: LogPattern | null;
};

/** A text is searched without regard to case when it has no capital (smart case); a regexp as it is. */
export type LogPattern = {readonly kind: 'text' | 'regexp'; readonly source: string};

/** Lines by time for the density strip. */
export type LogDensity = {
	readonly fromUs: number;
	readonly toUs: number;
	readonly bins: readonly {readonly lines: number; readonly errors: number; readonly warnings: number}[];
};

export type LogCounts = {
	/** Lines ever appended, marks excluded. */
	readonly lines: number;
	/** Priority 3 or less, or a message with the word error, fatal, exception, traceback or panic. */
	readonly errors: number;
	/** Priority 4. */
	readonly warnings: number;
	/** Lines that fell out of memory at the cap (they stay in the spool). */
	readonly evicted: number;
	/** Lines known to be lost on the way: journald's own suppression, drops. */
	readonly lost: number;
	/** Bytes of memory the blocks take. */
	readonly bytes: number;
};

/**
 * Lines of any number of boxes, kept as bytes outside React. A *position* counts the rows of the current view
 * (filter applied) and never moves when old rows fall out; an *index* counts all records ever appended.
 */
export type LogStore = {
	/** Number of a box; the same for the same instance. */
	readonly box: (instanceId: string) => number;
	readonly boxes: () => readonly string[];
	readonly append: (box: number, entries: readonly JournalEntry[]) => void;
	readonly mark: (text: Hostile) => void;
	readonly lost: (lines: number) => void;
	/** Changes at most 30 times a second; for useSyncExternalStore. */
	readonly version: () => number;
	readonly subscribe: (listener: () => void) => () => void;
	readonly filter: () => LogFilter;
	readonly setFilter: (filter: LogFilter) => void;
	/** First position of the view still in memory, and one past its last. */
	readonly first: () => number;
	readonly end: () => number;
	/** Rows at positions from `from`, at most `count`; what is outside is left out. */
	readonly rows: (from: number, count: number) => readonly LogRow[];
	/** The view's position of a record, or of the next one shown after it. */
	readonly positionOf: (index: number) => number;
	/** The repeated lines around a position, when there are enough of them for one row; they may still grow. */
	readonly foldAt: (position: number) => FoldedLines | null;
	readonly foldDetails: (fold: FoldedLines) => FoldDetails;
	readonly search: () => LogPattern | null;
	readonly setSearch: (pattern: LogPattern | null) => void;
	readonly matchCount: () => number;
	/** Whether the record matches the search. */
	readonly isMatch: (index: number) => boolean;
	readonly isError: (index: number) => boolean;
	/** Why a regular expression was switched off, or null. */
	readonly patternProblem: () => string | null;
	/** Position of the next (1) or previous (-1) match or error beyond `position` in the view, or null. */
	readonly jump: (what: 'match' | 'error', position: number, direction: 1 | -1) => number | null;
	readonly density: (bins: number) => LogDensity;
	readonly counts: () => LogCounts;
	/** Units seen, most lines first. */
	readonly units: () => readonly {readonly unit: Hostile; readonly lines: number; readonly errors: number}[];
	readonly stop: () => void;
};
