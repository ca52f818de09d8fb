/** `unflap graveyard`: boxes that are gone, how long they lived, of what they died, and what their kept journals say. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {durationText, isoTime} from '../base/time-text.ts';
import {loadGroup} from '../groups/load-group.ts';
import {resolveGroup} from '../groups/resolve.ts';
import type {GroupDetail, Life} from '../groups/types.ts';
import {spooledBoots} from '../stream/spool-files.ts';
import {nothingBeside} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import {createLineMarks} from '../verdict/line-marks.ts';
import {readBootFile} from './boot-file.ts';
import type {Command, CommandContext} from './command.ts';
import {keptActivities} from './kept-activities.ts';
import {type Cell, tableLines} from './table.ts';

export const graveyardCommand: Command = {
	name: 'graveyard',
	summary: 'boxes that are gone: lifetime, cause, last words',
	usage: 'unflap graveyard GROUP [-n N]',
	example: 'unflap graveyard web-prod -n 5',
	flags: {number: {type: 'string', short: 'n', value: 'N', help: 'the newest N deaths, 20 by default'}},
	outputs: ['text', 'json'],
	mostWords: 1,
	run: async (context, {positionals, flags, output}) => {
		const [name] = positionals;
		if (name === undefined)
			throw new UnflapError('usage', 'graveyard wants one GROUP', {next: ['unflap graveyard web-prod']});
		const aws = await context.aws();
		const {signal, out} = context;
		const group = await resolveGroup(aws, name, {signal});
		const detail = await loadGroup(aws, group.name, {signal, cache: keptActivities(context, aws)});
		const dead = detail.view.lives
			.filter(({diedAt}) => diedAt !== null)
			.toSorted((a, b) => (b.diedAt ?? 0) - (a.diedAt ?? 0))
			.slice(0, countOf(flags['number']));
		const graves = await gravesOf(context, aws, detail, dead);
		if (output === 'json') out.json(graves.map(document));
		else if (graves.length === 0) out.note(ours`${shown(group.name)}: nobody died in what AWS remembers.`);
		else for (const line of lines(graves, out.columns)) out.line(line);
		return 0;
	},
};

const countOf = (text: unknown): number => {
	if (text === undefined) return 20;
	const count = Number(text);
	if (Number.isInteger(count) && count > 0 && count <= 1000) return count;
	throw new UnflapError('usage', `-n ${String(text)} is not a number from 1 to 1000`);
};

type Grave = {
	readonly life: Life;
	/** The verdict on its last boot; null where nothing of it was kept. */
	readonly lastWords: Hostile | null;
	readonly rule: string | null;
	readonly journal: string | null;
};

const gravesOf = async (
	context: CommandContext,
	aws: Aws,
	detail: GroupDetail,
	dead: readonly Life[],
): Promise<readonly Grave[]> => {
	const accountId = await accountOf(context, aws);
	const graves: Grave[] = [];
	for (const life of dead) graves.push(await graveOf(context, {aws, detail, life, accountId}));
	return graves;
};

/** Without the account's id the kept journals cannot be found; the deaths are listed all the same. */
const accountOf = async ({signal, out}: CommandContext, aws: Aws): Promise<string | null> => {
	try {
		return (await aws.polling.identity({signal})).accountId;
	} catch (error) {
		if (!(error instanceof UnflapError)) throw error;
		out.note(ours`Kept journals are not read: ${shown(error.message)}`);
		return null;
	}
};

type Asked = {
	readonly aws: Aws;
	readonly detail: GroupDetail;
	readonly life: Life;
	readonly accountId: string | null;
};

const graveOf = async ({settings, signal}: CommandContext, asked: Asked): Promise<Grave> => {
	const {aws, detail, life, accountId} = asked;
	const {name, arn} = detail.view.group;
	const place = {
		root: settings.paths.spool,
		region: aws.facts.region,
		group: {name, arn},
		instanceId: life.instanceId,
	};
	const [newest] = accountId === null ? [] : await spooledBoots({...place, accountId});
	if (newest === undefined) return {life, lastWords: null, rule: null, journal: null};
	const marks = createLineMarks();
	const {model} = await readBootFile(newest.path, {units: [], signal, onEntries: marks.add});
	const boot = model.boot();
	const facts = {...nothingBeside, boot, marks: marks.of(boot?.bootId ?? ''), listening: null, over: true};
	const {sentence, rule} = judge(facts);
	return {life, lastWords: sentence, rule, journal: newest.path};
};

const lines = (graves: readonly Grave[], columns: number) => {
	const text = (from: Hostile): Cell => ({text: shown(from)});
	const rows = graves.map(({life, lastWords}) => [
		text(isoTime(life.diedAt)?.slice(11, 19) ?? ''),
		text(life.instanceId),
		{text: life.seconds === null ? ours`?` : durationText(life.seconds)},
		text(life.cause ?? 'other'),
		{text: lastWords === null ? ours`nobody was watching` : shown(lastWords)},
	]);
	const head = ['DIED', 'INSTANCE', 'LIVED', 'CAUSE', 'LAST WORDS'].map(word => ({
		text: shown(hostile(word)),
	}));
	return tableLines([head, ...rows], {
		align: ['left', 'left', 'right', 'left', 'left'],
		columns,
		widest: 200,
	});
};

const document = ({life, lastWords, rule, journal}: Grave): unknown => ({
	instanceId: life.instanceId,
	launchedAt: isoTime(life.launchedAt),
	diedAt: isoTime(life.diedAt),
	livedSeconds: life.seconds,
	cause: life.cause,
	rawCause: life.rawCause === null ? null : shown(life.rawCause),
	lastWords: lastWords === null ? null : shown(lastWords),
	rule,
	journal,
});
