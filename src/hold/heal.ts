/**
 * Keeping one box from what a release would do to it: set Healthy, Standby, Detach, each read back. A mark may be
 * sticky (aws-facts.md 1.6), so nothing is believed before a read says so.
 */
import {AwsCallError} from '../aws/call-error.ts';
import type {Aws, GroupInstance} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Deed, DeedRequest, DeedResult} from './care-types.ts';

export type HealOptions = {readonly aws: Pick<Aws, 'release' | 'clock'>; readonly processClock: ProcessClock};

/** Process time between the reads that look for the change. AWS may answer with what was true seconds ago. */
const readsAfterMs = [500, 1000, 2000, 4000, 6000];

/** Asks AWS, then reads until it is so or reads have said no for long enough. Never throws for what AWS refuses. */
export const heal = async (request: DeedRequest, options: HealOptions): Promise<DeedResult> => {
	const {deed} = request;
	try {
		const before = await readBox(request, options);
		const refusal = refusalOf(deed, before);
		if (refusal !== null) return {done: false, says: refusal, next: []};
		if (before !== null && isSo(deed, before)) return {done: true, says: alreadySays[deed], next: []};
		await ask(request, options);
		return await readBack(request, options);
	} catch (error) {
		return failed(deed, error);
	}
};

/** The box as the group has it now; null where the group does not have it. */
export const readBox = async (
	{group: name, instanceId}: Pick<DeedRequest, 'group' | 'instanceId'>,
	{aws}: Pick<HealOptions, 'aws'>,
): Promise<GroupInstance | null> => {
	const groups = await aws.release.groups({names: [name]});
	const group = groups.find(one => one.name === name);
	return group?.instances.find(one => one.instanceId === instanceId) ?? null;
};

/** Why AWS would refuse it, or why it would do something else than meant. Null: go on. */
export const refusalOf = (deed: Deed, box: GroupInstance | null): string | null => {
	if (box === null) return 'the box is not in this group any more';
	const {lifecycleState: state} = box;
	if (state.startsWith('Terminating') || state === 'Terminated')
		return `the box is going already (${state}), and nothing keeps it`;
	switch (deed) {
		case 'healthy':
			return null;
		case 'standby':
			return state === 'InService' || isStandby(state)
				? null
				: `only an InService box goes to Standby, and this one is ${state}`;
		case 'detach':
			return state === 'InService' || isStandby(state) || state === 'Detaching'
				? null
				: `only a box in service or in Standby can be detached, and this one is ${state}`;
		case 'abandon':
			return state === 'Pending:Wait' ? null : `the box does not wait for a launch hook: it is ${state}`;
	}
};

const isStandby = (state: string): boolean => state === 'Standby' || state === 'EnteringStandby';

/** AWS says so of the box. */
export const isSo = (deed: Deed, {lifecycleState: state, healthStatus}: GroupInstance): boolean => {
	switch (deed) {
		case 'healthy':
			return healthStatus.toLowerCase() === 'healthy';
		case 'standby':
			return isStandby(state);
		case 'detach':
			return state === 'Detaching' || state === 'Detached';
		case 'abandon':
			return state.startsWith('Terminating') || state === 'Terminated';
	}
};

const ask = async ({deed, group, instanceId}: DeedRequest, {aws}: HealOptions): Promise<void> => {
	const {release} = aws;
	switch (deed) {
		case 'healthy':
			return release.setHealthy(instanceId);
		case 'standby':
			return release.enterStandby(group, instanceId);
		case 'detach':
			return release.detach(group, instanceId);
		case 'abandon':
			return abandon({group, instanceId}, release);
	}
};

/** A box waits for one of the group's launch hooks; AWS answers for the others that no action is active. */
const abandon = async (
	{group, instanceId}: Omit<DeedRequest, 'deed'>,
	release: HealOptions['aws']['release'],
) => {
	const hooks = (await release.hooks(group)).filter(({transition}) => transition.endsWith('LAUNCHING'));
	if (hooks.length === 0) throw new UnflapError('refused', 'this group has no launch hook');
	for (const [index, {name}] of hooks.entries()) {
		try {
			return await release.completeHook(group, name, instanceId, 'ABANDON');
		} catch (error) {
			if (index === hooks.length - 1 || !isNoActiveAction(error)) throw error;
		}
	}
};

/** What AWS says of a hook that the box does not wait for, or no longer (aws-facts.md 2.4). */
export const isNoActiveAction = (error: unknown): boolean =>
	error instanceof AwsCallError && /no active lifecycle action/i.test(error.answer);

const readBack = async (request: DeedRequest, options: HealOptions): Promise<DeedResult> => {
	const {deed} = request;
	for (const ms of readsAfterMs) {
		await options.processClock.sleep(ms);
		const box = await readBox(request, options);
		if (box === null)
			return deed === 'healthy' || deed === 'standby'
				? {done: false, says: 'the box left the group meanwhile', next: []}
				: {done: true, says: doneSays[deed], next: []};
		if (deed !== 'abandon' && box.lifecycleState.startsWith('Terminating'))
			return {done: false, says: 'the box is being terminated: that came too late', next: []};
		if (isSo(deed, box)) return {done: true, says: doneSays[deed], next: []};
	}
	return {done: false, says: notYetSays[deed], next: deed === 'healthy' ? stickyNext : []};
};

const doneSays: Readonly<Record<Deed, string>> = {
	healthy: 'marked Healthy, and AWS says so',
	standby: 'in Standby: out of the load balancer, still in the group',
	detach: 'detached: it lives on outside the group until you terminate it',
	abandon: 'its launch hook is abandoned: AWS terminates the box',
};

const alreadySays: Readonly<Record<Deed, string>> = {
	healthy: 'it is marked Healthy already',
	standby: 'it is in Standby already',
	detach: 'it is detached already',
	abandon: 'it is going already',
};

const notYetSays: Readonly<Record<Deed, string>> = {
	healthy: 'the mark did not clear: AWS took the call and still says Unhealthy, so a release kills the box',
	standby: 'AWS took the call, but the box is not in Standby yet',
	detach: 'AWS took the call, but the box is still in the group',
	abandon: 'AWS took the call, but the box still waits',
};

const stickyNext: readonly string[] = ['Detach is the sure way to keep it', 'Standby keeps it in the group'];

const failed = (deed: Deed, error: unknown): DeedResult => {
	if (error instanceof UnflapError) {
		const meaning = error.meaning === undefined ? [] : [error.meaning];
		const says = isNoActiveAction(error)
			? 'the hook is finished: there is no active lifecycle action for this box'
			: error.message;
		return {done: false, says, next: [...meaning, ...error.next]};
	}
	if (error instanceof Error) return {done: false, says: `${deed}: ${error.message}`, next: []};
	throw error;
};
