/** Keys that mean the same on every screen. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import {catchOrEnd} from '../catch-flow.ts';
import {holdOrRelease} from '../hold-flow.ts';
import {extensionSeconds} from '../lease.ts';
import {interrupt, quit, suspendOrExplain} from '../leaving.ts';
import {goTo, goUp, historyBack, historyForward, openScreen} from '../navigate.ts';
import {screenNames} from '../place.ts';
import {problemOf} from '../problem.ts';
import {panesBelow} from '../screen.ts';
import {selectedGroup} from '../screens/fleet.ts';
import {sessionOn} from '../sessions.ts';
import {nextTheme, type ThemeName} from '../theme.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';
import {applyLogView, setLogs} from './log-moves.ts';
import {move, moveKeys, moveOf} from './moves.ts';
import {openPlaces} from './place-overlay.ts';

/** The group a hold key is about. */
const groupHere = (ui: Ui): string | null => {
	const model = ui.model();
	return model.place.screen === 'fleet' ? (selectedGroup(model)?.group.name ?? null) : model.place.group;
};

const needsGroup = (ui: Ui) =>
	ui.services() === null
		? ours`AWS is still being loaded`
		: groupHere(ui) === null
			? ours`choose a group first`
			: null;

export const holdKeys: readonly Action[] = [
	{
		keys: ['H'],
		label: ours`hold`,
		help: ours`hold, or release with a preview`,
		section: 'hold',
		footer: 0,
		writes: true,
		unavailable: needsGroup,
		run: ui => holdOrRelease(ui, groupHere(ui) ?? ''),
	},
	{
		keys: ['+'],
		label: ours`15 min`,
		help: ours`15 more minutes of lease`,
		section: 'hold',
		writes: true,
		unavailable: ui =>
			sessionOn(ui, groupHere(ui)) === undefined ? ours`+ needs a hold of ours on this group: H holds` : null,
		run: ui => {
			sessionOn(ui, groupHere(ui))?.extend(extensionSeconds);
			ui.toast(ours`15 more minutes`);
		},
	},
	{
		keys: ['C'],
		label: ours`catch`,
		help: ours`catch the next box, or stop waiting`,
		section: 'hold',
		writes: true,
		unavailable: ui => (ui.settings.readOnly ? ours`--read-only: no heartbeat keeps a box` : needsGroup(ui)),
		run: ui => catchOrEnd(ui, groupHere(ui) ?? ''),
	},
	{
		keys: ['@'],
		label: ours`our changes`,
		help: ours`all we changed, its undo`,
		section: 'hold',
		run: ui => ui.set({overlay: {kind: 'changes', scroll: 0}}),
	},
];

