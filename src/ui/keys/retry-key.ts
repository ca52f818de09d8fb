/** `x`: the unit under the mark, or the one the verdict blames, runs again. */
import {ours} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {boxOf, type Model} from '../model.ts';
import {openRetry} from '../retry-flow.ts';
import {bootBox, bootScreen, selectedUnit} from '../screens/boot.ts';
import {whyScreen} from '../screens/why.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';

type Target = {readonly instanceId: string; readonly unit: string};
/** Which unit of which box a key is about, or null for none. */
export type UnitTarget = (model: Model) => Target | null;

export const unitOnBoot = (model: Model): Target | null => {
	const instanceId = bootBox(model);
	const unit = selectedUnit(model, bootScreen(model));
	return instanceId === null || unit === undefined ? null : {instanceId, unit: unit.name};
};

export const unitOnWhy = (model: Model): Target | null => {
	const screen = whyScreen(model);
	if (screen === null) return null;
	const {instanceId, verdict} = screen;
	const fault = boxOf(model, instanceId)?.boot?.firstFault?.unit ?? null;
	const unit = verdict.unit === '' ? fault : verdict.unit;
	return unit === null ? null : {instanceId, unit};
};

const retryKey = (targetOf: (model: Model) => Target | null): Action => ({
	keys: ['x'],
	label: ours`retry unit`,
	help: ours`run the unit again on the box, and what it cancelled`,
	section: 'screen',
	footer: 4,
	writes: true,
	unavailable: ui => whyNot(ui, targetOf(ui.model())),
	run: ui => {
		const model = ui.model();
		const target = targetOf(model);
		const boot = target === null ? null : (boxOf(model, target.instanceId)?.boot ?? null);
		if (target !== null && boot !== null) openRetry(ui, {...target, group: model.place.group}, boot);
	},
});

const whyNot = (ui: Ui, target: Target | null): Shown | null => {
	if (ui.settings.readOnly) return ours`--read-only: a retry changes the box`;
	if (target === null) return ours`no unit is under the mark`;
	const box = boxOf(ui.model(), target.instanceId);
	if (box?.boot == null) return ours`its boot was not read yet`;
	const {state} = box.state;
	return state === 'gone' || state === 'ended' ? ours`the box is gone` : null;
};

export const bootRetryKey: Action = retryKey(unitOnBoot);
export const whyRetryKey: Action = retryKey(unitOnWhy);
