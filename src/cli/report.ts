/** `unflap report`: the page for the ticket, of a group and of the box that tells most. It changes nothing. */
import {UnflapError} from '../base/errors.ts';
import {ours, shown} from '../base/terminal-text.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveGroup} from '../groups/resolve.ts';
import {readKeptEdits} from '../stream/kept-edits.ts';
import {withBackground} from './background-beside.ts';
import type {Command, CommandContext} from './command.ts';
import {judgeBox} from './judge-box.ts';
import {keptActivities} from './kept-activities.ts';
import type {Report} from './report-facts.ts';
import {reportHtml} from './report-html.ts';
import {reportMarkdown} from './report-markdown.ts';
import {mostTelling} from './why.ts';

export const reportCommand: Command = {
	name: 'report',
	summary: 'the page for the ticket: flap timeline, waterfall, verdict, evidence',
	usage: 'unflap report GROUP',
	example: 'unflap report web-prod -o html > web-prod.html',
	flags: {
		'no-probe': {type: 'boolean', help: 'asks the box for its journal alone, and runs no probe on it'},
	},
	outputs: ['md', 'html'],
	mostWords: 1,
	run: async (context, {positionals, output, flags}) => {
		const [name] = positionals;
		if (name === undefined)
			throw new UnflapError('usage', 'report wants one GROUP', {
				next: ['unflap report web-prod', 'unflap ls lists them'],
			});
		const report = await reportOf(context, {name, probe: flags['no-probe'] !== true});
		if (output === 'html') await context.out.raw(Buffer.from(reportHtml(report)));
		else for (const line of reportMarkdown(report)) context.out.line(line);
		return 0;
	},
};

const reportOf = async (
	context: CommandContext,
	{name, probe}: {readonly name: string; readonly probe: boolean},
): Promise<Report> => {
	const aws = await context.aws();
	const {signal, out} = context;
	const group = await resolveGroup(aws, name, {signal});
	const loaded = await loadGroup(aws, group.name, {signal, cache: keptActivities(context, aws)});
	const box = mostTelling(loaded.boxes);
	const beside = await withBackground(aws, loaded, box ?? null, signal);
	const {detail, background} = beside;
	const base = {
		detail,
		change: background.template,
		background,
		at: aws.clock.now(),
		region: aws.facts.region,
		edits: await readKeptEdits(context.settings.paths.state, group.name),
	};
	if (box === undefined) return {...base, boot: null};
	try {
		const {source, verdict} = await judgeBox(context, aws, {
			box: box.instanceId,
			units: [],
			probe,
			known: beside,
		});
		return {
			...base,
			boot: {instanceId: box.instanceId, boot: source.model.boot(), verdict, outside: source.outside},
		};
	} catch (error) {
		// The group's part is worth its page; what is missing is said on it.
		if (!(error instanceof UnflapError) || signal.aborted) throw error;
		out.warn(ours`${shown(box.instanceId)}: ${shown(error.message)}; the page is of the group alone`);
		return {...base, boot: null};
	}
};
