/** Keys of one screen. Together with the common ones this is the whole table: dispatch, footer and help read it. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import {otherBoots} from '../../boot/compare-boots.ts';
import {shortId} from '../format.ts';
import {goTo, openScreen} from '../navigate.ts';
import {actionsOf} from '../overlays/actions.ts';
import type {ScreenName} from '../place.ts';
import {bootBox, bootHere, bootScreen, selectedUnit} from '../screens/boot.ts';
import {nextCompared} from '../screens/comparison-pane.ts';
import {selectedGroup} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import type {Ui} from '../ui.ts';
import type {Action, ActionTable} from './action.ts';
import {everywhereKeys, holdKeys, leavingKeys} from './common.ts';
import {copyKey} from './copy-key.ts';
import {fileKey} from './file-key.ts';
import {logKeys} from './log-keys.ts';
import {applyLogView, setLogs} from './log-moves.ts';
import {bootRetryKey, unitOnBoot, unitOnWhy, whyRetryKey} from './retry-key.ts';
import {shellKey} from './shell-key.ts';
import {whyKeys} from './why-keys.ts';

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
	run: ui =>
		ui.set({
			overlay: {kind: 'actions', selected: null, asked: false, typed: '', said: null, paintedAt: null},
		}),
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
	{
		keys: ['p'],
		label: ours`pin`,
		help: ours`pin the box: its hook is kept alive`,
		section: 'screen',
		footer: 6,
		writes: true,
		unavailable: ui =>
			ui.settings.readOnly
				? ours`--read-only: nothing in AWS is changed`
				: selectedBox(ui.model()) === undefined
					? ours`no box is under the mark`
					: null,
		run: togglePin,
	},
	shellKey(model => selectedBox(model)?.instanceId),
	copyKey(ours`copy the instance id`, ui => nameOf(selectedBox(ui.model())?.instanceId)),
	actionsKey,
];

function togglePin(ui: Ui) {
	const model = ui.model();
	const {care} = ui.services()?.holds() ?? {};
	const box = selectedBox(model);
	if (box === undefined || care === undefined) return ui.toast(ours`the hold is still being loaded`);
	const {instanceId, group, instance} = box;
	const id = shortId(hostile(instanceId));
	const pin = care.pins().find(one => one.instanceId === instanceId);
	if (pin !== undefined && pin.state !== 'ended') {
		care.unpin(group, instanceId);
		return ui.toast(ours`${id} is pinned no more`);
	}
	care.pin(group, instanceId);
	ui.toast(
		instance.lifecycleState.endsWith(':Wait')
			? ours`${id} is pinned: heartbeats keep its hook waiting, never against an ABANDON`
			: ours`${id} is pinned: heartbeats begin should it wait for a hook`,
	);
}

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
	{
		keys: ['b'],
		label: ours`other boot`,
		help: ours`compare with another boot`,
		section: 'screen',
		footer: 2,
		unavailable: whyNoOtherBoot,
		run: pickBoot,
	},
	copyKey(ours`copy the unit's name`, ui => nameOf(unitHere(ui)?.name)),
];

const unitHere = (ui: Ui) => {
	const model = ui.model();
	return selectedUnit(model, bootScreen(model));
};

function whyNoOtherBoot(ui: Ui) {
	const model = ui.model();
	const screen = bootScreen(model);
	if (screen === null) return ours`nothing is known of this boot yet`;
	const others = otherBoots(bootHere(model, screen.boot), model.knownBoots);
	return others.length === 0 ? ours`no other boot of this group is known yet` : null;
}

function pickBoot(ui: Ui) {
	const model = ui.model();
	const screen = bootScreen(model);
	if (screen === null) return;
	const here = bootHere(model, screen.boot);
	const comparedWith = nextCompared(here, model.knownBoots, model.state.comparedWith);
	const next = model.knownBoots.find(({boot}) => boot.bootId === comparedWith);
	ui.set({comparedWith});
	ui.toast(
		next === undefined
			? ours`compared with the newest good boot`
			: ours`compared with the boot of ${shown(hostile(next.instanceId))}`,
	);
}

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

const own: ActionTable = {
	fleet: fleetKeys,
	group: groupKeys,
	boot: [...bootKeys, bootRetryKey, fileKey(unitOnBoot), shellKey(bootBox)],
	logs: [...logKeys, shellKey(bootBox)],
	why: [...whyKeys, whyRetryKey, fileKey(unitOnWhy), shellKey(bootBox)],
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
