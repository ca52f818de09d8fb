/** What the screen remembers between two keys. Data of AWS and of boxes lives in their own stores. */
import type {Group, LifecycleHook, ScalingProcess} from '../aws/types.ts';
import type {AwsMs, ProcessMs} from '../base/clock.ts';
import type {Hostile, Shown} from '../base/text.ts';
import type {BlastRadius} from '../hold/blast-radius.ts';
import type {Deed, PatientView, PatientWay} from '../hold/care-types.ts';
import type {HoldPreview, HoldSession, ReleasePreview} from '../hold/types.ts';
import type {FileOnBox} from '../remote/edit-line.ts';
import type {History, ScreenName} from './place.ts';
import {startAt} from './place.ts';
import type {Row} from './span.ts';
import type {ThemeName} from './theme.ts';
import type {TourState} from './tour.ts';

/** A line being typed. `filter` and `search` are in force with each key; the others with enter. */
export type Field = {readonly kind: 'filter' | 'search' | 'command'; readonly text: string};

export type PresetChoice = 'freeze' | 'no-replace' | 'quiet' | 'one-patient';

export type Problem = {readonly message: Shown; readonly next: readonly Shown[]};

export type HoldOverlay = {
	readonly kind: 'hold';
	readonly group: string;
	readonly presets: readonly PresetChoice[];
	readonly preset: PresetChoice;
	/** One a preset that was looked at; `one-patient` is told from the one of `freeze`. */
	readonly previews: Readonly<Partial<Record<PresetChoice, HoldPreview>>>;
	/** True once a person chose with tab: the order then stays. */
	readonly chosen: boolean;
	readonly problem: Problem | null;
	/** `quiet` asks twice. */
	readonly asked: boolean;
	readonly setHealthy: boolean;
	/** 'none': without a server-side net; then the group's name is typed. */
	readonly net: 'fuse' | 'none';
	/** Seconds that were asked for; without a net it may be less. */
	readonly wanted: number;
	/** What is typed of the group's name. */
	readonly typed: string;
	readonly hint: Shown | null;
	/** Strays that are adopted: they join what is ours to resume. */
	readonly adopt: readonly ScalingProcess[];
	/** For `one-patient`: the box, null for the first that can be taken out, and how. */
	readonly patient: {readonly instanceId: string | null; readonly way: PatientWay};
	readonly busy: boolean;
	/** When what is asked stood on the screen; null until then. A key read before 300 ms later does not confirm. */
	readonly paintedAt: ProcessMs | null;
};

export type ReleaseOverlay = {
	readonly kind: 'release';
	readonly session: HoldSession;
	readonly preview: ReleasePreview | null;
	readonly problem: Problem | null;
	readonly typed: string;
	readonly hint: Shown | null;
	/** What follows: back to the screen, or leaving. */
	readonly then: 'stay' | 'leave';
	/** Place of the box under the mark, among those that die or may. */
	readonly target: number;
	/** Asked once more before a box is set Healthy, put in Standby or detached. */
	readonly ask: {readonly deed: Deed; readonly instanceId: string} | null;
	/** How the last of these ended. */
	readonly said: Shown | null;
	/** What others suspended anew is resumed as well. */
	readonly alsoResume: boolean;
	readonly busy: boolean;
	readonly paintedAt: ProcessMs | null;
};

export type ActionsOverlay = {
	readonly kind: 'actions';
	/** Nothing is chosen at first. */
	readonly selected: number | null;
	/** Asked once more before anything is changed. */
	readonly asked: boolean;
	/** What is typed where a word is asked for. */
	readonly typed: string;
	readonly said: Shown | null;
	readonly paintedAt: ProcessMs | null;
};

/** A box in Standby or detached: brought back, or left there by name. */
export type PatientOverlay = {
	readonly kind: 'patient';
	readonly patient: PatientView;
	readonly said: Shown | null;
	readonly next: readonly Shown[];
	readonly then: 'stay' | 'leave';
	readonly busy: boolean;
	readonly done: boolean;
	readonly paintedAt: ProcessMs | null;
};

/** A hold that asks whether to go on. */
export type QuestionOverlay = {
	readonly kind: 'question';
	readonly session: HoldSession;
	readonly paintedAt: ProcessMs | null;
};

/** What is read before a catch is armed. */
export type FileOverlay = {
	readonly kind: 'file';
	readonly instanceId: string;
	readonly group: Hostile | null;
	readonly unit: Hostile;
	/** The unit's own file first, then what it names. */
	readonly paths: readonly string[];
	readonly at: number;
	/** Null until it was read. */
	readonly read: {readonly file: FileOnBox; readonly content: Buffer} | null;
	/** What an editor made of it, with its difference (null: no text) and whom it touches. */
	readonly draft: {
		readonly content: Buffer;
		readonly copy: string;
		readonly patch: Hostile | null;
		readonly whom: Hostile;
	} | null;
	readonly problem: Problem | null;
	readonly busy: boolean;
	readonly scroll: number;
	readonly paintedAt: ProcessMs | null;
};

export type RetryOverlay = {
	readonly kind: 'retry';
	readonly instanceId: string;
	readonly group: Hostile | null;
	readonly unit: Hostile;
	/** Started after it, in this order. */
	readonly orphans: readonly Hostile[];
	/** Whom it touches; null until that was read. */
	readonly radius: Hostile | null;
	readonly problem: Problem | null;
	readonly paintedAt: ProcessMs | null;
};

