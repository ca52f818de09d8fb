/**
 * One hold in the ledger, as a JSON file. What it says decides nothing by itself: the parser is strict, and whoever
 * finishes an entry reads AWS first (left-overs.ts). It carries no credential.
 */
import type {AwsMs} from '../base/clock.ts';
import {encodeJson} from '../base/json.ts';
import {mostWindows} from './core-rules.ts';
import type {LedgerPhase, Ownership} from './core-state.ts';
import type {MachineIdentity, ProcessIdentity} from './process-identity.ts';
import {isScalingProcess} from './processes.ts';
import {isHoldId} from './tag.ts';

/** Where a hold is: an entry is only ever acted on where all of it is equal. */
export type HoldPlace = {
	readonly account: string;
	readonly partition: string;
	readonly region: string;
	readonly endpoint: string | null;
};

/** A guardian keeps the hold for a lost terminal. */
export type Linger = {
	/** Whoever knows it may speak to the guardian, and knows the guardian by it. Only this 0600 file has it. */
	readonly nonce: string;
	/** AWS time. */
	readonly until: AwsMs;
};

export type LedgerEntry = {
	readonly version: 3;
	readonly holdId: string;
	readonly place: HoldPlace;
	readonly group: string;
	readonly machine: MachineIdentity;
	readonly owner: string;
	readonly reason: string;
	readonly phase: LedgerPhase;
	readonly own: Ownership;
	readonly process: ProcessIdentity;
	readonly guardian: ProcessIdentity | null;
	readonly linger: Linger | null;
};

export const formatEntry = (entry: LedgerEntry): string => `${encodeJson(entry)}\n`;

/** Null for anything that is not exactly an entry: unknown field, wrong type, unknown or no process. */
export const parseEntry = (text: string): LedgerEntry | null => {
	if (text.length > 100_000) return null;
	const value = upgraded(parseJson(text));
	return isEntry(value) ? value : null;
};

/** Older forms become today's, one version after another; what is not exactly of its form stays, and is no entry. */
const upgraded = (value: unknown): unknown => fromSecond(fromFirst(value));

/** Version 2 did not say when its tag was noted. */
const fromSecond = (value: unknown): unknown => {
	if (!isRecord(value) || value['version'] !== 2 || !isRecord(value['own'])) return value;
	return {...value, version: 3, own: {...value['own'], tagNotedAt: null}};
};

/** Version 1 knew no fuses and kept what another hold had suspended first beside `wanted`: both are `wanted` now. */
const fromFirst = (value: unknown): unknown => {
	if (!isRecord(value) || value['version'] !== 1) return value;
	const {own} = value;
	if (!isRecord(own) || !Array.isArray(own['wanted']) || !Array.isArray(own['joined'])) return value;
	const {joined, ...rest} = own;
	const wanted = [...own['wanted'], ...(joined as readonly unknown[])];
	return {...value, version: 2, linger: null, own: {...rest, wanted, adopted: [], fuses: []}};
};

const parseJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
};

type Check = (value: unknown) => boolean;

const text =
	(pattern: RegExp): Check =>
	value =>
		typeof value === 'string' && pattern.test(value);
const time: Check = value =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 8e15;
const flag: Check = value => typeof value === 'boolean';
const process: Check = value => typeof value === 'string' && isScalingProcess(value);
const orNull =
	(check: Check): Check =>
	value =>
		value === null || check(value);
const list =
	(check: Check, max: number): Check =>
	value =>
		Array.isArray(value) && value.length <= max && value.every(check);
const distinct =
	(check: Check): Check =>
	value =>
		list(check, 20)(value) &&
		new Set(value as readonly unknown[]).size === (value as readonly unknown[]).length;

/** Exactly these fields, each as its check says. */
const exactly =
	(fields: Readonly<Record<string, Check>>): Check =>
	value =>
		isRecord(value) &&
		Object.keys(value).length === Object.keys(fields).length &&
		Object.entries(fields).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));
const table =
	(check: Check): Check =>
	value =>
		isRecord(value) && Object.entries(value).every(([name, item]) => isScalingProcess(name) && check(item));

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const anyText = text(/^.{0,2000}$/su);
const reasonText = text(/^.{0,300}$/su);
const processIdentity = exactly({
	pid: value => Number.isSafeInteger(value) && (value as number) > 0,
	startTime: text(/^[\w :]{1,64}$/),
});
const arn = text(
	/^arn:[a-z0-9-]+:autoscaling:[a-z0-9-]+:\d{12}:autoScalingGroup:[0-9A-Za-z-]{8,64}:.{1,400}$/su,
);

const fuse = exactly({
	clientToken: text(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
	executionId: orNull(text(/^[0-9a-f-]{36}$/)),
	deadline: time,
	processes: value => distinct(process)(value) && (value as readonly unknown[]).length > 0,
	final: value => value === null || value === 'success' || value === 'other',
});

const ownership = exactly({
	arn: orNull(arn),
	wanted: distinct(process),
	adopted: distinct(process),
	baseline: distinct(text(/^[\w-]{1,255}$/)),
	fingerprint: table(list(reasonText, 8)),
	windows: list(exactly({from: time, to: orNull(time), processes: distinct(process)}), mostWindows),
	changed: table(reasonText),
	fuses: list(fuse, 40),
	tagValues: list(text(/^[\x20-\x7e]{1,256}$/), 8),
	tagNotedAt: orNull(time),
	sent: flag,
	unanswered: flag,
	since: time,
	leaseUntil: time,
	end: time,
});

const isWhole = exactly({
	version: value => value === 3,
	holdId: value => typeof value === 'string' && isHoldId(value),
	place: exactly({
		account: text(/^\d{12}$/),
		partition: text(/^aws[a-z-]{0,20}$/),
		region: text(/^[a-z0-9-]{1,40}$/),
		endpoint: orNull(anyText),
	}),
	group: text(/^.{1,255}$/su),
	machine: exactly({host: anyText, bootId: anyText, pidNamespace: anyText}),
	owner: text(/^[A-Za-z0-9._@-]{1,64}$/),
	reason: anyText,
	phase: value => ['intent', 'changing', 'held', 'releasing'].includes(value as string),
	own: ownership,
	process: processIdentity,
	guardian: orNull(processIdentity),
	linger: orNull(exactly({nonce: text(/^[0-9a-f]{64}$/), until: time})),
});

const isEntry = (value: unknown): value is LedgerEntry => {
	if (!isWhole(value)) return false;
	const {own, phase} = value as LedgerEntry;
	// Released, with a fuse that would not stop: nothing is left to resume.
	const isFuseOnly = phase === 'releasing' && own.fuses.length > 0;
	return phase === 'intent' || own.wanted.length > 0 || isFuseOnly;
};
