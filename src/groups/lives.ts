/** Launch and termination activities of one group, paired into lives. */
import type {Activity} from '../aws/types.ts';
import {type ClassifiedDeath, classifyFailedLaunch, classifyTermination} from './death-cause.ts';
import type {Life} from './types.ts';

/** A life that ended within this is young: the slowest loops are launch hooks that time out after an hour. */
const youngSeconds = 2 * 3600;

/** Newest launch or death first. Activities may come in any order. */
export const pairLives = (activities: readonly Activity[]): readonly Life[] => {
	const launches = new Map<string, Activity>();
	const terminations = new Map<string, Activity>();
	const withoutInstance: Activity[] = [];
	for (const activity of activities) {
		const instanceId = instanceOf(activity);
		if (isLaunch(activity)) {
			if (instanceId !== null) launches.set(instanceId, activity);
			else if (isDeadLaunch(activity)) withoutInstance.push(activity);
		} else if (instanceId !== null && isTermination(activity)) terminations.set(instanceId, activity);
	}
	const ids = new Set([...launches.keys(), ...terminations.keys()]);
	return [
		...[...ids].map(id => lifeOf(id, launches.get(id), terminations.get(id))),
		// A launch that failed before it had an instance lived no time at all.
		...withoutInstance.map(activity => lifeOf('', activity, undefined)),
	].toSorted((one, other) => lastMoment(other) - lastMoment(one));
};

const lifeOf = (
	instanceId: string,
	launch: Activity | undefined,
	termination: Activity | undefined,
): Life => {
	const death = deathOf(launch, termination);
	const launchedAt = launch?.startedAt ?? null;
	const diedAt = death?.at ?? null;
	const seconds = launchedAt === null || diedAt === null ? null : Math.max(0, (diedAt - launchedAt) / 1000);
	return {
		instanceId,
		launchedAt,
		diedAt,
		seconds,
		cause: death?.classified.cause ?? null,
		rawCause: death?.classified.rawCause ?? null,
		flap: death?.classified.mayFlap === true && seconds !== null && seconds < youngSeconds,
	};
};

type Death = {readonly at: number; readonly classified: ClassifiedDeath};

/** A launch that AWS gave up says more than the termination that follows from it. */
const deathOf = (launch: Activity | undefined, termination: Activity | undefined): Death | null => {
	if (launch !== undefined && isDeadLaunch(launch))
		return {
			at: termination?.startedAt ?? launch.endedAt ?? launch.startedAt,
			classified: classifyFailedLaunch(launch),
		};
	// A termination that failed killed nobody.
	if (termination === undefined || termination.status === 'Failed' || termination.status === 'Cancelled')
		return null;
	return {at: termination.startedAt, classified: classifyTermination(termination)};
};

const isLaunch = ({description}: Activity) => /^Launching a new EC2 instance/i.test(description);
const isTermination = ({description}: Activity) => /^Terminating EC2 instance/i.test(description);
const isDeadLaunch = ({status}: Activity) => status === 'Cancelled' || status === 'Failed';

/** There is no field for it (aws-facts.md 4.1). */
const instanceOf = ({description}: Activity): string | null =>
	/\bi-[0-9a-f]{8,17}\b/.exec(description.slice(0, 2048))?.[0] ?? null;

const lastMoment = ({launchedAt, diedAt}: Life) => diedAt ?? launchedAt ?? 0;
