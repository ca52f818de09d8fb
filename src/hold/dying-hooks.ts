/**
 * Watching boxes die: a hook of ours on the group's terminations, so that a dying box waits while somebody looks
 * (aws-facts.md 2.4). Left behind it delays each death by its timeout and no more; the record of it is written before
 * the hook is made, and whoever starts next on this machine takes a dead process's hook away.
 */
import {AwsCallError} from '../aws/call-error.ts';
import {deleteHookLine} from '../aws/cli-line.ts';
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {describeFailure} from './call-failure.ts';
import {
	type DyingFile,
	type DyingRecord,
	type DyingRecords,
	dyingHookName,
	isDyingHookName,
	newHookId,
} from './dying-records.ts';
import type {HoldPlace} from './ledger-entry.ts';
import {
	isAlive,
	isBeforeReboot,
	type MachineIdentity,
	type ProcessIdentity,
	sameMachine,
} from './process-identity.ts';

export type DyingGround = {
	readonly place: HoldPlace;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
};

export type DyingOptions = {
	readonly aws: Pick<Aws, 'release' | 'clock' | 'facts'>;
	readonly processClock: ProcessClock;
	readonly records: DyingRecords;
	readonly ground: () => Promise<DyingGround>;
	readonly owner: string;
};

export type DyingWatch = {
	readonly hookId: string;
	readonly hook: string;
	readonly seconds: number;
	/** Deletes the hook and reads it gone; boxes that wait for it go on dying. */
	readonly end: () => Promise<DyingEnd>;
};

export type DyingEnd =
	| {readonly kind: 'gone'}
	/** It may still be there: the line that deletes it, or null where a name cannot be pasted. */
	| {readonly kind: 'left'; readonly message: Hostile; readonly command: string | null};

export type DyingHookView = {
	readonly hookId: string;
	readonly hook: string;
	readonly group: Hostile;
	readonly owner: string;
	readonly since: AwsMs;
	readonly seconds: number;
	/** `alive`: its process watches. `dead`: it is left over. `elsewhere`: made on another machine or in a container. */
	readonly life: 'alive' | 'dead' | 'elsewhere';
	/** The AWS CLI line that deletes it. */
	readonly command: string | null;
};

export type ReapedHook = {
	readonly hookId: string;
	readonly group: string;
	readonly result: 'finished' | 'reported';
	readonly text: string;
};

export type DyingHooks = {
	readonly watch: (group: string) => Promise<DyingWatch>;
	readonly list: () => Promise<readonly DyingHookView[]>;
	/** Hooks of processes that are gone; of one group where it is named. */
	readonly reap: (group?: string) => Promise<readonly ReapedHook[]>;
};

/** AWS seconds: what a death is delayed by when nobody is left who sends heartbeats. */
export const dyingWindowSeconds = 300;

export const createDyingHooks = (options: DyingOptions): DyingHooks => ({
	watch: group => watchDying(group, options),
	list: () => listDying(options),
	reap: group => reapDying(options, group),
});

const watchDying = async (name: string, options: DyingOptions): Promise<DyingWatch> => {
	const {aws, records, owner} = options;
	const group = await readGroup(aws, name);
	await refuseTaken(name, aws);
	const {place, machine, self} = await options.ground();
	const hookId = newHookId();
	const record: DyingRecord = {
		...{version: 1, hookId, place, group: name, arn: group.arn, seconds: dyingWindowSeconds},
		...{since: aws.clock.now(), owner, machine, process: self},
	};
	await records.write(record);
	await putOrForget(record, options);
	const hook = dyingHookName(hookId);
	return {hookId, hook, seconds: record.seconds, end: () => endWatch(record, options)};
};

const readGroup = async (aws: Pick<Aws, 'release' | 'facts'>, name: string): Promise<Group> => {
	const group = (await aws.release.groups({names: [name]})).find(one => one.name === name);
	if (group !== undefined) return group;
	throw new UnflapError('not-found', `There is no Auto Scaling group named ${name} in ${aws.facts.region}`, {
		next: ['unflap ls lists the names; this takes the exact one'],
	});
};

/** PutLifecycleHook would write over a hook, and two hooks of the kind would delay each death twice. */
const refuseTaken = async (
	group: string,
	{release, facts}: Pick<Aws, 'release' | 'facts'>,
): Promise<void> => {
	const taken = (await release.hooks(group)).find(({name}) => isDyingHookName(name));
	if (taken === undefined) return;
	const line = deleteHookLine(group, taken.name, facts);
	throw new UnflapError('refused', `${group} has a post-mortem hook already: ${taken.name}`, {
		meaning: 'Somebody watches its boxes die, or was killed doing so. Nothing was changed.',
		next: ['unflap holds says whose it is, if it was made here', ...(line === null ? [] : [line])],
	});
};

/** Where AWS refused it nothing is there; where the answer was lost a read tells, and a doubt keeps the record. */
const putOrForget = async (record: DyingRecord, options: DyingOptions): Promise<void> => {
	const {aws, records, processClock} = options;
	const hook = dyingHookName(record.hookId);
	try {
		await aws.release.putDyingHook(record.group, hook, record.seconds);
		return;
	} catch (error) {
		await processClock.sleep(1000);
		if ((await isThere(record, aws)) === true) return;
		if (describeFailure(error).settled) await records.remove(record.hookId);
		throw error;
	}
};

