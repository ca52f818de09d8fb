/** Moving in lists: what stands under the mark on each screen. */

import {activityCount} from '../screens/activity.ts';
import {bootScreen, selectedUnit} from '../screens/boot.ts';
import {selectedGroup, visibleGroups} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import {whyScreen} from '../screens/why.ts';
import {lineOf, markedAt, whyItems} from '../screens/why-items.ts';
import type {Ui} from '../ui.ts';
import {moveInLog} from './log-moves.ts';

export type Move = 'down' | 'up' | 'top' | 'bottom' | 'half-down' | 'half-up' | 'page-down' | 'page-up';

const moves: Readonly<Record<string, Move>> = {
	j: 'down',
	down: 'down',
	k: 'up',
	up: 'up',
	g: 'top',
	home: 'top',
	G: 'bottom',
	end: 'bottom',
	'ctrl-d': 'half-down',
	'ctrl-u': 'half-up',
	'ctrl-f': 'page-down',
	pagedown: 'page-down',
	'ctrl-b': 'page-up',
	pageup: 'page-up',
};

export const moveKeys: readonly string[] = Object.keys(moves);
export const moveOf = (key: string): Move => moves[key] ?? 'down';

export const move = (ui: Ui, direction: Move) => {
	const model = ui.model();
	switch (model.place.screen) {
		case 'fleet':
			return moveInFleet(ui, direction);
		case 'group':
			return moveInGroup(ui, direction);
		case 'boot':
			return moveInBoot(ui, direction);
		case 'logs':
			return moveInLog(ui, direction);
		case 'activity':
			return moveInActivity(ui, direction);
		case 'why':
			return moveInWhy(ui, direction);
	}
};

/** The index a move leads to in a list of `count`; pages are as high as the list on screen. */
export const moved = (
	at: number,
	count: number,
	{direction, page}: {direction: Move; page: number},
): number => {
	const to = {
		down: at + 1,
		up: at - 1,
		top: 0,
		bottom: count - 1,
		'half-down': at + Math.max(1, Math.floor(page / 2)),
		'half-up': at - Math.max(1, Math.floor(page / 2)),
		'page-down': at + Math.max(1, page - 1),
		'page-up': at - Math.max(1, page - 1),
	}[direction];
	return Math.max(0, Math.min(count - 1, to));
};

const moveInFleet = (ui: Ui, direction: Move) => {
	const model = ui.model();
	const visible = visibleGroups(model);
	const at = visible.findIndex(({group}) => group.name === selectedGroup(model)?.group.name);
	const to = visible[moved(at, visible.length, {direction, page: ui.geometry().listHeight})];
	if (to === undefined) return;
	ui.set({selected: {...ui.state().selected, group: to.group.name, box: null, unit: null}});
	ui.services()?.fleet.focus(to.group.name);
};

const moveInGroup = (ui: Ui, direction: Move) => {
	const model = ui.model();
	const boxes = model.detail?.boxes ?? [];
	const at = boxes.findIndex(({instanceId}) => instanceId === selectedBox(model)?.instanceId);
	const to = boxes[moved(at, boxes.length, {direction, page: ui.geometry().listHeight})];
	if (to !== undefined) ui.set({selected: {...ui.state().selected, box: to.instanceId, unit: null}});
};

const moveInBoot = (ui: Ui, direction: Move) => {
	const model = ui.model();
	const screen = bootScreen(model);
	const units = screen?.units ?? [];
	const selected = selectedUnit(model, screen);
	const at = units.findIndex(unit => unit.name === selected?.name);
	const to = units[moved(at, units.length, {direction, page: ui.geometry().listHeight})];
	if (to !== undefined) ui.set({selected: {...ui.state().selected, unit: to.name}});
};

/** What to try is opened where it was folded, as the mark comes to it. */
const moveInWhy = (ui: Ui, direction: Move) => {
	const model = ui.model();
	const screen = whyScreen(model);
	if (screen === null) return;
	const items = whyItems(screen.verdict);
	const to = moved(markedAt(model, items), items.length, {direction, page: ui.geometry().listHeight});
	const {selected, openedPane} = ui.state();
	const item = items[to];
	ui.set({
		selected: {...selected, why: item === undefined ? null : {at: to, line: lineOf(item)}},
		openedPane: item?.kind === 'try' ? 'try' : openedPane === 'try' ? null : openedPane,
	});
};

/** Counted from the newest, so that the mark stays where new ones come. */
const moveInActivity = (ui: Ui, direction: Move) => {
	const count = activityCount(ui.model());
	const at = count - 1 - Math.min(ui.state().selected.activity, count - 1);
	const to = moved(at, count, {direction, page: ui.geometry().listHeight});
	ui.set({selected: {...ui.state().selected, activity: Math.max(0, count - 1 - to)}});
};
