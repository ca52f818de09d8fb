/** Who will die of a release: read from the group as it is, before anything is resumed (aws-facts.md 1.6). */
import type {Aws, Group, GroupInstance, ScalingProcess, TargetHealth} from '../aws/types.ts';
import {otherTags} from './other-owners.ts';
import {inOrder} from './processes.ts';
import type {ReleasePreview} from './types.ts';

export type ReleasePreviewInputs = {
	readonly group: string;
	readonly holdId: string;
	readonly wanted: readonly ScalingProcess[];
	readonly baseline: readonly string[];
	/** Of `wanted`, by the rules of the release: what another hold keeps. */
	readonly leftToOthers: (group: Group) => readonly string[];
	/** Of `wanted`: resumed and suspended anew by somebody else, with their reason. */
	readonly changedByOther: Readonly<Record<string, string>>;
};

export const readRelease = async (
	inputs: ReleasePreviewInputs & {readonly aws: Aws},
): Promise<ReleasePreview> => {
	const {aws, group: name} = inputs;
	const [group] = (await aws.release.groups({names: [name]})).filter(one => one.name === name);
	const targets = group === undefined ? new Map() : await readTargets(aws, group);
	return predictRelease(inputs, {group: group ?? null, targets});
};

type Seen = {
	readonly group: Group | null;
	readonly targets: ReadonlyMap<string, TargetHealth>;
};

/** The worst target of each box; a group whose target health may not be read is judged without it. */
const readTargets = async (aws: Aws, group: Group): Promise<ReadonlyMap<string, TargetHealth>> => {
	const answers = await Promise.allSettled(group.targetGroupArns.map(arn => aws.polling.targetHealth(arn)));
	const targets = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
	const worst = new Map<string, TargetHealth>();
	for (const target of targets) {
		const known = worst.get(target.instanceId);
		if (known === undefined || (known.state === 'healthy' && target.state !== 'healthy'))
			worst.set(target.instanceId, target);
	}
	return worst;
};

export const predictRelease = (inputs: ReleasePreviewInputs, {group, targets}: Seen): ReleasePreview => {
	const {changedByOther} = inputs;
	const shared = new Set(group === null ? [] : inputs.leftToOthers(group));
	const back = inputs.wanted.filter(process => !shared.has(process) && !(process in changedByOther));
	const inService = (group?.instances ?? []).filter(({lifecycleState}) => lifecycleState === 'InService');
	const left = new Set((group?.suspended ?? []).map(({process}) => process));
	for (const process of back) left.delete(process);
	const replaces = !left.has('ReplaceUnhealthy') && !left.has('Terminate');
	const marked = replaces ? inService.filter(isMarked) : [];
	const judged =
		replaces && !left.has('HealthCheck') && group?.healthCheckTypes.includes('ELB')
			? inService.filter(box => !isMarked(box) && isFailing(targets.get(box.instanceId)))
			: [];
	return {
		group: inputs.group,
		givesBack: inOrder(back),
		leavesOff: leavesOff(inputs, shared),
		changedByOther: Object.entries(changedByOther).map(([process, reason]) => ({process, reason})),
		terminate: marked.map(({instanceId}) => ({instanceId, why: 'marked Unhealthy'})),
		judge: judged.map(({instanceId}) => ({instanceId, why: whyJudged(targets.get(instanceId))})),
		launches: launches(group, marked.length + judged.length, left),
		stillHeldBy: group === null ? [] : otherTags(group, inputs.holdId).map(({owner}) => owner),
		dies: marked.length + judged.length,
	};
};

const isMarked = ({healthStatus}: GroupInstance): boolean => healthStatus.toLowerCase() === 'unhealthy';

/** `initial` and `draining` are no verdict of the load balancer. */
const isFailing = (target: TargetHealth | undefined): boolean =>
	target !== undefined && (target.state === 'unhealthy' || target.state === 'unavailable');

const whyJudged = (target: TargetHealth | undefined): string =>
	`ELB still says ${target?.reason ?? target?.state ?? 'unhealthy'}; the grace period covers new boxes only`;

const leavesOff = ({baseline, changedByOther}: ReleasePreviewInputs, shared: ReadonlySet<string>) => [
	...baseline.map(process => ({process, why: 'was off before us'})),
	...[...shared].map(process => ({process, why: 'another hold keeps it'})),
	...Object.keys(changedByOther)
		.filter(process => !shared.has(process))
		.map(process => ({process, why: 'resumed and suspended again by somebody else'})),
];

const launches = (group: Group | null, deaths: number, left: ReadonlySet<string>): string | null => {
	if (group === null || left.has('Launch')) return null;
	const missing = Math.max(0, group.desired - group.instances.length);
	const most = missing + deaths;
	if (most === 0) return null;
	const version = group.template === null ? '' : ` from template ${group.template.version}`;
	return `${missing === most ? most : `${missing} to ${most}`}${version}`;
};
