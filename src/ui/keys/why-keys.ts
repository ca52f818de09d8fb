/** Keys of screen 5: the page for a chat, and the command to try. */
import {ours} from '../../base/terminal-text.ts';
import {verdictMarkdown} from '../../verdict/verdict-markdown.ts';
import {copy} from '../clipboard.ts';
import {whyScreen} from '../screens/why.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';
import {copyKey} from './copy-key.ts';

const commandsHere = (ui: Ui): readonly string[] =>
	(whyScreen(ui.model())?.verdict.try ?? []).flatMap(({command}) => (command === null ? [] : [command]));

export const whyKeys: readonly Action[] = [
	copyKey(ours`copy the commands to try`, commandsHere),
	{
		keys: ['y'],
		label: ours`copy report`,
		help: ours`copy the page as Markdown`,
		section: 'screen',
		footer: 9,
		unavailable: ui => (whyScreen(ui.model()) === null ? ours`no boot was read yet` : null),
		run: ui => {
			const screen = whyScreen(ui.model());
			if (screen !== null) copy(ui, verdictMarkdown(screen.instanceId, screen.verdict));
		},
	},
];
