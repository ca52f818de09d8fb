/** Groups as JSON: `ls` and `show` share these names, and scripts rely on them (contract.md). */

import type {Aws} from '../aws/types.ts';
import {masked} from '../base/terminal-text.ts';
import {isoTime} from '../base/time-text.ts';
import {isLive} from '../groups/hold-tag.ts';
import {predictedDeathAt} from '../groups/predicted-death.ts';
import type {TemplateChange} from '../groups/template-change.ts';
import type {Box, GroupDetail, GroupView, HoldTag, Life} from '../groups/types.ts';

export const groupDocument = (view: GroupView, now: number) => {
	const {group, flaps, state, strays} = view;
	const {lastDeath} = flaps;
	return {
		name: group.name,
		arn: group.arn,
		desired: group.desired,
		min: group.min,
		max: group.max,
		inService: view.inService,
		instances: group.instances.length,
		state,
		flapsPerHour: flaps.flapsPerHour,
		lifeMedianSeconds: flaps.lifeMedianSeconds,
		lifeSpreadSeconds: flaps.lifeSpreadSeconds,
		lastDeath:
			lastDeath === null
				? null
				: {
						at: isoTime(lastDeath.at),
						instanceId: lastDeath.instanceId === '' ? null : lastDeath.instanceId,
						cause: lastDeath.cause,
					},
		suspended: group.suspended.map(({process}) => process),
		hold: holdDocument(view.holds.find(hold => isLive(hold, now))),
		strays: strays.map(({process}) => process),
		deaths: flaps.deaths,
		launches: flaps.launches,
		since: isoTime(flaps.since),
	};
};

const holdDocument = (hold: HoldTag | undefined) =>
	hold === undefined
		? null
		: {
				holdId: hold.holdId,
				owner: hold.owner,
				host: hold.host,
				until: isoTime(hold.until),
				suspended: hold.processes,
				baseline: hold.baseline,
				why: hold.why === '' ? null : hold.why,
			};

export const detailDocument = (
	{view, boxes, hooks, policies, targetGroups, refreshes, statuses, missing}: GroupDetail,
	now: number,
) => ({
	...groupDocument(view, now),
	createdAt: isoTime(view.group.createdAt),
	status: view.group.status,
	template: view.group.template,
	healthCheckTypes: view.group.healthCheckTypes,
	healthCheckGraceSeconds: view.group.healthCheckGraceSeconds,
	maxInstanceLifetimeSeconds: view.group.maxInstanceLifetimeSeconds,
	suspensions: view.group.suspended,
	tags: view.group.tags,
	causes: Object.fromEntries(view.flaps.causes),
	bins: view.flaps.bins,
	boxes: boxes.map(box => ({
		...boxDocument(box, now),
		predictedDeathAt: isoTime(predictedDeathAt({view, targetGroups}, box)),
	})),
	hooks,
	policies,
	targetGroups,
	warmPool: view.group.warmPool,
	refreshes: refreshes.map(refresh => ({
		...refresh,
		startedAt: isoTime(refresh.startedAt),
		endedAt: isoTime(refresh.endedAt),
	})),
	instanceStatus: statuses.map(({scheduled, ...status}) => ({
		...status,
		scheduled: scheduled.map(event => ({...event, notBefore: isoTime(event.notBefore)})),
	})),
	lives: view.lives.map(lifeDocument),
	activities: view.activities.map(activity => ({
		...activity,
		startedAt: isoTime(activity.startedAt),
		endedAt: isoTime(activity.endedAt),
	})),
	missing,
});

export const changeDocument = (change: TemplateChange | null) =>
	change === null
		? null
		: {
				...change,
				createdAt: isoTime(change.createdAt),
				differences: change.differences.map(({what, before, after}) => ({
					what,
					before: before === null ? null : masked(before),
					after: after === null ? null : masked(after),
				})),
			};

const boxDocument = (box: Box, now: number) => ({
	instanceId: box.instanceId,
	number: box.number,
	availabilityZone: box.instance.availabilityZone,
	lifecycleState: box.instance.lifecycleState,
	healthStatus: box.instance.healthStatus,
	protectedFromScaleIn: box.instance.protectedFromScaleIn,
	templateVersion: box.instance.templateVersion,
	instanceType: box.instance.instanceType,
	launchedAt: isoTime(box.launchedAt),
	ageSeconds: box.launchedAt === null ? null : Math.max(0, Math.round((now - box.launchedAt) / 1000)),
	privateIp: box.privateIp,
	nameTag: box.nameTag,
	target: box.target,
	ssm: box.ssm === null ? null : {pingStatus: box.ssm.pingStatus, agentVersion: box.ssm.agentVersion},
});

const lifeDocument = (life: Life) => ({
	instanceId: life.instanceId === '' ? null : life.instanceId,
	launchedAt: isoTime(life.launchedAt),
	diedAt: isoTime(life.diedAt),
	lifeSeconds: life.seconds,
	cause: life.cause,
	rawCause: life.rawCause,
	flap: life.flap,
});

/** AWS time now, whole milliseconds. */
export const nowOf = (aws: Pick<Aws, 'clock'>): number => Math.round(aws.clock.now());