export type CatchOverlay = {
	readonly kind: 'catch';
	readonly group: Hostile;
	/** Null until the group was read. */
	readonly read: {
		readonly group: Group;
		readonly launchHooks: readonly LifecycleHook[];
		readonly radius: BlastRadius;
	} | null;
	/** With a hold: the preset freeze, as its preview says. */
	readonly hold: boolean;
	readonly preview: HoldPreview | null;
	readonly problem: Problem | null;
	readonly paintedAt: ProcessMs | null;
};

/** A profile or a region that can be gone to. */
export type PlaceChoice = {
	readonly name: Hostile;
	readonly note: Hostile;
	readonly wanted: {readonly profile: string | null; readonly region: string | null};
	readonly isHere: boolean;
};

export type PlacesOverlay = {
	readonly kind: 'places';
	readonly what: 'profile' | 'region';
	/** Null until the config was read. */
	readonly choices: readonly PlaceChoice[] | null;
	readonly here: {readonly profile: string | null; readonly region: string};
	readonly query: string;
	/** Among those that match. */
	readonly selected: number;
	/** Why the last one that was chosen could not be gone to. */
	readonly problem: Problem | null;
	readonly busy: boolean;
};

export type Overlay =
	| {readonly kind: 'help'; readonly query: string; readonly scroll: number}
	| {readonly kind: 'details'; readonly scroll: number}
	| {readonly kind: 'errors'; readonly scroll: number}
	| {readonly kind: 'changes'; readonly scroll: number}
	| {readonly kind: 'units'; readonly selected: number; readonly chosen: ReadonlySet<string>}
	| ActionsOverlay
	| PlacesOverlay
	/** A few lines to read, e.g. the outcome of a release. */
	| {
			readonly kind: 'message';
			readonly title: Shown;
			readonly rows: readonly Row[];
			readonly scroll: number;
			/** Of a task on a box that writes into it. */
			readonly task?: number;
	  }
	| CatchOverlay
	| FileOverlay
	| RetryOverlay
	| HoldOverlay
	| PatientOverlay
	| QuestionOverlay
	| ReleaseOverlay;

export type OverlayKind = Overlay['kind'];

export type ClockMode = 'boot clock' | 'local' | 'UTC' | 'delta';

export type LogView = {
	readonly follow: boolean;
	/** Record under the mark, or null: the newest. */
	readonly current: number | null;
	/** Position of the first row on screen; means nothing while following. */
	readonly top: number;
	readonly clock: ClockMode;
	readonly wrap: boolean;
	readonly onlyMatching: boolean;
	readonly search: string;
	readonly units: ReadonlySet<string>;
	readonly boxes: ReadonlySet<string>;
	/** Folds that were opened, by the index of their first line. */
	readonly unfolded: ReadonlySet<number>;
	/** JSON messages that were opened, by the index of their line. */
	readonly opened: ReadonlySet<number>;
	/** Whether the strip is wanted; null: where there is room. */
	readonly density: boolean | null;
	/** End of the view when it left following: what came since is `new`. */
	readonly seenEnd: number;
	readonly paused: boolean;
};

export type AppState = {
	readonly history: History;
	readonly selected: {
		readonly group: string | null;
		readonly box: string | null;
		readonly unit: string | null;
		/** Rows from the end of the list of activities. */
		readonly activity: number;
		/** Line of the verdict under the mark: its evidence, what else was said, what to try. Null: the first. */
		readonly why: {readonly at: number; readonly line: string} | null;
	};
	/** Filter of the fleet, as typed. */
	readonly filter: string;
	readonly field: Field | null;
	readonly overlay: Overlay | null;
	readonly toast: {readonly text: Shown; readonly until: ProcessMs} | null;
	readonly size: {readonly columns: number; readonly rows: number};
	readonly theme: ThemeName;
	/** A folded pane that was opened with tab. */
	readonly openedPane: string | null;
	readonly logs: LogView;
	/** Id of the boot that the boot screen compares with, where a person picked one. */
	readonly comparedWith: string | null;
	readonly marked: ReadonlySet<string>;
	/** A hold that ends in five minutes: who dies of it then, as last read. */
	readonly dying: Readonly<Record<string, readonly Hostile[]>>;
	/** What happened to holds, oldest first: the guardian's releases, repairs, take-ups. */
	readonly news: readonly {readonly at: AwsMs; readonly text: Shown}[];
	/** Nobody pressed a key for 30 minutes: warned, then leases are renewed no more. */
	readonly idle: 'no' | 'warned' | 'not-renewing';
	/** While the screen plays itself. */
	readonly tour: TourState | null;
	/** What ctrl-c has asked for so far. */
	readonly leaving: 'no' | 'asked' | 'releasing';
};

export const freshLogs: LogView = {
	follow: true,
	current: null,
	top: 0,
	clock: 'boot clock',
	wrap: false,
	onlyMatching: false,
	search: '',
	units: new Set(),
	boxes: new Set(),
	unfolded: new Set(),
	opened: new Set(),
	density: null,
	seenEnd: 0,
	paused: false,
};

type StartOptions = {
	readonly group: string | null;
	readonly view: ScreenName | null;
	readonly filter: string;
	readonly theme: ThemeName;
	readonly size: AppState['size'];
};

export const initialState = ({group, view, filter, theme, size}: StartOptions): AppState => ({
	history: startAt({screen: view ?? (group === null ? 'fleet' : 'group'), group, box: null}),
	selected: {group, box: null, unit: null, activity: 0, why: null},
	filter,
	field: null,
	overlay: null,
	toast: null,
	size,
	theme,
	openedPane: null,
	logs: freshLogs,
	comparedWith: null,
	marked: new Set(),
	dying: {},
	news: [],
	idle: 'no',
	tour: null,
	leaving: 'no',
});
