/** `s` on every screen that shows a box. */
import {ours} from '../../base/terminal-text.ts';
import type {Model} from '../model.ts';
import type {Action} from './action.ts';

export const shellKey = (boxOf: (model: Model) => string | null | undefined): Action => ({
	keys: ['s'],
	label: ours`shell`,
	help: ours`shell on the box; ~. leaves it`,
	section: 'screen',
	footer: 8,
	unavailable: ui =>
		ui.settings.readOnly
			? ours`--read-only: a shell may change the box`
			: (boxOf(ui.model()) ?? null) === null
				? ours`no box is under the mark`
				: null,
	run: ui => {
		const instanceId = boxOf(ui.model()) ?? null;
		if (instanceId !== null) ui.shell(instanceId);
	},
});
