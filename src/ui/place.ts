/** Where the user is: a screen, the group and the box it is about. */
export type ScreenName = 'fleet' | 'group' | 'boot' | 'logs' | 'why' | 'activity';
export type Place = {readonly screen: ScreenName; readonly group: string | null; readonly box: string | null};

export const screenNames: readonly ScreenName[] = ['fleet', 'group', 'boot', 'logs', 'why', 'activity'];

export type History = {
	readonly past: readonly Place[];
	readonly here: Place;
	readonly future: readonly Place[];
};

export const startAt = (here: Place): History => ({past: [], here, future: []});

const most = 50;

export const go = ({past, here}: History, to: Place): History =>
	isSame(here, to)
		? {past, here: to, future: []}
		: {past: [...past, here].slice(-most), here: to, future: []};

export const goBack = (history: History): History => {
	const to = history.past.at(-1);
	return to === undefined
		? history
		: {past: history.past.slice(0, -1), here: to, future: [history.here, ...history.future]};
};

export const goForward = (history: History): History => {
	const [to, ...future] = history.future;
	return to === undefined ? history : {past: [...history.past, history.here], here: to, future};
};

/** One level up in the tree: box screens to their group, a group to the fleet. */
export const parentOf = ({screen, group}: Place): Place | null => {
	if (screen === 'fleet') return null;
	if (screen === 'group' || group === null) return {screen: 'fleet', group, box: null};
	return {screen: 'group', group, box: null};
};

/**
 * What esc does: back to the screen this one was opened from, or one level up where that leads nowhere new. A log
 * opened from a unit of the waterfall goes back to the waterfall, one opened from evidence to the verdict.
 */
export const leave = (history: History): History => {
	const {here, past} = history;
	const up = parentOf(here);
	if (up === null) return history;
	const before = past.at(-1);
	const isBelow = before !== undefined && depthOf(before) < depthOf(here);
	const fromUnit = (before?.screen === 'boot' || before?.screen === 'why') && here.screen === 'logs';
	if (before !== undefined && (isBelow || fromUnit))
		return {past: past.slice(0, -1), here: before, future: [here, ...history.future]};
	return {past: [...past, here].slice(-most), here: up, future: []};
};

const depthOf = ({screen}: Place) => (screen === 'fleet' ? 0 : screen === 'group' ? 1 : 2);
const isSame = (a: Place, b: Place) => a.screen === b.screen && a.group === b.group && a.box === b.box;
