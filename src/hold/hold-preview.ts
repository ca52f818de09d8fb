/** What holding would do and cost, read from the group as it is. */
import type {
	Activity,
	Aws,
	Group,
	LifecycleHook,
	ScalingPolicySummary,
	ScalingProcess,
} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {differsInvisibly} from '../base/terminal-text.ts';
import {blastRadius, servingBoxes} from './blast-radius.ts';
import {coverageOf} from './coverage.ts';
import type {Fuses} from './fuse.ts';
import {mayResume} from './may-resume.ts';
import {seenGroup} from './perform.ts';
import {type DividedAim, divideAim} from './preview-aim.ts';
import {presetProcesses} from './processes.ts';
import type {HoldPreview, Preset} from './types.ts';

export type PreviewRequest = {
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly group: string;
	readonly preset: Preset | readonly ScalingProcess[];
	readonly forSeconds: number;
};

type Facts = {
	readonly group: Group;
	/** ARNs of groups whose names look the same. */
	readonly twins: readonly string[];
	readonly hooks: readonly LifecycleHook[];
	readonly policies: readonly ScalingPolicySummary[];
	readonly activities: readonly Activity[];
	/** Boxes that a target group finds healthy; null where one of them may not be asked. */
	readonly serving: ReadonlySet<string> | null;
	readonly permission: HoldPreview['permission'];
	readonly aim: DividedAim;
};

/** Throws `not-found` for a name that is not exactly a group's. */
export const readPreview = async (request: PreviewRequest): Promise<HoldPreview> => {
	const {aws, group: name} = request;
	const group = (await aws.release.groups({names: [name]})).find(one => one.name === name);
	if (group === undefined)
		throw new UnflapError(
			'not-found',
			`There is no Auto Scaling group named ${name} in ${aws.facts.region}`,
			{
				next: ['unflap ls lists the names; a hold takes the exact one'],
			},
		);
	const [twins, hooks, policies, activities, serving, permission, aim] = await Promise.all([
		twinsOf(aws, name),
		orEmpty(aws.release.hooks(name)),
		orEmpty(aws.release.policies(name)),
		orEmpty(aws.release.activities({group: name, max: 20})),
		servingBoxes(aws, group.targetGroupArns),
		permissionOf(aws, group),
		divideAim({aws, fuses: request.fuses, group: seenGroup(group), name, aim: aimOf(request)}),
	]);
	return describe(request, {group, twins, hooks, policies, activities, serving, permission, aim});
};

/** Names that differ only in what cannot be seen (threats.md T10). */
const twinsOf = async (aws: Aws, name: string): Promise<readonly string[]> => {
	const groups = await orEmpty(aws.polling.groups({includeInstances: false}));
	return groups.filter(group => differsInvisibly(group.name, name)).map(({arn}) => arn);
};

/** What may not be read is left out of the costs; the hold itself does not need it. */
const orEmpty = async <T>(answer: Promise<readonly T[]>): Promise<readonly T[]> => {
	const [settled] = await Promise.allSettled([answer]);
	return settled.status === 'fulfilled' ? settled.value : [];
};

const aimOf = ({preset}: PreviewRequest): readonly ScalingProcess[] =>
	typeof preset === 'string' ? presetProcesses(preset) : preset;

const permissionOf = async (aws: Aws, {name, arn}: Group): Promise<HoldPreview['permission']> => {
	if (aws.facts.readOnly) return 'unknown';
	const [settled] = await Promise.allSettled([mayResume(aws, {group: name, arn})]);
	return settled.status === 'fulfilled' ? settled.value : 'unknown';
};

const describe = (request: PreviewRequest, facts: Facts): HoldPreview => {
	const {aws, group: name, preset, forSeconds} = request;
	const {group, serving} = facts;
	const healthy = serving?.size ?? 0;
	const {wanted, baseline, joins} = facts.aim;
	const coverage = coverageOf(group.instances, [...wanted, ...baseline]);
	const mostlyHookDeaths = areHookDeaths(facts.activities);
	return {
		group: name,
		preset: typeof preset === 'string' ? preset : 'custom',
		wanted,
		baseline,
		...coverage,
		costs: costs(aimOf(request), facts, mostlyHookDeaths),
		touches: blastRadius({group, serving}).whom,
		until: aws.clock.now() + forSeconds * 1000,
		healthyBoxes: healthy,
		mostlyHookDeaths,
		joins,
		marked: group.instances
			.filter(
				({lifecycleState, healthStatus}) => lifecycleState === 'InService' && healthStatus === 'Unhealthy',
			)
			.map(({instanceId}) => instanceId),
		refusal: refusal(aws, facts),
		permission: facts.permission,
	};
};

const refusal = (aws: Aws, {group, permission, aim}: Facts): string | null => {
	if (aws.facts.readOnly) return '--read-only: nothing in AWS is changed';
	if (group.status !== null) return `the group is being deleted: ${group.status}`;
	if (group.operator !== null) return `only ${group.operator} may change this group`;
	if (permission === 'denied')
		return 'you may not resume processes here: autoscaling:ResumeProcesses is denied';
	return aim.wanted.length === 0 ? 'all of it is suspended already, by others' : null;
};

/** AWS writes an abandoned or timed-out launch hook into the status of the launch. */
const areHookDeaths = (activities: readonly Activity[]): boolean => {
	const deaths = activities.filter(({description}) => /^Terminating EC2 instance/.test(description));
	const failed = activities.filter(({status}) => status === 'Cancelled' || status === 'Failed');
	const byHook = [...deaths, ...failed].filter(({cause, statusMessage}) =>
		/lifecycle|hook|abandon|heartbeat/i.test(`${cause} ${statusMessage ?? ''}`),
	);
	return byHook.length * 2 > deaths.length && byHook.length > 0;
};

const costs = (
	aim: readonly ScalingProcess[],
	facts: Facts,
	mostlyHookDeaths: boolean,
): readonly string[] => {
	const {group, twins, hooks, policies, serving} = facts;
	const healthy = serving?.size ?? 0;
	const active = policies.filter(({enabled}) => enabled);
	const launchHooks = hooks.filter(({transition}) => transition === 'autoscaling:EC2_INSTANCE_LAUNCHING');
	return [
		...(twins.length > 0
			? [
					`≈ another group's name looks the same: this one is ${uuidOf(group.arn)}, not ${twins.map(uuidOf).join(', ')}`,
				]
			: []),
		'no healing while held: a box that fails stays',
		...(healthy > 0 ? [`stops healing ${count(healthy, 'healthy box', 'healthy boxes')}`] : []),
		...(aim.includes('AlarmNotification') && active.length > 0
			? [
					`stops ${count(active.length, 'scaling policy', 'scaling policies')}: ${active.map(one => one.name).join(', ')}`,
				]
			: []),
		...(aim.includes('Launch')
			? ['nothing is launched either: lost capacity is not refilled']
			: ['launches go on: lost capacity is refilled']),
		...(launchHooks.length > 0
			? [
					`a box in Pending:Wait is kept by its launch hook alone (${launchHooks.map(hook => hook.name).join(', ')})`,
				]
			: []),
		...(mostlyHookDeaths
			? ['most boxes here die of a launch hook: suspending will not save those; catch or quiet would']
			: []),
	];
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** arn:…:autoScalingGroup:UUID:autoScalingGroupName/NAME */
const uuidOf = (arn: string): string => arn.split(':')[6] ?? arn;
