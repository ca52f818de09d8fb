/**
 * Records of boxes that were taken out of service one at a time: a file each, written before AWS is asked and removed
 * when the box is back. What a record says decides nothing by itself: AWS is read before anything is undone.
 */
import {randomBytes} from 'node:crypto';
import {readdir} from 'node:fs/promises';
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
import type {PatientWay} from './care-types.ts';
import type {HoldPlace} from './ledger-entry.ts';

export type PatientRecord = {
	readonly version: 1;
	readonly patientId: string;
	readonly place: HoldPlace;
	readonly group: string;
	/** With the group's UUID: a group made again under the same name is another one. */
	readonly arn: string;
	readonly instanceId: string;
	readonly way: PatientWay;
	readonly since: AwsMs;
	readonly owner: string;
};

export type PatientRecords = {
	readonly write: (record: PatientRecord) => Promise<void>;
	readonly remove: (patientId: string) => Promise<void>;
	/** Records of this account, region and endpoint, oldest first. A file that is no record is left out. */
	readonly list: (place: HoldPlace) => Promise<readonly PatientRecord[]>;
};

export const newPatientId = (): string => randomBytes(4).toString('hex');

export const createPatientRecords = (stateFolder: string): PatientRecords => {
	const folder = join(stateFolder, 'patients');
	return {
		write: async record => {
			await ensureOwnFolder(folder);
			await writeAtomic(folder, fileName(record.patientId), `${encodeJson(record)}\n`);
		},
		remove: async patientId => {
			if (await removeFile(join(folder, fileName(patientId)))) await syncFolder(folder);
		},
		list: async place => {
			if (!(await checkOwnFolder(folder))) return [];
			const names = (await readdir(folder)).filter(name => /^patient-[0-9a-f]{8}\.json$/.test(name));
			const texts = await Promise.all(names.map(name => readOwnFile(join(folder, name), 10_000)));
			return texts
				.map(text => (text === undefined ? null : parsePatient(text)))
				.filter(record => record !== null && samePlace(record.place, place))
				.filter(record => record !== null)
				.toSorted((a, b) => a.since - b.since);
		},
	};
};

const fileName = (patientId: string): string => {
	if (!/^[0-9a-f]{8}$/.test(patientId)) throw new Error('A patient id has eight hex digits');
	return `patient-${patientId}.json`;
};

const samePlace = (a: HoldPlace, b: HoldPlace): boolean =>
	a.account === b.account &&
	a.partition === b.partition &&
	a.region === b.region &&
	a.endpoint === b.endpoint;

/** Null for anything that is not exactly a record. */
export const parsePatient = (text: string): PatientRecord | null => {
	const value = parseJson(text);
	if (!isRecord(value) || Object.keys(value).length !== fields.length) return null;
	return fields.every(([name, check]) => check(value[name])) ? (value as PatientRecord) : null;
};

const parseJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

type Check = (value: unknown) => boolean;

const text =
	(pattern: RegExp): Check =>
	value =>
		typeof value === 'string' && pattern.test(value);

const isPlace: Check = value =>
	isRecord(value) &&
	Object.keys(value).length === 4 &&
	text(/^\d{12}$/)(value['account']) &&
	text(/^[a-z-]{3,20}$/)(value['partition']) &&
	text(/^[a-z0-9-]{3,40}$/)(value['region']) &&
	(value['endpoint'] === null || text(/^.{1,300}$/su)(value['endpoint']));

const fields: readonly (readonly [keyof PatientRecord, Check])[] = [
	['version', value => value === 1],
	['patientId', text(/^[0-9a-f]{8}$/)],
	['place', isPlace],
	['group', text(/^.{1,255}$/su)],
	['arn', text(/^arn:[\w:*/.-]{1,200}.{0,300}$/su)],
	['instanceId', text(/^i-[0-9a-f]{8,17}$/)],
	['way', value => value === 'standby' || value === 'detach'],
	['since', value => typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 8e15],
	['owner', text(/^[\w@.-]{1,64}$/)],
];
