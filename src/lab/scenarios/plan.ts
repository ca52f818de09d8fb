/** A scenario as data: groups with their settings, how their boxes live, and how old the boxes are at the start. */
import type {Random, Range} from '../random.ts';
import type {Behaviour, Hook, ScheduledAction} from '../world/model.ts';

export type GroupPlan = {
	readonly name: string;
	readonly min: number;
	readonly max: number;
	readonly healthCheckTypes: readonly string[];
	readonly graceSeconds: number;
	readonly behaviour: Behaviour;
	readonly hooks?: readonly Hook[];
	/** null: no load balancer. */
	readonly target: {readonly port: number; readonly path: string; readonly unhealthyThreshold: number} | null;
	readonly scheduledActions?: readonly ScheduledAction[];
	readonly hasPolicy?: boolean;
	/** Ages of the boxes at the start in seconds, one a box: desired is their number. */
	readonly ages: readonly Range[];
	/** The boxes before the present ones died young, one after the other, since this many seconds; null: calm. */
	readonly flapsSinceSeconds: number | null;
	/** Processes somebody suspended this many days ago. */
	readonly stray?: {readonly processes: readonly string[]; readonly days: Range};
	/** An instance refresh under way, begun that long ago. */
	readonly refresh?: {readonly percentage: number; readonly secondsAgo: number};
	readonly warmPool?: {readonly poolState: string; readonly minSize: number};
	/** What EC2 has announced for the oldest box. */
	readonly planned?: {readonly code: string; readonly description: string; readonly inSeconds: number};
	/** What people changed shortly before the new version of the launch template. */
	readonly changes?: readonly {
		readonly of: 'group' | 'target group';
		readonly who: string;
		readonly secondsBefore: number;
		/** As they were sent, in camel case. */
		readonly settings: Readonly<Record<string, string | number>>;
	}[];
	readonly tags?: Readonly<Record<string, string>>;
	readonly createdDaysAgo: Range;
};

export type Scenario = (random: Random) => readonly GroupPlan[];