export const everywhereKeys: readonly Action[] = [
	{
		keys: ['1', '2', '3', '4', '5', '6'],
		display: ours`1 to 6`,
		label: ours`screens`,
		help: ours`fleet group boot logs why activity`,
		section: 'everywhere',
		run: (ui, key) => openScreen(ui, screenNames[Number(key) - 1] ?? 'fleet'),
	},
	{
		keys: moveKeys,
		display: ours`j k g G`,
		label: ours`move`,
		help: ours`move, top, bottom`,
		section: 'everywhere',
		run: (ui, key) => move(ui, moveOf(key)),
	},
	{
		keys: [],
		display: ours`ctrl-d u`,
		label: ours`pages`,
		help: ours`half a page (f b: whole)`,
		section: 'everywhere',
		run: () => undefined,
	},
	{
		keys: ['tab'],
		label: ours`next pane`,
		help: ours`open the next folded pane`,
		section: 'everywhere',
		run: openNextPane,
	},
	{
		keys: ['esc'],
		label: ours`back`,
		help: ours`back, or clear the filter`,
		section: 'everywhere',
		run: clearOrBack,
	},
	{
		keys: ['[', ']'],
		display: ours`[ ]`,
		label: ours`history`,
		help: ours`back, forward`,
		section: 'everywhere',
		run: (ui, key) => (key === '[' ? historyBack(ui) : historyForward(ui)),
	},
	{
		keys: ['~'],
		label: ours`fleet`,
		help: ours`to the fleet`,
		section: 'everywhere',
		run: ui => goTo(ui, {screen: 'fleet', group: ui.model().place.group, box: null}),
	},
	{
		keys: [':'],
		label: ours`command`,
		help: ours`:hold NAME 45m, :run df -h, :probe`,
		section: 'everywhere',
		run: ui => ui.set({field: {kind: 'command', text: ''}}),
	},
	{
		keys: ['d'],
		label: ours`details`,
		help: ours`details`,
		section: 'everywhere',
		run: ui => ui.set({overlay: {kind: 'details', scroll: 0}}),
	},
	{
		keys: ['!'],
		label: ours`errors`,
		help: ours`errors and throttling`,
		section: 'everywhere',
		run: ui => ui.set({overlay: {kind: 'errors', scroll: 0}}),
	},
	{
		keys: ['ctrl-r'],
		label: ours`refresh`,
		help: ours`refresh now`,
		section: 'everywhere',
		run: ui => {
			void ui.services()?.refresh();
			ui.toast(ours`asking AWS again`);
		},
	},
	{
		keys: ['P', 'R'],
		display: ours`P R`,
		label: ours`region`,
		help: ours`profile, region`,
		section: 'everywhere',
		unavailable: ui => (ui.services() === null ? ours`AWS is still being loaded` : null),
		run: (ui, key) => openPlaces(ui, key === 'P' ? 'profile' : 'region'),
	},
	{
		keys: ['T'],
		label: ours`theme`,
		help: ours`theme`,
		section: 'everywhere',
		run: ui => {
			const {colour} = ui.model();
			if (!colour) return ui.toast(ours`no colour: NO_COLOR or --no-color is set`);
			const theme = nextTheme(ui.state().theme, ui.environment);
			ui.set({theme});
			void keepTheme(ui, theme);
		},
	},
	{
		keys: ['ctrl-l'],
		label: ours`repaint`,
		help: ours`repaint`,
		section: 'everywhere',
		run: ui => ui.repaint(),
	},
	{
		keys: ['?'],
		label: ours`help`,
		help: ours`this page`,
		section: 'everywhere',
		run: ui => ui.set({overlay: {kind: 'help', query: '', scroll: 0}}),
	},
	{
		keys: ['q'],
		label: ours`back`,
		help: ours`back; at the fleet, quit`,
		section: 'everywhere',
		run: ui => (ui.model().place.screen === 'fleet' ? quit(ui) : goUp(ui)),
	},
];

export const leavingKeys: readonly Action[] = [
	{
		keys: ['ctrl-c'],
		label: ours`leave`,
		help: ours`the release preview; again: release all and leave`,
		section: 'leaving',
		writes: true,
		run: interrupt,
	},
	{
		keys: [],
		display: ours`and again`,
		label: ours`leave`,
		help: ours`leave at once; the guardian finishes the release`,
		section: 'leaving',
		run: () => undefined,
	},
	{
		keys: ['ctrl-z'],
		label: ours`stop`,
		help: ours`to the shell; not while a hold lives`,
		section: 'leaving',
		run: suspendOrExplain,
	},
];

function openNextPane(ui: Ui) {
	const {screen} = ui.model().place;
	const panes = panesBelow(screen);
	const {folded} = ui.geometry();
	const {openedPane} = ui.state();
	const from = openedPane === null ? -1 : panes.indexOf(openedPane);
	const order = [...panes.slice(from + 1), ...panes.slice(0, from + 1)];
	const next = order.find(id => folded.includes(id));
	ui.set({openedPane: next ?? null});
}

/** Clears what narrows the view; then goes back. */
function clearOrBack(ui: Ui) {
	const state = ui.state();
	const {screen} = ui.model().place;
	if (screen === 'fleet') {
		if (state.filter !== '')
			ui.set({
				filter: '',
				selected: {...state.selected, group: selectedGroup(ui.model())?.group.name ?? state.selected.group},
			});
		return;
	}
	if (screen === 'logs' && (state.logs.search !== '' || state.logs.onlyMatching)) {
		setLogs(ui, {search: '', onlyMatching: false});
		return applyLogView(ui);
	}
	goUp(ui);
}

/** In the config, so that the next start looks the same; `--read-only` writes nothing anywhere. */
const keepTheme = async (ui: Ui, theme: ThemeName) => {
	const name = shown(hostile(theme));
	if (ui.settings.readOnly) return ui.toast(ours`theme ${name}, for this run: read-only writes nothing`);
	const {saveSetting} = await import('../../base/save-config.ts');
	const [saved] = await Promise.allSettled([saveSetting(ui.settings.paths.config, 'theme', theme)]);
	ui.toast(
		saved.status === 'fulfilled'
			? ours`theme ${name}, kept in the config`
			: ours`theme ${name}, for this run: ${problemOf(saved.reason).message}`,
	);
};
