/** What a catch is made of: wishes, boxes, what is seen, what is done. The rules are in catch-core.ts. */
import type {AwsMs} from '../base/clock.ts';
import type {HookResult} from './hook-answers.ts';

export type CatchWish = {
	/** `launch`: the next box that comes. `dying`: the next that goes, held by a hook of ours. */
	readonly what: 'launch' | 'dying';
	/** A box that is there already and is caught at once. */
	readonly first: string | null;
	/** Every box, or one. */
	readonly every: boolean;
	readonly hold: boolean;
	/** COMMAND runs for each box; `hook` is the one its exit code completes, null where the group has none. */
	readonly command: {readonly hook: string | null} | null;
	/** The hook of CodeDeploy that is continued under the hold. */
	readonly rescueHook: string | null;
	/** Whether the group has launch hooks: without one a box comes into service in no time. */
	readonly hasLaunchHook: boolean;
	/** How long a caught box is kept. */
	readonly keepMs: number;
	/** How long to wait for one; null: until one comes. */
	readonly waitMs: number | null;
};

/** How far the command, or the rescue, of a box is. */
export type CatchWork = 'none' | 'due' | 'running' | 'answering' | 'done';

export type CaughtBox = {
	readonly instanceId: string;
	/** As Auto Scaling says; 'gone' where the group does not have it any more. */
	readonly lifecycleState: string;
	readonly caughtAt: AwsMs;
	readonly work: CatchWork;
	/** Nothing is done for it any more. */
	readonly letGo: boolean;
};

export type CatchEnd = 'asked' | 'time' | 'gone' | 'nobody-came' | 'answered' | 'group-gone';

export type CatchState = {
	readonly wish: CatchWish;
	/** Boxes that are not caught: there before, or one too many. Null: the group was not read yet. */
	readonly known: readonly string[] | null;
	readonly boxes: readonly CaughtBox[];
	readonly hold: 'none' | 'asked' | 'held' | 'over';
	/** Since when nobody is being kept. */
	readonly waitingSince: AwsMs | null;
	readonly ended: CatchEnd | null;
};

export type SeenBox = {readonly instanceId: string; readonly lifecycleState: string};

export type CatchEvent =
	/** The group was read; null: there is no such group any more. */
	| {readonly on: 'seen'; readonly boxes: readonly SeenBox[] | null}
	| {readonly on: 'hold'; readonly state: 'held' | 'over'}
	/** Null: it was stopped, or could not be started; its hook gets no answer. */
	| {readonly on: 'command-ended'; readonly instanceId: string; readonly code: number | null}
	| {readonly on: 'answered'; readonly instanceId: string}
	| {readonly on: 'end'};

export type CatchDeed =
	/** Pin it, stream it, ring the bell. */
	| {readonly do: 'catch'; readonly instanceId: string}
	/** Its state changed. */
	| {readonly do: 'tell'; readonly instanceId: string; readonly from: string; readonly to: string}
	/** It waits for a hook now: the first heartbeat is due. */
	| {readonly do: 'pin'; readonly instanceId: string}
	| {readonly do: 'hold'}
	| {readonly do: 'run'; readonly instanceId: string}
	/** Its hook was over before the command could begin. */
	| {readonly do: 'too-late'; readonly instanceId: string}
	| {
			readonly do: 'answer';
			readonly instanceId: string;
			readonly hook: string;
			readonly result: HookResult;
			readonly why: 'command' | 'rescue';
	  }
	| {readonly do: 'stop-command'; readonly instanceId: string}
	/** Heartbeats and stream end. */
	| {readonly do: 'let-go'; readonly instanceId: string; readonly why: 'gone' | 'time' | 'answered'}
	| {readonly do: 'end'; readonly why: CatchEnd};

export type CatchStep = {readonly state: CatchState; readonly deeds: readonly CatchDeed[]};
