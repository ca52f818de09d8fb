/** Records of our hooks on terminations: a file a hook, written before AWS is asked, removed when the hook is seen gone. */
import {randomBytes} from 'node:crypto';
import {lstat, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {AwsMs} from '../base/clock.ts';
import {encodeJson} from '../base/json.ts';
import {
	checkOwnFolder,
	ensureOwnFolder,
	readOwnFile,
	removeFile,
	syncFolder,
	writeAtomic,
} from '../base/safe-files.ts';
import type {HoldPlace} from './ledger-entry.ts';
import type {MachineIdentity, ProcessIdentity} from './process-identity.ts';
import {
	isGroupArn,
	isGroupName,
	isMachine,
	isMoment,
	isPlace,
	isProcess,
	isText,
	parseRecord,
	type RecordFields,
	samePlace,
} from './record-fields.ts';

export type DyingRecord = {
	readonly version: 1;
	/** Eight hex digits: the end of the hook's name. */
	readonly hookId: string;
	readonly place: HoldPlace;
	readonly group: string;
	readonly arn: string;
	/** AWS seconds that a death waits without a heartbeat. */
	readonly seconds: number;
	readonly since: AwsMs;
	readonly owner: string;
	readonly machine: MachineIdentity;
	readonly process: ProcessIdentity;
};

export type DyingFile = {
	readonly record: DyingRecord;
	/** Wall time. */
	readonly writtenAt: number;
};

export type DyingRecords = {
	readonly write: (record: DyingRecord) => Promise<void>;
	readonly remove: (hookId: string) => Promise<void>;
	/** Of this account, region and endpoint, oldest first. A file that is no record is left out. */
	readonly list: (place: HoldPlace) => Promise<readonly DyingFile[]>;
};

const prefix = 'unflap-postmortem-';

export const newHookId = (): string => randomBytes(4).toString('hex');
export const dyingHookName = (hookId: string): string => `${prefix}${hookId}`;
/** A hook of some unflap. */
export const isDyingHookName = (name: string): boolean => name.startsWith(prefix);

export const createDyingRecords = (stateFolder: string): DyingRecords => {
	const folder = join(stateFolder, 'dying');
	return {
		write: async record => {
			await ensureOwnFolder(folder);
			await writeAtomic(folder, fileName(record.hookId), `${encodeJson(record)}\n`);
		},
		remove: async hookId => {
			if (await removeFile(join(folder, fileName(hookId)))) await syncFolder(folder);
		},
		list: async place => {
			if (!(await checkOwnFolder(folder))) return [];
			const names = (await readdir(folder)).filter(name => /^hook-[0-9a-f]{8}\.json$/.test(name));
			const files = await Promise.all(names.map(name => readFile(join(folder, name))));
			return files
				.filter(file => file !== null)
				.filter(({record}) => samePlace(record.place, place))
				.toSorted((a, b) => a.record.since - b.record.since);
		},
	};
};

const readFile = async (path: string): Promise<DyingFile | null> => {
	const text = await readOwnFile(path, 10_000);
	const record = text === undefined ? null : parseDyingRecord(text);
	if (record === null) return null;
	return {record, writtenAt: (await lstat(path)).mtimeMs};
};

const fileName = (hookId: string): string => {
	if (!/^[0-9a-f]{8}$/.test(hookId)) throw new Error('A hook id has eight hex digits');
	return `hook-${hookId}.json`;
};

export const parseDyingRecord = (text: string): DyingRecord | null => parseRecord<DyingRecord>(text, fields);

const fields: RecordFields<DyingRecord> = {
	version: value => value === 1,
	hookId: isText(/^[0-9a-f]{8}$/),
	place: isPlace,
	group: isGroupName,
	arn: isGroupArn,
	seconds: value => Number.isInteger(value) && Number(value) >= 30 && Number(value) <= 900,
	since: isMoment,
	owner: isText(/^[\w@.-]{1,64}$/),
	machine: isMachine,
	process: isProcess,
};
