/**
 * Whom a change of a group or of one of its boxes touches: one line, said before the first change. It is read from the
 * group as it is; what may not be read is said to be unknown, never left out.
 */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';

export type BlastRadius = {
	readonly group: Hostile;
	/** Null where the whole group is meant. */
	readonly instanceId: string | null;
	/** Boxes of the group, and those of them in service. */
	readonly boxes: number;
	readonly inService: number;
	/** Names of target groups that send traffic here. */
	readonly targetGroups: readonly Hostile[];
	/** Boxes that serve now, healthy in a target group; null where that may not be read. */
	readonly healthy: number | null;
	/** Whether the box in question serves now; null where the group is meant, or where it may not be read. */
	readonly boxServes: boolean | null;
	/** The line: 'touches ' and whom. */
	readonly says: Hostile;
	/** The same without its verb, for beside a label. */
	readonly whom: Hostile;
};

export type Touched = {
	readonly group: Pick<Group, 'name' | 'instances' | 'targetGroupArns'>;
	/** The one box that is changed, or null for the group. */
	readonly instanceId?: string | null;
};

/** One call a target group. Never throws for what AWS refuses. */
export const readBlastRadius = async (
	aws: Pick<Aws, 'polling'>,
	{group, instanceId = null}: Touched,
	signal?: AbortSignal,
): Promise<BlastRadius> => {
	const serving = await servingBoxes(aws, group.targetGroupArns, signal);
	return blastRadius({group, instanceId, serving});
};

/** Ids of boxes that a target group finds healthy; null where one of the groups may not be asked. */
export const servingBoxes = async (
	{polling}: Pick<Aws, 'polling'>,
	targetGroupArns: readonly string[],
	signal?: AbortSignal,
): Promise<ReadonlySet<string> | null> => {
	const options = signal === undefined ? {} : {signal};
	const answers = await Promise.all(targetGroupArns.map(arn => orNull(polling.targetHealth(arn, options))));
	if (answers.includes(null)) return null;
	const healthy = answers.flatMap(targets => targets ?? []).filter(({state}) => state === 'healthy');
	return new Set(healthy.map(({instanceId}) => instanceId));
};

const orNull = async <T>(answer: Promise<T>): Promise<T | null> => {
	try {
		return await answer;
	} catch (error) {
		if (error instanceof UnflapError) return null;
		throw error;
	}
};

/** `serving`: ids of boxes that a target group finds healthy, or null where nobody knows. */
export const blastRadius = ({
	group,
	instanceId = null,
	serving,
}: Touched & {readonly serving: ReadonlySet<string> | null}): BlastRadius => {
	const {instances} = group;
	const own = instances.filter(one => serving?.has(one.instanceId) ?? false);
	const facts = {
		group: group.name,
		instanceId,
		boxes: instances.length,
		inService: instances.filter(({lifecycleState}) => lifecycleState === 'InService').length,
		targetGroups: group.targetGroupArns.map(nameOf),
		healthy: serving === null ? null : own.length,
		boxServes:
			instanceId === null || serving === null ? null : own.some(one => one.instanceId === instanceId),
	};
	const whom = sentence(facts);
	return {...facts, says: `touches ${whom}`, whom};
};

/** arn:…:targetgroup/NAME/ID */
const nameOf = (arn: Hostile): Hostile => arn.split('/')[1] ?? arn;

const sentence = (facts: Omit<BlastRadius, 'says' | 'whom'>): Hostile => {
	const {group, instanceId, boxes, inService} = facts;
	const whole = `${group} (${count(boxes, 'box', 'boxes')}, ${inService} in service)`;
	const touched = instanceId === null ? whole : `${instanceId} alone, of ${whole}`;
	return `${touched}; ${traffic(facts)}`;
};

const traffic = ({
	targetGroups,
	healthy,
	instanceId,
	boxServes,
}: Omit<BlastRadius, 'says' | 'whom'>): Hostile => {
	if (targetGroups.length === 0) return 'no target group sends it traffic';
	const names = `${targetGroups.length === 1 ? 'target group' : 'target groups'} ${targetGroups.join(', ')}`;
	if (healthy === null) return `${names}: who serves traffic now could not be read`;
	if (healthy === 0) return `${names}: no box serves traffic now`;
	const serving = `${count(healthy, 'healthy box serves', 'healthy boxes serve')} traffic now`;
	if (instanceId === null) return `${names}: ${serving}`;
	return `${names}: ${serving}, ${boxServes === true ? 'this one among them' : 'this one not'}`;
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
