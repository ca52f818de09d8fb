/** Keys of one screen. Together with the common ones this is the whole table: dispatch, footer and help read it. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import {copy} from '../clipboard.ts';
import {goTo, openScreen} from '../navigate.ts';
import {actionsOf} from '../overlays/actions.ts';
import type {ScreenName} from '../place.ts';
import {saveRows} from '../save-rows.ts';
import {bootBox, bootScreen, selectedUnit} from '../screens/boot.ts';
import {selectedGroup} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import type {Ui} from '../ui.ts';
import type {Action, ActionTable} from './action.ts';
import {everywhereKeys, holdKeys, leavingKeys} from './common.ts';
import {applyLogView, follow, jumpTo, setLogs, storeOf, unitNames} from './log-moves.ts';

const copyKey = (help: Action['help'], lines: (ui: Ui) => readonly string[]): Action => ({
	keys: ['c'],
	label: ours`copy`,
	help,
	section: 'screen',
	footer: 8,
	unavailable: ui => (lines(ui).length === 0 ? ours`nothing to copy` : null),
	run: ui => copy(ui, lines(ui)),
});

const noActions = (ui: Ui) =>
	actionsOf(ui.model()).length === 0 ? ours`no action for what is under the mark` : null;

const actionsKey: Action = {
	keys: ['a'],
	label: ours`actions`,
	help: ours`actions: box, hook, stray`,
	section: 'screen',
	footer: 7,
	writes: true,
	unavailable: noActions,
	run: ui => ui.set({overlay: {kind: 'actions', selected: null, asked: false, said: null, paintedAt: null}}),
};

const fleetKeys: readonly Action[] = [
	{
		keys: ['enter'],
		label: ours`open`,
		help: ours`open the group`,
		section: 'screen',
		footer: 1,
		unavailable: ui => (selectedGroup(ui.model()) === undefined ? ours`no group is under the mark` : null),
		run: ui => openScreen(ui, 'group'),
	},
	{
		keys: ['space'],
		label: ours`mark`,
		help: ours`mark the group`,
		section: 'screen',
		footer: 3,
		run: ui => toggleMark(ui, selectedGroup(ui.model())?.group.name),
	},
	{
		keys: ['/'],
		label: ours`filter`,
		help: ours`filter names`,
		section: 'screen',
		footer: 4,
		run: ui => ui.set({field: {kind: 'filter', text: ui.state().filter}}),
	},
	copyKey(ours`copy the group's name`, ui => nameOf(selectedGroup(ui.model())?.group.name)),
	actionsKey,
];

const nameOf = (name: string | undefined) => (name === undefined ? [] : [name]);

const toggleMark = (ui: Ui, name: string | undefined) => {
	if (name === undefined) return;
	const marked = new Set(ui.state().marked);
	if (!marked.delete(name)) marked.add(name);
	ui.set({marked});
};

const groupKeys: readonly Action[] = [
	{
		keys: ['enter'],
		label: ours`boot`,
		help: ours`boot of the box`,
		section: 'screen',
		unavailable: ui => (selectedBox(ui.model()) === undefined ? ours`no box is under the mark` : null),
		run: ui => openScreen(ui, 'boot'),
	},
	{
		keys: ['space'],
		label: ours`mark`,
		help: ours`mark the box`,
		section: 'screen',
		run: ui => toggleMark(ui, selectedBox(ui.model())?.instanceId),
	},
	copyKey(ours`copy the instance id`, ui => nameOf(selectedBox(ui.model())?.instanceId)),
	actionsKey,
];

const bootKeys: readonly Action[] = [
	{
		keys: ['enter'],
		label: ours`unit log`,
		help: ours`log of the unit`,
		section: 'screen',
		footer: 1,
		unavailable: ui => (unitHere(ui) === undefined ? ours`no unit is under the mark` : null),
		run: openUnitLog,
	},
	copyKey(ours`copy the unit's name`, ui => nameOf(unitHere(ui)?.name)),
];

const unitHere = (ui: Ui) => {
	const model = ui.model();
	return selectedUnit(model, bootScreen(model));
};

function openUnitLog(ui: Ui) {
	const model = ui.model();
	const unit = unitHere(ui)?.name;
	const box = bootBox(model);
	if (unit === undefined) return;
	ui.set({selected: {...ui.state().selected, unit}});
	goTo(ui, {screen: 'logs', group: model.place.group, box});
	setLogs(ui, {
		units: new Set([unit]),
		boxes: box === null ? new Set() : new Set([box]),
		follow: true,
		current: null,
	});
	applyLogView(ui);
}

const clocks = ['boot clock', 'local', 'UTC', 'delta'] as const;

const logKeys: readonly Action[] = [
	{
		keys: ['f'],
		label: ours`follow`,
		help: ours`follow, or stop following`,
		section: 'screen',
		footer: 1,
		run: ui => (ui.state().logs.follow ? leaveFollowing(ui) : follow(ui)),
	},
	{
		keys: ['e', 'E'],
		display: ours`e E`,
		label: ours`error`,
		help: ours`next, previous error`,
		section: 'screen',
		footer: 2,
		run: (ui, key) => jumpTo(ui, 'error', key === 'e' ? 1 : -1),
	},
	{
		keys: ['/'],
		label: ours`search`,
		help: ours`search (regex, ! inverts)`,
		section: 'screen',
		footer: 3,
		run: ui => ui.set({field: {kind: 'search', text: ''}}),
	},
	{
		keys: ['n', 'N'],
		display: ours`n N`,
		label: ours`match`,
		help: ours`next, previous match`,
		section: 'screen',
		footer: 4,
		unavailable: ui => (ui.state().logs.search === '' ? ours`/ searches first` : null),
		run: (ui, key) => jumpTo(ui, 'match', key === 'n' ? 1 : -1),
	},
	{
		keys: ['&'],
		label: ours`only`,
		help: ours`show only matching lines`,
		section: 'screen',
		unavailable: ui => (ui.state().logs.search === '' ? ours`/ searches first` : null),
		run: ui => {
			setLogs(ui, {onlyMatching: !ui.state().logs.onlyMatching});
			applyLogView(ui);
		},
	},
	{
		keys: ['u'],
		label: ours`units`,
		help: ours`choose units`,
		section: 'screen',
		footer: 5,
		unavailable: ui => (unitNames(ui).length === 0 ? ours`no unit has said anything yet` : null),
		run: ui => ui.set({overlay: {kind: 'units', selected: 0, chosen: ui.state().logs.units}}),
	},
	{
		keys: ['t'],
		label: ours`clock`,
		help: ours`clock: boot, local, UTC, delta`,
		section: 'screen',
		footer: 6,
		run: ui => {
			const at = clocks.indexOf(ui.state().logs.clock);
			setLogs(ui, {clock: clocks[(at + 1) % clocks.length] ?? 'boot clock'});
		},
	},
	{
		keys: ['w'],
		label: ours`wrap`,
		help: ours`wrap long lines`,
		section: 'screen',
		footer: 7,
		run: ui => setLogs(ui, {wrap: !ui.state().logs.wrap}),
	},
	{
		keys: ['p'],
		label: ours`previous life`,
		help: ours`previous life of this slot`,
		section: 'screen',
		footer: 8,
		run: showPreviousLife,
	},
	{
		keys: ['i'],
		label: ours`density`,
		help: ours`density strip`,
		section: 'screen',
		run: toggleDensity,
	},
	{
		keys: ['='],
		label: ours`pause`,
		help: ours`pause, go on`,
		section: 'screen',
		run: togglePause,
	},
	{...copyKey(ours`copy the line, whole`, lineHere), footer: 9},
	{
		keys: ['ctrl-s'],
		label: ours`save`,
		help: ours`save the lines you see`,
		section: 'screen',
		run: ui => void saveRows(ui),
	},
];

const leaveFollowing = (ui: Ui) => {
	const store = storeOf(ui);
	if (store === null || store.end() <= store.first()) return;
	const [newest] = store.rows(store.end() - 1, 1);
	if (newest === undefined) return;
	setLogs(ui, {
		follow: false,
		current: newest.index,
		top: ui.geometry().logs?.top ?? 0,
		seenEnd: store.end(),
	});
};

function toggleDensity(ui: Ui) {
	const isFolded = ui.geometry().folded.includes('density');
	if (isFolded && ui.state().logs.density !== false) return ui.set({openedPane: 'density'});
	setLogs(ui, {density: ui.state().logs.density === false});
}

function togglePause(ui: Ui) {
	const {paused, seenEnd} = ui.state().logs;
	const end = storeOf(ui)?.end() ?? 0;
	setLogs(ui, {paused: !paused, seenEnd: paused ? seenEnd : end});
}

/** The line under the mark; following, the newest. */
function lineHere(ui: Ui): readonly string[] {
	const store = storeOf(ui);
	if (store === null) return [];
	const {follow: follows, current} = ui.state().logs;
	const position = follows || current === null ? store.end() - 1 : store.positionOf(current);
	const [record] = store.rows(position, 1);
	if (record === undefined) return [];
	return [record.kind === 'mark' ? record.text : record.entry.message];
}

