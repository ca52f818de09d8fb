/** Catches that this screen has armed, one a group: what they wait for, and whom they have. */
import type {Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {keptBoxes} from '../hold/catch-core.ts';
import type {CatchNews} from '../hold/catch-news.ts';
import type {Catcher} from '../hold/catcher.ts';
import type {HoldRequest, Holds} from '../hold/types.ts';
import {usualSeconds} from './lease.ts';

export type CatchView = {
	readonly group: Hostile;
	readonly since: AwsMs;
	/** The group is held when that keeps the box. */
	readonly holds: boolean;
	readonly box: {readonly instanceId: string; readonly lifecycleState: string} | null;
};

export type CatchWatch = {
	readonly views: () => readonly CatchView[];
	readonly arm: (request: ArmRequest) => void;
	/** Heartbeats of what it has end; a hold stays. */
	readonly disarm: (group: Hostile) => void;
	readonly stop: () => void;
};

export type ArmRequest = {
	readonly holds: Holds;
	readonly group: Group;
	readonly hasLaunchHook: boolean;
	/** As the preview said; null: none. */
	readonly hold: HoldRequest | null;
	readonly now: AwsMs;
};

export type CatchWatchOptions = {
	/** What happens to the group's catch, for the screen. */
	readonly heard: (group: Hostile, news: CatchNews) => void;
	readonly changed: () => void;
	readonly failed: (error: unknown) => void;
};

type Armed = {readonly catcher: Catcher; readonly since: AwsMs; readonly holds: boolean};

export const createCatchWatch = ({heard, changed, failed}: CatchWatchOptions): CatchWatch => {
	const armed = new Map<Hostile, Armed>();
	const disarm = (group: Hostile) => {
		armed.get(group)?.catcher.end();
		if (armed.delete(group)) changed();
	};
	return {
		views: () =>
			[...armed].map(([group, {catcher, since, holds}]) => ({
				group,
				since,
				holds,
				box: keptBoxes(catcher.state())[0] ?? null,
			})),
		arm: ({holds, group, hasLaunchHook, hold, now}) => {
			const {name} = group;
			disarm(name);
			const catcher = holds.catch({
				group,
				command: null,
				wish: {
					...{what: 'launch', first: null, every: false, command: null, rescueHook: null},
					...{hold: hold !== null, hasLaunchHook, keepMs: usualSeconds * 1000, waitMs: null},
				},
				onNews: news => {
					if (news.event === 'hold-begins' && hold !== null) holds.hold(hold);
					heard(name, news);
					changed();
				},
			});
			armed.set(name, {catcher, since: now, holds: hold !== null});
			changed();
			catcher.done.then(() => {
				if (armed.get(name)?.catcher === catcher) armed.delete(name);
				changed();
			}, failed);
		},
		disarm,
		stop: () => {
			for (const group of [...armed.keys()]) disarm(group);
		},
	};
};
