/** Keys of screen 5: what is behind a line, the command to try, what the template changed, the page for a chat. */
import {ours} from '../../base/terminal-text.ts';
import {verdictMarkdown} from '../../verdict/verdict-markdown.ts';
import {copy} from '../clipboard.ts';
import {openEvidence} from '../evidence-flow.ts';
import type {Model} from '../model.ts';
import {changeMessage, itemMessage} from '../overlays/evidence.ts';
import {whyScreen} from '../screens/why.ts';
import {markedAt, type WhyItem, whyItems} from '../screens/why-items.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';
import {copyKey} from './copy-key.ts';

const whyItemsOf = (model: Model): readonly WhyItem[] => {
	const screen = whyScreen(model);
	return screen === null ? [] : whyItems(screen.verdict);
};

const itemHere = (ui: Ui): WhyItem | undefined => {
	const model = ui.model();
	const items = whyItemsOf(model);
	return items[markedAt(model, items)];
};

/** The command under the mark, or where there is none all that there are. */
const commandsHere = (ui: Ui): readonly string[] => {
	const item = itemHere(ui);
	if (item?.kind === 'try' && item.advice.command !== null) return [item.advice.command];
	return (whyScreen(ui.model())?.verdict.try ?? []).flatMap(({command}) =>
		command === null ? [] : [command],
	);
};

const unread = (ui: Ui) => (whyScreen(ui.model()) === null ? ours`no boot was read yet` : null);

export const whyKeys: readonly Action[] = [
	{
		keys: ['enter'],
		label: ours`evidence`,
		help: ours`the log line, or all of the text`,
		section: 'screen',
		footer: 1,
		unavailable: ui => (itemHere(ui) === undefined ? ours`nothing is under the mark` : null),
		run: ui => {
			const item = itemHere(ui);
			if (item === undefined || openEvidence(ui, item)) return;
			ui.set({overlay: itemMessage(item)});
		},
	},
	copyKey(ours`copy the command to try`, commandsHere),
	{
		keys: ['D'],
		label: ours`diff template`,
		help: ours`what the launch template changed`,
		section: 'screen',
		footer: 6,
		unavailable: ui =>
			ui.model().background?.template == null ? ours`no change of the template is known` : null,
		run: ui => {
			const message = changeMessage(ui.model());
			if (message !== null) ui.set({overlay: message});
		},
	},
	{
		keys: ['y'],
		label: ours`copy report`,
		help: ours`copy the page as Markdown`,
		section: 'screen',
		footer: 9,
		unavailable: unread,
		run: ui => {
			const screen = whyScreen(ui.model());
			if (screen !== null) copy(ui, verdictMarkdown(screen.instanceId, screen.verdict));
		},
	},
];