/** Boxes that are gone, newest first; after the oldest all boxes again. */
function showPreviousLife(ui: Ui) {
	const model = ui.model();
	const gone = model.boxes.filter(({state}) => state.state === 'gone').map(({instanceId}) => instanceId);
	if (gone.length === 0)
		return ui.toast(ours`no previous life was watched: lines are kept from the moment unflap looks`);
	const newestFirst = gone.toReversed();
	const at = newestFirst.findIndex(id => ui.state().logs.boxes.has(id));
	const next = newestFirst[at + 1];
	setLogs(ui, {boxes: new Set(next === undefined ? [] : [next]), follow: true, current: null});
	applyLogView(ui);
	ui.toast(next === undefined ? ours`all boxes` : ours`the life of ${shown(hostile(next))}`);
}

const own: ActionTable = {
	fleet: fleetKeys,
	group: groupKeys,
	boot: bootKeys,
	logs: logKeys,
	why: [],
	activity: [],
};

const goTos: Readonly<
	Record<
		ScreenName,
		readonly {readonly key: string; readonly label: Action['label']; readonly place: number}[]
	>
> = {
	fleet: [{key: '5', label: ours`why`, place: 2}],
	group: [
		{key: '3', label: ours`boot`, place: 2},
		{key: '4', label: ours`logs`, place: 3},
		{key: '5', label: ours`why`, place: 4},
	],
	boot: [{key: '4', label: ours`logs`, place: 3}],
	logs: [{key: '3', label: ours`boot`, place: 10}],
	why: [{key: '3', label: ours`boot`, place: 2}],
	activity: [],
};

