/** `c`: copies what is under the mark. */
import {ours} from '../../base/terminal-text.ts';
import {copy} from '../clipboard.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';

export const copyKey = (help: Action['help'], lines: (ui: Ui) => readonly string[]): Action => ({
	keys: ['c'],
	label: ours`copy`,
	help,
	section: 'screen',
	footer: 8,
	unavailable: ui => (lines(ui).length === 0 ? ours`nothing to copy` : null),
	run: ui => copy(ui, lines(ui)),
});
