/** The core's commands as calls to AWS, the ledger and the guardian. Never rejects: a failure is an answer. */
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {describeFailure} from './call-failure.ts';
import type {Perform} from './core-driver.ts';
import type {Answer, Call} from './core-events.ts';
import type {CallResult, LedgerPhase, Ownership, SeenGroup} from './core-state.ts';
import type {Fuses} from './fuse.ts';
import {mayResume} from './may-resume.ts';
import {brokenTagKey, holdTagKey} from './tag.ts';

export type PerformOptions = {
	readonly aws: Pick<Aws, 'release'>;
	readonly fuses: Fuses;
	readonly processClock: ProcessClock;
	readonly group: string;
	readonly holdId: string;
	readonly note: (phase: LedgerPhase, own: Ownership) => Promise<void>;
	readonly removeNote: () => Promise<void>;
	readonly startGuardian: () => Promise<void>;
	readonly onGroup: (group: Group | null) => void;
	/** False for the one who broke the hold: the mark is for its owner. */
	readonly clearsBroken: boolean;
};

export const createPerform = (options: PerformOptions): Perform => {
	const {aws, fuses, processClock, group, holdId} = options;
	let broken = false;
	let arn: string | null = null;
	return async (call, {signal, hurry}) => {
		const limit = new AbortController();
		const both = AbortSignal.any([signal, limit.signal]);
		const over = new AbortController();
		void processClock.sleep(timeoutMs(call, hurry), over.signal).then(() => {
			if (!over.signal.aborted) limit.abort();
		});
		try {
			// Some calls (the ledger's) cannot be cut off; the core does not wait for them then.
			return await Promise.race([answer(call, both), cutOff(call, both)]);
		} finally {
			over.abort();
		}
	};

	async function answer(call: Call, signal: AbortSignal): Promise<Answer> {
		switch (call.do) {
			case 'read':
				return {of: 'read', result: await settle(read(signal))};
			case 'probe':
				return {of: 'probe', result: await settle(mayResume(aws, {group, arn}, {signal}))};
			case 'arm': {
				const {clientToken, deadline, processes} = call;
				const arming = fuses.arm({group, holdId, clientToken, deadline, processes}, {signal});
				return {of: 'arm', result: await settle(arming)};
			}
			case 'see-fuse':
				return {of: 'see-fuse', result: await settle(fuses.see(call.executionId, {signal}))};
			case 'see-fuses':
				return {of: 'see-fuses', result: await settle(fuses.list(group, call.since, {signal}))};
			case 'note':
				return {of: 'note', result: await settle(options.note(call.phase, call.own).then(nothing))};
			case 'start-guardian':
				return {of: 'start-guardian', result: await settle(options.startGuardian().then(nothing))};
			case 'remove-note':
				return {of: 'remove-note', result: await settle(options.removeNote().then(nothing))};
			default:
				return {of: call.do, result: await settle(change(call, signal).then(nothing))};
		}
	}

	/** `release --force` marks a hold it broke; whoever ends the hold takes the mark away with the tag. */
	async function untag(signal: AbortSignal): Promise<void> {
		await aws.release.deleteTag(group, holdTagKey(holdId), {signal});
		if (broken) await aws.release.deleteTag(group, brokenTagKey(holdId), {signal});
	}

	async function absorb(absorbed: string, signal: AbortSignal): Promise<void> {
		await aws.release.deleteTag(group, holdTagKey(absorbed), {signal});
		await aws.release.deleteTag(group, brokenTagKey(absorbed), {signal});
	}

	async function read(signal: AbortSignal): Promise<SeenGroup | null> {
		const groups = await aws.release.groups({names: [group], signal});
		const found = groups.find(one => one.name === group) ?? null;
		options.onGroup(found);
		arn = found?.arn ?? null;
		broken = options.clearsBroken && (found?.tags.some(({key}) => key === brokenTagKey(holdId)) ?? false);
		return found === null ? null : seenGroup(found);
	}

	function change(call: Change, signal: AbortSignal): Promise<void> {
		switch (call.do) {
			case 'check-document':
				return fuses.checkDocument({signal});
			case 'stop-fuse':
				return fuses.stop(call.executionId, {signal});
			case 'absorb-tag':
				return absorb(call.holdId, signal);
			case 'put-tag':
				return aws.release.putTag(group, holdTagKey(holdId), call.value, {signal, attempts: 1});
			case 'suspend':
				return aws.release.suspend(group, call.processes, {signal});
			case 'resume':
				return aws.release.resume(group, call.processes, {signal});
			case 'delete-tag':
				return untag(signal);
		}
	}
};

type Change = Extract<
	Call,
	{do: 'check-document' | 'stop-fuse' | 'absorb-tag' | 'put-tag' | 'suspend' | 'resume' | 'delete-tag'}
>;

export const seenGroup = (group: Group): SeenGroup => ({
	arn: group.arn,
	status: group.status,
	operator: group.operator,
	suspended: group.suspended,
	tags: group.tags,
});

/** Process time. A tag or a read that hangs must not keep a resume waiting. */
const timeoutMs = (call: Call, hurry: boolean): number => {
	if (call.do === 'start-guardian') return 20_000;
	return hurry ? (hurriedMs[call.do] ?? 10_000) : 15_000;
};

const hurriedMs: Readonly<Partial<Record<Call['do'], number>>> = {
	'put-tag': 1000,
	'absorb-tag': 1000,
	read: 1500,
	note: 1500,
	'see-fuse': 3000,
	'see-fuses': 3000,
	arm: 5000,
	'stop-fuse': 5000,
};

const nothing = () => null;

const settle = async <T>(promise: Promise<T>): Promise<CallResult<T>> => {
	try {
		return {ok: true, value: await promise};
	} catch (error) {
		return {ok: false, failure: describeFailure(error)};
	}
};

const cutOff = (call: Call, signal: AbortSignal): Promise<Answer> =>
	new Promise(resolve => {
		const answer = () =>
			resolve({
				of: call.do,
				result: {
					ok: false,
					failure: {settled: false, lasting: false, message: 'no answer in time', next: []},
				},
			});
		if (signal.aborted) answer();
		else signal.addEventListener('abort', answer, {once: true});
	});
