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
	if (group === undefined) return predictRelease(inputs, {group: null, targets: new Map(), gone: new Map()});
	const [targets, gone] = await Promise.all([readTargets(aws, group), readGone(aws, group)]);
	return predictRelease(inputs, {group, targets, gone});
};

type Seen = {
	readonly group: Group | null;
	readonly targets: ReadonlyMap<string, TargetHealth>;
	/** Boxes in service whose machine does not run, with its EC2 state. */
	readonly gone: ReadonlyMap<string, string>;
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

/** EC2 forgets a terminated machine after an hour; where it may not be asked, nothing is said of machines. */
const readGone = async (aws: Aws, group: Group): Promise<ReadonlyMap<string, string>> => {
	const ids = inServiceOf(group).map(({instanceId}) => instanceId);
	const [answer] = await Promise.allSettled([aws.polling.instances(ids)]);
	if (answer.status === 'rejected') return new Map();
	const states = new Map(answer.value.map(({instanceId, state}) => [instanceId, state]));
	return new Map(
		ids
			.map((id): [string, string] => [id, states.get(id) ?? 'terminated'])
			.filter(([, state]) => state !== 'running' && state !== 'pending'),
	);
};

const inServiceOf = (group: Group | null): readonly GroupInstance[] =>
	(group?.instances ?? []).filter(({lifecycleState}) => lifecycleState === 'InService');

export const predictRelease = (inputs: ReleasePreviewInputs, seen: Seen): ReleasePreview => {
	const {group} = seen;
	const {changedByOther} = inputs;
	const shared = new Set(group === null ? [] : inputs.leftToOthers(group));
	const back = inputs.wanted.filter(process => !shared.has(process) && !(process in changedByOther));
	const inService = inServiceOf(group);
	const left = new Set((group?.suspended ?? []).map(({process}) => process));
	for (const process of back) left.delete(process);
	const replaces = !left.has('ReplaceUnhealthy') && !left.has('Terminate');
	const marked = replaces ? inService.filter(isMarked) : [];
	const judged =
		replaces && !left.has('HealthCheck')
			? inService.filter(box => !isMarked(box)).flatMap(box => verdictOn(box.instanceId, seen))
			: [];
	return {
		group: inputs.group,
		givesBack: inOrder(back),
		leavesOff: leavesOff(inputs, shared),
		changedByOther: Object.entries(changedByOther).map(([process, reason]) => ({process, reason})),
		terminate: marked.map(({instanceId}) => ({instanceId, why: 'marked Unhealthy'})),
		judge: judged,
		launches: launches(group, marked.length + judged.length, left),
		stillHeldBy: group === null ? [] : otherTags(group, inputs.holdId).map(({owner}) => owner),
		dies: marked.length + judged.length,
	};
};

const isMarked = ({healthStatus}: GroupInstance): boolean => healthStatus.toLowerCase() === 'unhealthy';

/** What health checks say at once when they are given back; `initial` and `draining` are no verdict. */
const verdictOn = (instanceId: string, {group, targets, gone}: Seen): ReleasePreview['judge'] => {
	const machine = gone.get(instanceId);
	if (machine !== undefined) return [{instanceId, why: `its machine is ${machine}`}];
	const target = targets.get(instanceId);
	const isFailing = target?.state === 'unhealthy' || target?.state === 'unavailable';
	if (target === undefined || !isFailing || !group?.healthCheckTypes.includes('ELB')) return [];
	const said = target.reason ?? target.state;
	return [{instanceId, why: `ELB still says ${said}; the grace period covers new boxes only`}];
};

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
