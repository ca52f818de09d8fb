/** `unflap show`: one group with its boxes, hold, hooks, target health and activities. */
import {UnflapError} from '../base/errors.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveGroup} from '../groups/resolve.ts';
import {changesDocument, withBackground} from './background-beside.ts';
import type {Command} from './command.ts';
import {changeDocument, detailDocument, nowOf} from './group-json.ts';
import {keptActivities} from './kept-activities.ts';
import {printGroup} from './show-text.ts';

export const showCommand: Command = {
	name: 'show',
	summary: 'one group: boxes, hold, hooks, target health, activities',
	usage: 'unflap show GROUP',
	example: 'unflap show web-prod',
	flags: {},
	outputs: ['text', 'json'],
	mostWords: 1,
	run: async (context, {positionals, output}) => {
		const [text] = positionals;
		if (text === undefined)
			throw new UnflapError('usage', 'show wants one GROUP', {
				next: ['unflap show web-prod', 'unflap ls lists them'],
			});
		const aws = await context.aws();
		const {signal, out} = context;
		const group = await resolveGroup(aws, text, {signal});
		const loaded = await loadGroup(aws, group.name, {signal, cache: keptActivities(context, aws)});
		const {detail, background} = await withBackground(aws, loaded, null, signal);
		if (output === 'json')
			out.json({
				...detailDocument(detail, nowOf(aws)),
				templateChange: changeDocument(background.template),
				...changesDocument(background),
			});
		else printGroup(detail, background, {out, now: nowOf(aws), ascii: context.settings.ascii});
		return 0;
	},
};
