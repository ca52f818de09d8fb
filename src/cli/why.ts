/** `unflap why`: the verdict on a box's boot, in one sentence with its evidence. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveGroup} from '../groups/resolve.ts';
import type {Box, GroupDetail, Life} from '../groups/types.ts';
import type {JournalEntry} from '../journal/types.ts';
import {boxFacts, nothingBeside} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import {createLineMarks} from '../verdict/line-marks.ts';
import {createStoreLines} from '../verdict/store-lines.ts';
import type {Facts, Verdict} from '../verdict/types.ts';
import {verdictMarkdown} from '../verdict/verdict-markdown.ts';
import {changesDocument, type WithBackground, withBackground} from './background-beside.ts';
import {readBootBox} from './boot-box.ts';
import {type BootSource, readBootFile} from './boot-file.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {changeDocument} from './group-json.ts';
import {keptActivities} from './kept-activities.ts';
import {notProbed, probeBeside} from './probe-beside.ts';
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
	const storeLines = createStoreLines();
	const onEntries = (entries: readonly JournalEntry[]) => {
		marks.add(entries);
		storeLines.add(entries);
	};
	if (typeof file === 'string' && name === undefined) {
		const source = await readBootFile(file, {units, signal: context.signal, onEntries});
		const facts = {...nothingBeside, listening: null, over: true};
		return judged(file === '-' ? 'standard input' : file, source, marks.of, facts);
	}
	if (file !== undefined || name === undefined)
		throw new UnflapError('usage', 'why wants one GROUP or BOX, or --journal FILE', {
			next: ['unflap why web-prod', 'unflap why --journal boot.jsonl'],
		});
	const aws = await context.aws();
	const named = await boxNamed(aws, name, context);
	if (named.box === null)
		return {...(await judgeDeath(aws, named.detail, named.life, context.signal)), incomplete: null};
	const {box} = named;
	const source = await readBootBox(context, {box, boot: undefined, units, onEntries});
	const {facts, beside} = await besideBoot(aws, source.box, context.signal);
	const store = storeLines.of(source.model.boot());
	const asked = isProbed(context, args, source)
		? await probeBeside(context, aws, {box: source.box, detail: beside?.detail ?? null, store})
		: notProbed;
	const found = judged(source.box.instanceId, source, marks.of, {
		...facts,
		...asked,
		unread: [...facts.unread, ...asked.unread],
		over: source.incomplete !== null,
	});
	return {...found, beside};
};

export const judged = (
	subject: Hostile,
	{model, incomplete}: BootSource,
	marksOf: (bootId: string) => Facts['marks'],
	facts: Omit<Facts, 'boot' | 'marks'>,
): Judged => {
	const boot = model.boot();
	const marks = boot === null ? [] : marksOf(boot.bootId);
	return {subject, verdict: judge({...facts, boot, marks}), incomplete, beside: null};
};

/** A box that is gone answers nothing, and read-only runs nothing on a box but what reads its journal. */
const isProbed = ({readOnly}: CommandContext, {flags}: CommandArgs, {incomplete}: BootSource): boolean =>
	flags['no-probe'] !== true && !readOnly && incomplete === null;

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

/** `known`: what was read of its group already. */
export const besideBoot = async (aws: Aws, box: Box, signal: AbortSignal, known?: WithBackground) => {
	if (box.group === '') return {facts: nothingBeside, beside: null};
	const [detail, instances] = await Promise.all([
		known?.detail ?? loadGroup(aws, box.group, {signal}),
		aws.polling.instances([box.instanceId], {signal}),
	]);
	const beside = known ?? (await withBackground(aws, detail, box, signal));
	const {background} = beside;
	const metadataTags = instances[0]?.metadataTags ?? null;
	return {facts: boxFacts(box, detail, {metadataTags, background}), beside};
};
