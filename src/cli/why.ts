/** `unflap why`: the verdict on a box's boot, in one sentence with its evidence. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveGroup} from '../groups/resolve.ts';
import type {Box, GroupDetail, Life} from '../groups/types.ts';
import {nothingBeside} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import {createLineMarks} from '../verdict/line-marks.ts';
import type {Verdict} from '../verdict/types.ts';
import {verdictMarkdown} from '../verdict/verdict-markdown.ts';
import {changesDocument, type WithBackground} from './background-beside.ts';
import {readBootFile} from './boot-file.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {changeDocument} from './group-json.ts';
import {judgeBox} from './judge-box.ts';
import {keptActivities} from './kept-activities.ts';
import {findDead, judgeDeath, lastDead} from './why-gone.ts';
import {verdictDocument} from './why-json.ts';
import {printVerdict} from './why-text.ts';

export const whyCommand: Command = {
	name: 'why',
	summary: 'why a box did not come up: one sentence and its evidence',
	usage: 'unflap why GROUP|BOX   or   unflap why --journal FILE',
	example: 'unflap why web-prod        unflap why --journal boot.jsonl.gz -o md',
	flags: {
		journal: {
			type: 'string',
			value: 'FILE',
			help: 'what `journalctl -b -o json` wrote: plain, .gz, .zst, or - for standard input',
		},
		'no-probe': {type: 'boolean', help: 'asks the box for its journal alone, and runs no probe on it'},
		unit: {type: 'string', short: 'u', multiple: true, value: 'UNIT', help: 'the unit the chain leads to'},
	},
	outputs: ['text', 'json', 'md'],
	mostWords: 1,
	run: async (context, args) => {
		const {subject, verdict, incomplete, beside} = await verdictOf(context, args);
		const {out} = context;
		const background = beside?.background ?? null;
		if (args.output === 'json')
			out.json({
				...verdictDocument(subject, verdict),
				templateChange: changeDocument(background?.template ?? null),
				...changesDocument(background),
			});
		else if (args.output === 'md') for (const line of verdictMarkdown(subject, verdict)) out.line(line);
		else printVerdict(subject, verdict, {out, beside});
		if (incomplete === null) return 0;
		out.warn(ours`Not read to its end: ${shown(incomplete)}. The verdict holds for what was read.`);
		return 1;
	},
};

type Judged = {
	readonly subject: Hostile;
	readonly verdict: Verdict;
	readonly incomplete: Hostile | null;
	/** The box's group; null for a file, and for a box of none. */
	readonly beside: WithBackground | null;
};

const verdictOf = async (context: CommandContext, args: CommandArgs): Promise<Judged> => {
	const file = args.flags['journal'];
	const [name] = args.positionals;
	const units = Array.isArray(args.flags['unit']) ? args.flags['unit'] : [];
	const marks = createLineMarks();
	if (typeof file === 'string' && name === undefined) {
		const source = await readBootFile(file, {units, signal: context.signal, onEntries: marks.add});
		const boot = source.model.boot();
		const facts = {...nothingBeside, listening: null, over: true, boot, marks: marks.of(boot?.bootId ?? '')};
		const subject = file === '-' ? 'standard input' : file;
		return {subject, verdict: judge(facts), incomplete: source.incomplete, beside: null};
	}
	if (file !== undefined || name === undefined)
		throw new UnflapError('usage', 'why wants one GROUP or BOX, or --journal FILE', {
			next: ['unflap why web-prod', 'unflap why --journal boot.jsonl'],
		});
	const aws = await context.aws();
	const named = await boxNamed(aws, name, context);
	if (named.box === null) return {...(await judgeDeath(context, aws, named)), incomplete: null};
	const probe = args.flags['no-probe'] !== true;
	const {source, verdict, beside} = await judgeBox(context, aws, {box: named.box, units, probe});
	return {subject: source.box.instanceId, verdict, incomplete: source.incomplete, beside};
};

type Named =
	| {readonly box: string}
	/** A box that is gone. */
	| {readonly box: null; readonly detail: GroupDetail; readonly life: Life};

/** Of a group: the box that tells most, or the last that died, which is said on stderr. Everything else is a box. */
const boxNamed = async (aws: Aws, name: string, {settings, signal, out}: CommandContext): Promise<Named> => {
	if (/^i-[0-9a-f]{17}$/.test(name)) {
		const dead = await findDead(aws, name, signal);
		if (dead === null) return {box: name};
		out.note(ours`${shown(name)} is gone: what AWS says of its end`);
		return {box: null, ...dead};
	}
	if (/^i-|\/\d+$/.test(name)) return {box: name};
	const group = await groupOrNull(aws, name, signal);
	if (group === null) return {box: name};
	const detail = await loadGroup(aws, group, {signal, cache: keptActivities({settings, out}, aws)});
	const {boxes} = detail;
	const chosen = mostTelling(boxes);
	if (chosen !== undefined) {
		out.note(
			ours`${shown(group)}: looking at ${shown(chosen.instanceId)}, box ${chosen.number} of ${boxes.length}`,
		);
		return {box: chosen.instanceId};
	}
	const life = lastDead(detail);
	if (life === undefined)
		throw new UnflapError('not-found', `${group} has no box to look at`, {
			meaning: 'It has none, and none of it has died in what AWS remembers.',
			next: [`unflap show ${group}`, `unflap logs ${group} -f   (follows the next one)`],
		});
	out.note(ours`${shown(group)}: it has no box now; judging ${shown(life.instanceId)}, the last that died`);
	return {box: null, detail, life};
};

const groupOrNull = async (aws: Aws, name: string, signal: AbortSignal): Promise<Hostile | null> => {
	try {
		return (await resolveGroup(aws, name, {signal})).name;
	} catch (error) {
		if (error instanceof UnflapError && error.kind === 'not-found') return null;
		throw error;
	}
};

/** One the load balancer refuses and that can be reached; else the oldest that can be reached. */
export const mostTelling = (boxes: readonly Box[]): Box | undefined => {
	const reachable = boxes.filter(({ssm}) => ssm?.pingStatus === 'Online');
	return reachable.find(({target}) => target?.state.startsWith('unhealthy')) ?? reachable[0] ?? boxes[0];
};
