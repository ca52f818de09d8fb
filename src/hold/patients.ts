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
import {
	isGroupArn,
	isGroupName,
	isMoment,
	isPlace,
	isText,
	parseRecord,
	type RecordFields,
	samePlace,
} from './record-fields.ts';

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

/** Null for anything that is not exactly a record. */
export const parsePatient = (text: string): PatientRecord | null => parseRecord<PatientRecord>(text, fields);

const fields: RecordFields<PatientRecord> = {
	version: value => value === 1,
	patientId: isText(/^[0-9a-f]{8}$/),
	place: isPlace,
	group: isGroupName,
	arn: isGroupArn,
	instanceId: isText(/^i-[0-9a-f]{8,17}$/),
	way: value => value === 'standby' || value === 'detach',
	since: isMoment,
	owner: isText(/^[\w@.-]{1,64}$/),
};