/** All that acts on a screen, its own first. */
export const actionsOn = (screen: ScreenName): readonly Action[] => [
	...own[screen],
	...holdKeys,
	...everywhereKeys,
	...leavingKeys,
];

/** What the footer names on a screen, most useful first. */
export const footerOn = (
	screen: ScreenName,
	held: boolean,
): readonly {readonly keys: Action['label']; readonly label: Action['label']}[] => {
	const jumps = goTos[screen].map(({key, label, place}) => ({keys: shown(hostile(key)), label, place}));
	const actions = actionsOn(screen).flatMap(action =>
		footerPlace(action, screen, held) === null
			? []
			: [
					{
						keys: action.display ?? shown(hostile(action.keys[0] ?? '')),
						label: action.keys[0] === 'H' && held ? ours`release` : action.label,
						place: footerPlace(action, screen, held) ?? 0,
					},
				],
	);
	return [...actions, ...jumps].toSorted((a, b) => a.place - b.place);
};

/** On boot and logs the hold key gives its place to the screen's own. */
const footerPlace = ({keys, footer}: Action, screen: ScreenName, held: boolean): number | null => {
	if (keys[0] === '+') return held && (screen === 'group' || screen === 'fleet') ? 0.5 : null;
	if (keys[0] === 'H') return screen === 'boot' || screen === 'logs' ? 20 : 0;
	if (keys[0] === ':') return screen === 'fleet' ? 9 : null;
	return footer ?? null;
};
