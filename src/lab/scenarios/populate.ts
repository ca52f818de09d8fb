/** Turns a scenario's plans into groups and boxes of the region, as if they had lived until now. */
import type {Random} from '../random.ts';
import type {Lives} from '../world/lives.ts';
import {isoSeconds, type LabGroup, type TargetGroup, type Zone} from '../world/model.ts';
import type {Region} from '../world/region.ts';
import {settleSlot} from './history.ts';
import type {GroupPlan} from './plan.ts';
import {writeHistory} from './trail-history.ts';

const daysMs = 86_400_000;

export const populate = (region: Region, lives: Lives, plans: readonly GroupPlan[]): void => {
	const zones = makeZones(region);
	for (const plan of plans) {
		const random = region.random.fork(`group/${plan.name}`);
		const group = makeGroup(region, plan, {random, zones});
		region.groups.set(group.name, group);
		const slots = plan.ages.map((age, index) => ({age, random: random.fork(`slot/${index}`)}));
		for (const slot of slots) settleSlot({region, lives, group, plan}, slot);
		if (plan.flapsSinceSeconds !== null) bringTemplateForward(group);
		writeHistory(region, group, plan);
		group.activities.sort((one, other) => other.startedAt - one.startedAt);
		// AWS lists boxes in no promised order; by launch is how people see them most.
		group.boxes.sort((one, other) => one.launchedAt - other.launchedAt);
	}
};

const makeZones = ({name, random}: Region): readonly [Zone, Zone, Zone] => {
	const own = random.fork('zones');
	const network = `10.${own.integer(1, 250)}`;
	const zone = (letter: string, third: number): Zone => ({
		name: `${name}${letter}`,
		subnetId: `subnet-0${own.hex(16)}`,
		network,
		third,
	});
	return [zone('a', 0), zone('b', 16), zone('c', 32)];
};

type Made = {readonly random: Random; readonly zones: readonly [Zone, ...Zone[]]};

const makeGroup = (region: Region, plan: GroupPlan, {random, zones}: Made): LabGroup => {
	const now = region.clock.now();
	const {accountId, name: regionName} = region;
	const arn = `arn:aws:autoscaling:${regionName}:${accountId}:autoScalingGroup:${random.uuid()}:autoScalingGroupName/${plan.name}`;
	const policyId = random.uuid();
	return {
		name: plan.name,
		arn,
		createdAt: now - Math.round(random.between(plan.createdDaysAgo) * daysMs),
		min: plan.min,
		max: plan.max,
		desired: plan.ages.length,
		healthCheckTypes: plan.healthCheckTypes,
		graceSeconds: plan.graceSeconds,
		cooldownSeconds: 300,
		zones,
		template: makeTemplate(region, plan, random),
		targetGroups: plan.target === null ? [] : [makeTarget(region, plan.name, plan.target, random)],
		hooks: plan.hooks ?? [],
		policies:
			plan.hasPolicy === true
				? [
						{
							name: `${plan.name}-cpu`,
							arn: `arn:aws:autoscaling:${regionName}:${accountId}:scalingPolicy:${policyId}:autoScalingGroupName/${plan.name}:policyName/${plan.name}-cpu`,
							type: 'TargetTrackingScaling',
							alarm: `TargetTracking-${plan.name}-AlarmHigh-${policyId}`,
						},
					]
				: [],
		scheduledActions: plan.scheduledActions ?? [],
		behaviour: plan.behaviour,
		refreshes: refreshesOf(plan, now, random.fork('refresh')),
		warmPool: plan.warmPool ?? null,
		plannedEvent:
			plan.planned === undefined
				? null
				: {
						code: plan.planned.code,
						description: plan.planned.description,
						notBefore: now + plan.planned.inSeconds * 1000,
					},
		suspended: strayOf(plan, now, random),
		tags: new Map(
			Object.entries({Name: plan.name, environment: 'lab', ...plan.tags}).map(([key, value]) => [
				key,
				{value, propagate: true},
			]),
		),
		boxes: [],
		activities: [],
		launched: 0,
		status: null,
	};
};

const refreshesOf = ({refresh}: GroupPlan, now: number, random: Random): LabGroup['refreshes'] =>
	refresh === undefined
		? []
		: [
				{
					id: random.uuid(),
					status: 'InProgress',
					percentage: refresh.percentage,
					startedAt: now - refresh.secondsAgo * 1000,
					endedAt: null,
				},
			];

const makeTemplate = (region: Region, plan: GroupPlan, random: Random): LabGroup['template'] => ({
	id: `lt-0${random.hex(16)}`,
	name: plan.name,
	version: random.integer(2, 90),
	imageId: `ami-0${random.hex(16)}`,
	previousImageId: `ami-0${random.hex(16)}`,
	instanceType: random.pick(['t3.small', 't3.medium', 'm6i.large', 'c6i.large']),
	profileArn: `arn:aws:iam::${region.accountId}:instance-profile/${plan.name}`,
	createdAt:
		region.clock.now() - (plan.flapsSinceSeconds ?? random.integer(20, 60) * 86_400) * 1000 - 120_000,
});

/** Two minutes before the first of the boxes that died was launched somebody made a new version. */
const bringTemplateForward = ({template, activities}: LabGroup): void => {
	template.createdAt = Math.min(...activities.map(({startedAt}) => startedAt)) - 120_000;
};

const makeTarget = (
	{accountId, name: regionName}: Region,
	name: string,
	target: NonNullable<GroupPlan['target']>,
	random: Random,
): TargetGroup => {
	const targetName = `tg-${name}`.replaceAll(/[^a-zA-Z0-9-]/g, '-').slice(0, 32);
	return {
		arn: `arn:aws:elasticloadbalancing:${regionName}:${accountId}:targetgroup/${targetName}/${random.hex(16)}`,
		name: targetName,
		port: target.port,
		path: target.path,
		intervalSeconds: 10,
		timeoutSeconds: 5,
		healthyThreshold: 2,
		unhealthyThreshold: target.unhealthyThreshold,
		failure: random.pick([
			{reason: 'Target.Timeout', description: 'Request timed out'},
			{reason: 'Target.FailedHealthChecks', description: 'Health checks failed'},
		]),
	};
};

const strayOf = (plan: GroupPlan, now: number, random: Random): Map<string, string> => {
	if (plan.stray === undefined) return new Map();
	const at = now - Math.round(random.between(plan.stray.days) * daysMs);
	return new Map(plan.stray.processes.map(name => [name, `User suspended at ${isoSeconds(at)}`]));
};