/** Null where it cannot be read. */
const isThere = async (
	{group: name, arn, hookId}: DyingRecord,
	{release}: Pick<Aws, 'release'>,
): Promise<boolean | null> => {
	try {
		const group = (await release.groups({names: [name]})).find(one => one.arn === arn);
		if (group === undefined) return false;
		return (await release.hooks(name)).some(hook => hook.name === dyingHookName(hookId));
	} catch (error) {
		if (error instanceof UnflapError) return null;
		throw error;
	}
};

const retriesMs = [0, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 30_000];

/**
 * Deletes until it is seen gone. A read alone proves nothing: of a hook made a moment ago it may say that there is none.
 */
const endWatch = async (record: DyingRecord, options: DyingOptions): Promise<DyingEnd> => {
	const {aws, records, processClock} = options;
	const hook = dyingHookName(record.hookId);
	let message: Hostile = 'it is still listed';
	for (const waitMs of retriesMs) {
		await processClock.sleep(waitMs);
		const taken = await deleteOnce(record, aws);
		if (taken.kind === 'refused') {
			message = taken.message;
			break;
		}
		if (taken.kind === 'failed') message = taken.message;
		else if ((await isThere(record, aws)) === false) {
			await records.remove(record.hookId);
			return {kind: 'gone'};
		}
	}
	return {kind: 'left', message, command: deleteHookLine(record.group, hook, aws.facts)};
};

type Deleted =
	/** AWS took it, or knows no such hook. */
	{readonly kind: 'taken'} | {readonly kind: 'failed' | 'refused'; readonly message: Hostile};

const deleteOnce = async (
	{group, hookId}: DyingRecord,
	{release}: Pick<Aws, 'release'>,
): Promise<Deleted> => {
	try {
		await release.deleteDyingHook(group, dyingHookName(hookId));
		return {kind: 'taken'};
	} catch (error) {
		if (error instanceof AwsCallError && error.code === 'ValidationError') return {kind: 'taken'};
		const {settled, lasting, message} = describeFailure(error);
		return {kind: settled && lasting ? 'refused' : 'failed', message};
	}
};

const lifeOf = async (
	{record, writtenAt}: DyingFile,
	here: MachineIdentity,
): Promise<DyingHookView['life']> => {
	if (!sameMachine(record.machine, here))
		return isBeforeReboot(record.machine, here, writtenAt) ? 'dead' : 'elsewhere';
	return (await isAlive(record.process)) ? 'alive' : 'dead';
};

const listDying = async ({aws, records, ground}: DyingOptions): Promise<readonly DyingHookView[]> => {
	const {place, machine} = await ground();
	const files = await records.list(place);
	return Promise.all(
		files.map(async file => {
			const {hookId, group, owner, since, seconds} = file.record;
			const hook = dyingHookName(hookId);
			const life = await lifeOf(file, machine);
			return {
				hookId,
				hook,
				group,
				owner,
				since,
				seconds,
				life,
				command: deleteHookLine(group, hook, aws.facts),
			};
		}),
	);
};

const reapDying = async (options: DyingOptions, group?: string): Promise<readonly ReapedHook[]> => {
	const {place, machine} = await options.ground();
	const files = (await options.records.list(place)).filter(
		({record}) => group === undefined || record.group === group,
	);
	const reaped: ReapedHook[] = [];
	for (const file of files) {
		const result = await reapOne(file, machine, options);
		if (result !== null) reaped.push({hookId: file.record.hookId, group: file.record.group, ...result});
	}
	return reaped;
};

/** AWS time in which a hook whose making was cut off may still appear. */
const settlingMs = 120_000;

/** Null where there is nothing to say: somebody alive watches, or nothing is there yet. */
const reapOne = async (
	file: DyingFile,
	machine: MachineIdentity,
	options: DyingOptions,
): Promise<Pick<ReapedHook, 'result' | 'text'> | null> => {
	const {aws, records} = options;
	const {record} = file;
	const hook = dyingHookName(record.hookId);
	const life = await lifeOf(file, machine);
	if (life === 'alive') return null;
	if (life === 'elsewhere')
		return {
			result: 'reported',
			text: `${hook} was made on another machine, boot or container (${record.machine.host}): somebody may watch there`,
		};
	if (aws.facts.readOnly)
		return {result: 'reported', text: `${hook} was left behind; --read-only does not delete it`};
	if ((await isThere(record, aws)) === false) {
		if (aws.clock.now() - record.since < settlingMs) return null;
		await records.remove(record.hookId);
		return null;
	}
	const end = await endWatch(record, options);
	return end.kind === 'gone'
		? {result: 'finished', text: `${hook}, whose process is gone, was deleted: boxes die without delay again`}
		: {result: 'reported', text: `${hook} could not be deleted: ${end.message}. ${end.command ?? ''}`.trim()};
};
