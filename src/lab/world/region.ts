/** The state of the simulated region: groups by name, boxes by id. Lives and calls change it; it changes nothing by itself. */
import type {Random} from '../random.ts';
import type {LabClock, LabMs, Recording} from '../types.ts';
import {createRuns, type Runs} from './automation-runs.ts';
import {createDeployments, type Deployments} from './deployments.ts';
import {createDocuments, type Documents} from './documents.ts';
import {
	type Activity,
	isoSeconds,
	type LabBox,
	type LabGroup,
	type ScalingProcess,
	scalingProcesses,
} from './model.ts';
import {createTrail, type Trail} from './trail.ts';

export type Region = {
	readonly name: string;
	readonly accountId: string;
	readonly clock: LabClock;
	readonly random: Random;
	/** In the order the scenario made them. */
	readonly groups: Map<string, LabGroup>;
	readonly boxes: Map<string, LabBox>;
	readonly recordings: ReadonlyMap<string, Recording>;
	readonly documents: Documents;
	readonly runs: Runs;
	readonly deployments: Deployments;
	readonly trail: Trail;
	/** Trust policies, as JSON, by the role's ARN. */
	readonly roles: Map<string, string>;
	/** Private addresses in use. */
	readonly addresses: Set<string>;
	/** Called after any change of a group's processes or tags, with the state before it, for stale reads. */
	readonly beforeChange: ((group: LabGroup) => void)[];
	readonly onTerminated: ((instanceId: string) => void)[];
	readonly onResumed: ((group: LabGroup, processes: readonly string[]) => void)[];
};

export const createRegion = (
	options: Pick<Region, 'name' | 'accountId' | 'clock' | 'random' | 'recordings'>,
): Region => ({
	...options,
	groups: new Map(),
	boxes: new Map(),
	documents: createDocuments(options.clock),
	runs: createRuns(options.clock),
	deployments: createDeployments(options.clock, options.random.fork('deployments')),
	trail: createTrail(options.clock, options.random.fork('trail')),
	roles: new Map(),
	addresses: new Set(),
	beforeChange: [],
	onTerminated: [],
	onResumed: [],
});

/** Suspends are additive; a process that is suspended already keeps its reason. */
export const suspend = (
	region: Region,
	group: LabGroup,
	processes: readonly string[],
	reason = `User suspended at ${isoSeconds(region.clock.now())}`,
): void => {
	for (const listener of region.beforeChange) listener(group);
	for (const process of orAll(processes))
		if (!group.suspended.has(process)) group.suspended.set(process, reason);
};

/** Resuming what runs changes nothing. What waited for the resumed processes happens at once. */
export const resume = (region: Region, group: LabGroup, processes: readonly string[]): void => {
	for (const listener of region.beforeChange) listener(group);
	const resumed = orAll(processes).filter(process => group.suspended.delete(process));
	for (const listener of region.onResumed) listener(group, resumed);
};

/** AWS reads an empty list as all nine processes (aws-facts 1.2). */
const orAll = (processes: readonly string[]): readonly string[] =>
	processes.length === 0 ? scalingProcesses : processes;

export const isScalingProcess = (name: string): name is ScalingProcess =>
	(scalingProcesses as readonly string[]).includes(name);

/** The box lives on outside its group. */
export const detach = (box: LabBox): void => {
	const {group} = box;
	if (group === null) return;
	group.boxes.splice(group.boxes.indexOf(box), 1);
	box.group = null;
};

export const addActivity = (
	region: Region,
	group: LabGroup,
	activity: Pick<Activity, 'description' | 'cause' | 'zone' | 'status'> & {
		readonly startedAt?: LabMs;
		readonly random: Random;
	},
): Activity => {
	const {random, startedAt = region.clock.now(), ...rest} = activity;
	const added: Activity = {
		...rest,
		id: random.uuid(),
		groupName: group.name,
		groupArn: group.arn,
		startedAt,
		endedAt: null,
		statusMessage: null,
		progress: 0,
	};
	group.activities.unshift(added);
	// Six weeks of a flapping group would fill the memory of a lab that runs fast for days.
	if (group.activities.length > 20_000) group.activities.length = 15_000;
	return added;
};

export const endActivity = (activity: Activity | null, at: LabMs, status: string, message?: string): void => {
	if (activity === null || activity.endedAt !== null) return;
	activity.endedAt = at;
	activity.status = status;
	activity.progress = 100;
	if (message !== undefined) {
		activity.statusMessage = message;
		activity.description += `.  Status Reason: ${message}`;
	}
};
