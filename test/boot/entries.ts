/** Small journals for tests: what PID 1 says of a unit, and what the unit's own processes write. */
import {createBootModel} from '../../src/boot/boot-model.ts';
import {messageIds} from '../../src/boot/message-ids.ts';
import type {Boot} from '../../src/boot/types.ts';
import {parseEntry} from '../../src/journal/parse-entry.ts';
import type {JournalEntry} from '../../src/journal/types.ts';

export const bootId = '00000000000000000000000000000001';
const zeroUs = 1_795_373_000_000_000;

type Fields = Readonly<Record<string, string | undefined>>;

export const entry = (seconds: number, fields: Fields): JournalEntry => {
	const us = Math.round(seconds * 1e6);
	const parsed = parseEntry(
		JSON.stringify({
			__REALTIME_TIMESTAMP: String(zeroUs + us),
			__MONOTONIC_TIMESTAMP: String(us),
			_BOOT_ID: bootId,
			_TRANSPORT: 'journal',
			PRIORITY: '6',
			...fields,
		}),
	);
	if (parsed.kind !== 'entry') {
		throw new Error(parsed.kind);
	}

	return parsed.entry;
};

export const manager = (seconds: number, unit: string, message: string, fields: Fields = {}): JournalEntry =>
	entry(seconds, {_PID: '1', _UID: '0', UNIT: unit, MESSAGE: message, ...fields});

export const line = (seconds: number, unit: string, message: string, fields: Fields = {}): JournalEntry =>
	entry(seconds, {
		_PID: '700',
		_UID: '1000',
		_SYSTEMD_UNIT: unit,
		_TRANSPORT: 'stdout',
		MESSAGE: message,
		...fields,
	});

export const starting = (seconds: number, unit: string, fields: Fields = {}) =>
	manager(seconds, unit, `Starting ${unit}...`, {MESSAGE_ID: messageIds.jobBegins, ...fields});
export const started = (seconds: number, unit: string, fields: Fields = {}) =>
	manager(seconds, unit, `Started ${unit}.`, {
		MESSAGE_ID: messageIds.startDone,
		JOB_RESULT: 'done',
		...fields,
	});
export const finished = (seconds: number, unit: string, fields: Fields = {}) =>
	manager(seconds, unit, `Finished ${unit}.`, {
		MESSAGE_ID: messageIds.startDone,
		JOB_RESULT: 'done',
		...fields,
	});
export const exited = (seconds: number, unit: string, status: number, fields: Fields = {}) =>
	manager(seconds, unit, `${unit}: Main process exited, code=exited, status=${status}/FAILURE`, {
		MESSAGE_ID: messageIds.processExited,
		EXIT_CODE: 'exited',
		EXIT_STATUS: String(status),
		...fields,
	});
export const failed = (seconds: number, unit: string, result = 'exit-code', fields: Fields = {}) =>
	manager(seconds, unit, `${unit}: Failed with result '${result}'.`, {
		MESSAGE_ID: messageIds.unitFailed,
		UNIT_RESULT: result,
		...fields,
	});
export const cancelled = (seconds: number, unit: string) =>
	manager(seconds, unit, `Dependency failed for ${unit}.`, {
		MESSAGE_ID: messageIds.startFailed,
		JOB_RESULT: 'dependency',
		JOB_TYPE: 'start',
	});
export const closed = (seconds: number, unit: string) =>
	manager(seconds, unit, `${unit}: Job ${unit}/start failed with result 'dependency'.`, {
		JOB_RESULT: 'dependency',
	});
export const rescheduled = (seconds: number, unit: string, count: number) =>
	manager(seconds, unit, `${unit}: Scheduled restart job, restart counter is at ${count}.`, {
		MESSAGE_ID: messageIds.restartScheduled,
		N_RESTARTS: String(count),
	});

export const bootOf = (entries: readonly JournalEntry[]): Boot => {
	const model = createBootModel();
	model.add(entries);
	const boot = model.boot();
	if (boot === null) {
		throw new Error('no boot');
	}

	return boot;
};

export const stateOf = (boot: Boot, name: string): string | undefined =>
	boot.units.find(unit => unit.name === name)?.state;
