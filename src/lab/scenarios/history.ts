/**
 * The past of one place in a group, computed backwards from the box that stands there now: each box before it ended
 * a few seconds before its successor was launched. Nobody waits for it.
 */
import type {Random, Range} from '../random.ts';
import type {LabMs} from '../types.ts';
import {abandoned, capacityGrowth, markText, replacement, at as sentence} from '../world/causes.ts';
import {type Lives, startWait} from '../world/lives.ts';
import {makeBox} from '../world/make-box.ts';
import type {Activity, LabBox, LabGroup} from '../world/model.ts';
import {addActivity, endActivity, type Region} from '../world/region.ts';
import type {GroupPlan} from './plan.ts';

export type Place = {
	readonly region: Region;
	readonly lives: Lives;
	readonly group: LabGroup;
	readonly plan: GroupPlan;
};

/** Puts a box of that age into the group, with all that came before it. */
export const settleSlot = (place: Place, slot: {readonly age: Range; readonly random: Random}): void => {
	const {region, plan} = place;
	const launchedAt = region.clock.now() - Math.round(slot.random.between(slot.age) * 1000);
	if (plan.flapsSinceSeconds === null) {
		settleBox(
			place,
			launchedAt,
			capacityGrowth(launchedAt, Math.max(0, plan.ages.length - 1), plan.ages.length),
		);
		return;
	}
	settleBox(place, launchedAt, successorCause(place, launchedAt));
	const began = region.clock.now() - plan.flapsSinceSeconds * 1000;
	for (let successor = launchedAt; successor > began; ) successor = dieBefore(place, successor, slot.random);
};

const successorCause = ({plan}: Place, at: LabMs): string =>
	isAbandoned(plan) ? capacityGrowth(at, 0, plan.ages.length) : replacement(at);

const isAbandoned = (plan: GroupPlan): boolean => plan.hooks?.[0]?.answer?.result === 'ABANDON';

const settleBox = ({region, lives, group}: Place, launchedAt: LabMs, cause: string): void => {
	const {box, random} = makeBox(region, {group, launchedAt});
	group.boxes.push(box);
	const activity = launchActivity({region, group}, box, {cause, random});
	box.launchActivity = activity;
	const now = region.clock.now();
	const hook = group.hooks[0];
	const leavesPending = launchedAt + Math.round(random.between(group.behaviour.pending) * 1000);
	const hookSeconds = hook?.answer == null ? 0 : drawFor(region, box, 'hook').between(hook.answer.after);
	const inServiceAt = leavesPending + Math.round(hookSeconds * 1000);
	if (box.poweredOnAt <= now) box.ec2State = 'running';
	if (now >= inServiceAt) {
		box.lifecycle = 'InService';
		box.inServiceAt = inServiceAt;
		endActivity(activity, inServiceAt, 'Successful');
	} else if (hook !== undefined && now >= leavesPending) startWait(region, box, hook, leavesPending);
	lives.adopt(box, random, {hookEndsAt: inServiceAt});
};

/** The same stream that lives.ts draws from for the same purpose. */
const drawFor = (region: Region, box: LabBox, purpose: string): Random =>
	region.random.fork(`${purpose}/${box.instanceId}`);

const launchActivity = (
	{region, group}: Pick<Place, 'region' | 'group'>,
	box: LabBox,
	{cause, random}: {readonly cause: string; readonly random: Random},
): Activity =>
	addActivity(region, group, {
		description: `Launching a new EC2 instance: ${box.instanceId}`,
		cause,
		status: 'PreInService',
		zone: box.zone,
		startedAt: box.launchedAt,
		random,
	});

/** Adds the life that ended just before `successor` was launched; gives the moment of its own launch. */
const dieBefore = (place: Place, successor: LabMs, random: Random): LabMs => {
	const {region, group, plan} = place;
	const {behaviour} = plan;
	const seconds = (range: Range): number => Math.round(random.between(range) * 1000);
	const endedAt = successor - seconds(behaviour.relaunch);
	const hook = plan.hooks?.[0];
	const beforeService = seconds(behaviour.pending) + (hook?.answer == null ? 0 : seconds(hook.answer.after));
	const abandonedLife = isAbandoned(plan);
	const dyingAt = endedAt - (abandonedLife ? seconds([4, 12]) : seconds(behaviour.drain) + seconds([3, 8]));
	const served = abandonedLife ? 0 : servedSeconds(plan, random) * 1000;
	const launchedAt = dyingAt - Math.round(served) - beforeService;
	const {box} = makeBox(region, {group, launchedAt, zone: random.pick(group.zones)});
	const launch = launchActivity(place, box, {cause: successorCause(place, launchedAt), random});
	if (hook !== undefined) {
		region.deployments.begin(box, hook, launchedAt + Math.round(plan.behaviour.pending[1] * 1000));
		region.deployments.end(box.instanceId, hook.answer?.result ?? 'CONTINUE', dyingAt);
	}
	if (abandonedLife) {
		endActivity(launch, dyingAt, 'Cancelled', abandoned(random.uuid(), 'ABANDON'));
	} else {
		box.inServiceAt = launchedAt + beforeService;
		endActivity(launch, box.inServiceAt, 'Successful');
		const end = addActivity(region, group, {
			description: `Terminating EC2 instance: ${box.instanceId}`,
			cause: sentence(dyingAt, markText('elb')),
			status: 'InProgress',
			zone: box.zone,
			startedAt: dyingAt,
			random,
		});
		endActivity(end, endedAt, 'Successful');
	}
	bury(region, box, endedAt);
	return launchedAt;
};

/** Grace, then the checks that count. */
const servedSeconds = (plan: GroupPlan, random: Random): number => {
	const interval = 10;
	return (
		plan.graceSeconds + interval * (plan.target?.unhealthyThreshold ?? 2) - random.between([0, interval])
	);
};

const bury = (region: Region, box: LabBox, endedAt: LabMs): void => {
	box.lifecycle = 'Terminated';
	box.ec2State = 'terminated';
	box.endedAt = endedAt;
	box.health = 'Unhealthy';
	region.addresses.delete(box.privateIp);
	const forgottenAt = endedAt + 3_700_000;
	if (forgottenAt <= region.clock.now()) region.boxes.delete(box.instanceId);
	else region.clock.at(forgottenAt, () => region.boxes.delete(box.instanceId));
};
