/** The core's commands as calls to AWS, the ledger and the guardian. Never rejects: a failure is an answer. */
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {describeFailure} from './call-failure.ts';
import type {Perform} from './core-driver.ts';
import type {Answer, Call, CallResult, LedgerPhase, Ownership, SeenGroup} from './core-state.ts';
import {brokenTagKey, holdTagKey} from './tag.ts';

export type PerformOptions = {
	readonly aws: Pick<Aws, 'release'>;
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
	const {aws, processClock, group, holdId} = options;
	let broken = false;
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
				return {of: 'probe', result: await settle(aws.release.probeResume(group, {signal}))};
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

	async function read(signal: AbortSignal): Promise<SeenGroup | null> {
		const groups = await aws.release.groups({names: [group], signal});
		const found = groups.find(one => one.name === group) ?? null;
		options.onGroup(found);
		broken = options.clearsBroken && (found?.tags.some(({key}) => key === brokenTagKey(holdId)) ?? false);
		return found === null ? null : seenGroup(found);
	}

	function change(call: Call & {do: 'put-tag' | 'suspend' | 'resume' | 'delete-tag'}, signal: AbortSignal) {
		switch (call.do) {
			case 'put-tag':
				return aws.release.putTag(group, holdTagKey(holdId), call.value, {signal});
			case 'suspend':
				return aws.release.suspend(group, call.processes, {signal});
			case 'resume':
				return aws.release.resume(group, call.processes, {signal});
			case 'delete-tag':
				return untag(signal);
		}
	}
};

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
	if (!hurry) return 15_000;
	if (call.do === 'put-tag') return 1000;
	return call.do === 'read' || call.do === 'note' ? 1500 : 10_000;
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
