/** Everything a frame is painted from, gathered once per frame. Painting is pure: model in, rows out. */
import type {AwsFacts, Identity, LoggedCall, SeenError} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {KnownBoot} from '../boot/compare-boots.ts';
import type {Background} from '../groups/background.ts';
import type {GoodBoot} from '../groups/good-boots.ts';
import type {GroupDetail, GroupView} from '../groups/types.ts';
import type {PatientView, PinView} from '../hold/care-types.ts';
import type {HeldElsewhere, HoldView} from '../hold/types.ts';
import type {BoxProbe} from '../remote/box-probe-types.ts';
import type {LogStore} from '../stream/types.ts';
import type {AppState, Problem} from './app-state.ts';
import type {WatchedBox} from './box-watch.ts';
import type {CatchView} from './catch-watch.ts';
import type {Place} from './place.ts';

export type PollFacts = {
	/** Seconds of process time since the last answer, or null before the first. */
	readonly ageSeconds: number | null;
	readonly health: 'ok' | 'throttled' | 'offline' | 'expired' | 'denied';
	readonly problem: Problem | null;
};

export type Model = {
	readonly state: AppState;
	readonly place: Place;
	readonly now: AwsMs;
	/** AWS seconds per second. */
	readonly rate: number;
	readonly facts: AwsFacts;
	readonly identity: Identity | null;
	readonly poll: PollFacts;
	/** All groups, worst first; null before the first list. */
	readonly groups: readonly GroupView[] | null;
	/** Of the group in focus. */
	readonly detail: GroupDetail | null;
	/** What stands behind it, for the box of screen 5; null elsewhere, and before it was read. */
	readonly background: Background | null;
	/** Good boots of the group, as far as they are known; [] where no screen asks. */
	readonly good: readonly GoodBoot[];
	/** What the box of screen 5 said of itself; null elsewhere, and before it was asked. */
	readonly probe: {readonly instanceId: string; readonly probe: BoxProbe} | null;
	readonly holds: readonly HoldView[];
	/** Boxes kept in their wait by this process, and boxes taken out of service by runs of this user. */
	readonly pins: readonly PinView[];
	readonly patients: readonly PatientView[];
	/** Catches of this process, armed or with their box. */
	readonly catches: readonly CatchView[];
	/** Holds of others on the group in focus, with their fuses, as last asked for. */
	readonly elsewhere: readonly HeldElsewhere[];
	/** Streams of the group in focus, in the order they were opened. */
	readonly boxes: readonly WatchedBox[];
	/** Boots of the group's boxes that were watched in this run, living and gone; [] where no screen asks. */
	readonly knownBoots: readonly KnownBoot[];
	readonly store: LogStore | null;
	readonly lineRate: number;
	readonly errors: readonly SeenError[];
	readonly changes: readonly LoggedCall[];
	/** When this run began, for "no errors since". */
	readonly startedAt: AwsMs;
	readonly colour: boolean;
};

/** The hold of this process on the group, while it is one. */
export const holdOn = ({holds}: Pick<Model, 'holds'>, group: string | null): HoldView | undefined =>
	holds.find(hold => hold.group === group && isOn(hold));

export const isOn = ({phase}: HoldView): boolean =>
	phase === 'held' || phase === 'ending' || phase === 'releasing';

/** The group in focus as last seen, from its own polling or from the fleet's. */
export const viewOf = ({detail, groups, place}: Model): GroupView | null =>
	detail !== null && detail.view.group.name === place.group
		? detail.view
		: (groups?.find(({group}) => group.name === place.group) ?? null);

export const boxOf = (model: Model, instanceId: string | null): WatchedBox | null =>
	model.boxes.find(box => box.instanceId === instanceId) ?? null;
