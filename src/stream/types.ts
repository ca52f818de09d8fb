/** From a box to the log store: rungs, streams, the block store. */
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import type {UnitFacts} from '../remote/types.ts';

export type Rung = 'session' | 'console';

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
