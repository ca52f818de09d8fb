/** The instance refresh that matters now. */
import type {InstanceRefresh} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';

const recentMs = 2 * 3_600_000;

/** One under way, or that ended in the last two hours; null for none. An unknown state counts as under way until its end. */
export const latestRefresh = (refreshes: readonly InstanceRefresh[], now: AwsMs): InstanceRefresh | null =>
	refreshes.find(({endedAt}) => endedAt === null) ??
	refreshes.find(({endedAt}) => endedAt !== null && now - endedAt < recentMs) ??
	null;
