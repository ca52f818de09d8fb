/**
 * One box out of service while the others serve, heal and scale: Standby or Detach, without decrement. Nothing is
 * suspended, so nothing here needs a fuse: a forgotten patient stays alive, in Standby, and costs what a box costs.
 */
import type {Aws, AwsFacts, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {pasteableLine} from '../base/quote.ts';
import type {DeedResult, PatientView, PatientWay} from './care-types.ts';
import {heal, readBox} from './heal.ts';
import type {HoldPlace} from './ledger-entry.ts';
import {newPatientId, type PatientRecord, type PatientRecords} from './patients.ts';

export type PatientOptions = {
	readonly aws: Pick<Aws, 'release' | 'clock' | 'facts'>;
	readonly processClock: ProcessClock;
	readonly records: PatientRecords;
	readonly place: () => Promise<HoldPlace>;
	readonly owner: string;
};

type TakeRequest = {readonly group: string; readonly instanceId: string; readonly way: PatientWay};

/** The record first: whatever happens to this process, the box is named by the next one. */
export const takePatient = async (request: TakeRequest, options: PatientOptions): Promise<DeedResult> => {
	const {aws, records} = options;
	const {group: name, instanceId, way} = request;
	const group = await readGroup(aws, name);
	if (group === null) return {done: false, says: 'there is no group of exactly this name', next: []};
	const record: PatientRecord = {
		version: 1,
		patientId: newPatientId(),
		place: await options.place(),
		group: name,
		arn: group.arn,
		instanceId,
		way,
		since: aws.clock.now(),
		owner: options.owner,
	};
	await records.write(record);
	const result = await heal({group: name, instanceId, deed: way}, options);
	if (!result.done && (await isUntouched(request, options))) await records.remove(record.patientId);
	return result;
};

/** Still in service, as before: there is nothing to undo. When that cannot be read the record stays. */
const isUntouched = async (request: TakeRequest, {aws}: PatientOptions): Promise<boolean> => {
	const [settled] = await Promise.allSettled([readBox(request, {aws})]);
	if (settled.status === 'rejected') return false;
	return settled.value === null ? request.way === 'standby' : !isAway(settled.value.lifecycleState);
};

const isAway = (state: string): boolean => /^(?:EnteringStandby|Standby|Detaching|Detached)$/.test(state);

const readGroup = async (aws: Pick<Aws, 'release'>, name: string): Promise<Group | null> =>
	(await aws.release.groups({names: [name]})).find(one => one.name === name) ?? null;

/** ExitStandby, read back; the record goes once the box is back, or is gone. */
export const bringBack = async (patient: PatientView, options: PatientOptions): Promise<DeedResult> => {
	const {records} = options;
	const record = (await records.list(await options.place())).find(
		({patientId}) => patientId === patient.patientId,
	);
	if (record === undefined) return {done: true, says: 'it is on no record any more', next: []};
	if (record.way === 'detach') return letGo(record, options);
	const group = await readGroup(options.aws, record.group);
	const box = group?.instances.find(({instanceId}) => instanceId === record.instanceId);
	if (group === null || group.arn !== record.arn || box === undefined)
		return close(record, options, 'the box is not in this group any more');
	if (box.lifecycleState === 'InService' || box.lifecycleState.startsWith('Pending'))
		return close(record, options, `it is back already: ${box.lifecycleState}`);
	if (group.suspended.some(({process}) => process === 'Launch'))
		return {
			done: false,
			says: 'nothing comes back from Standby while Launch is suspended',
			next: ['give Launch back first, then try again'],
		};
	return exitStandby(record, options);
};

const exitStandby = async (record: PatientRecord, options: PatientOptions): Promise<DeedResult> => {
	const {aws, processClock} = options;
	try {
		await aws.release.exitStandby(record.group, record.instanceId);
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return {done: false, says: error.message, next: nextLine(undoLine(record, aws.facts))};
	}
	for (const ms of [500, 1000, 2000, 4000, 6000]) {
		await processClock.sleep(ms);
		const box = await readBox(record, {aws});
		if (box === null) return close(record, options, 'the box left the group meanwhile');
		if (!isAway(box.lifecycleState))
			return close(record, options, `out of Standby: ${box.lifecycleState} now`);
	}
	return {done: false, says: 'AWS took the call, but the box is still in Standby', next: []};
};

const close = async (
	{patientId}: PatientRecord,
	{records}: PatientOptions,
	says: string,
): Promise<DeedResult> => {
	await records.remove(patientId);
	return {done: true, says, next: []};
};

const letGo = async (record: PatientRecord, options: PatientOptions): Promise<DeedResult> => {
	await options.records.remove(record.patientId);
	const line = pasteableLine([
		'aws',
		'ec2',
		'terminate-instances',
		'--instance-ids',
		record.instanceId,
		...placeWords(options.aws.facts),
	]);
	return {
		done: true,
		says: `${record.instanceId} lives on outside the group, and is billed until you terminate it`,
		next: nextLine(line),
	};
};

const nextLine = (line: string | null): readonly string[] => (line === null ? [] : [line]);

const placeWords = ({region, profile, endpoint}: AwsFacts): readonly string[] => [
	'--region',
	region,
	...(profile === null ? [] : ['--profile', profile]),
	...(endpoint === null ? [] : ['--endpoint-url', endpoint]),
];

/** Back from Standby; a detached box is attached again, which adds one to what the group wants. */
export const undoLine = ({group, instanceId, way}: TakeRequest, facts: AwsFacts): string | null =>
	pasteableLine([
		'aws',
		'autoscaling',
		way === 'standby' ? 'exit-standby' : 'attach-instances',
		'--instance-ids',
		instanceId,
		...(group.startsWith('-')
			? [`--auto-scaling-group-name=${group}`]
			: ['--auto-scaling-group-name', group]),
		...placeWords(facts),
	]);

/** Records whose box is what they say; the others are closed: somebody brought the box back, or it is gone. */
export const readPatients = async (options: PatientOptions): Promise<readonly PatientView[]> => {
	const {records, aws} = options;
	const known = await records.list(await options.place());
	if (known.length === 0) return [];
	const groups = await aws.release.groups({names: [...new Set(known.map(({group}) => group))]});
	const detached = known.filter(({way}) => way === 'detach').map(({instanceId}) => instanceId);
	const living = detached.length === 0 ? [] : await aws.release.instances(detached);
	const stands = (record: PatientRecord): boolean => {
		// AWS may answer with what was true seconds ago.
		if (aws.clock.now() - record.since < settlingMs) return true;
		if (record.way === 'detach')
			return living.some(({instanceId, state}) => instanceId === record.instanceId && state !== 'terminated');
		const group = groups.find(({arn}) => arn === record.arn);
		const box = group?.instances.find(({instanceId}) => instanceId === record.instanceId);
		return box !== undefined && isAway(box.lifecycleState);
	};
	for (const record of known) if (!stands(record)) await records.remove(record.patientId);
	return known.filter(stands).map(record => ({
		patientId: record.patientId,
		group: record.group,
		region: record.place.region,
		instanceId: record.instanceId,
		way: record.way,
		since: record.since,
		owner: record.owner,
		undo: undoLine(record, aws.facts),
	}));
};

/** AWS time in which a record is not judged by a read. */
const settlingMs = 60_000;
