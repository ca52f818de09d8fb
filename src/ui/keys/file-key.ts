/** `o`: the file of the unit under the mark, or of the one the verdict blames. */
import {ours} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {openFile} from '../file-flow.ts';
import {boxOf} from '../model.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';
import type {UnitTarget} from './retry-key.ts';

export const fileKey = (targetOf: UnitTarget): Action => ({
	keys: ['o'],
	label: ours`unit file`,
	help: ours`the unit's file; enter there edits it`,
	section: 'screen',
	footer: 5,
	writes: true,
	unavailable: ui => whyNot(ui, targetOf),
	run: ui => {
		const model = ui.model();
		const target = targetOf(model);
		const path = target === null ? null : pathOf(ui, target.instanceId, target.unit);
		if (target !== null && path !== null) openFile(ui, {...target, group: model.place.group, path});
	},
});

const pathOf = (ui: Ui, instanceId: string, unit: string): string | null => {
	const boot = boxOf(ui.model(), instanceId)?.boot;
	const path = boot?.units.find(({name}) => name === unit)?.facts?.fragmentPath ?? '';
	return path === '' ? null : path;
};

const whyNot = (ui: Ui, targetOf: UnitTarget): Shown | null => {
	if (ui.settings.readOnly) return ours`--read-only: a session may change the box`;
	const target = targetOf(ui.model());
	if (target === null) return ours`no unit is under the mark`;
	const box = boxOf(ui.model(), target.instanceId);
	if (box === null || box.state.state === 'gone' || box.state.state === 'ended') return ours`the box is gone`;
	return pathOf(ui, target.instanceId, target.unit) === null
		? ours`the box did not say where its file is`
		: null;
};
