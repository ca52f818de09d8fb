/** `unflap ls`: the groups, worst first. */
import {createProcessClock} from '../base/clock-process.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {durationText} from '../base/time-text.ts';
import {listGroups} from '../groups/list-groups.ts';
import type {GroupState, GroupView} from '../groups/types.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {groupDocument, nowOf} from './group-json.ts';
import {keptActivities} from './kept-activities.ts';
import {createPaint, type Paint, type PaintStyle} from './paint.ts';
import {type Cell, tableLines} from './table.ts';

export const lsCommand: Command = {
	name: 'ls',
	summary: 'groups, worst first',
	usage: 'unflap ls [FILTER]',
	example: 'unflap ls web',
	flags: {
		complete: {
			type: 'boolean',
			help: 'with many groups: read on until the last hour is complete, a call a second',
		},
	},
	outputs: ['text', 'json', 'jsonl'],
	mostWords: 1,
	run: async (context, args) => {
		const [filter] = args.positionals;
		const aws = await context.aws();
		const views = await listGroups(aws, {
			signal: context.signal,
			cache: keptActivities(context, aws),
			...(filter === undefined ? {} : {filter}),
			...(args.flags['complete'] === true ? {pace: createPace(context)} : {}),
		});
		print(views, nowOf(aws), context, args);
		warnOfTheUnknown(views, context, aws.facts.region);
		return 0;
	},
};

/** One call a second, and a sign of life. */
const createPace = ({out, signal}: CommandContext) => {
	const clock = createProcessClock();
	let pages = 1;
	return () => {
		pages += 1;
		if (out.isTerminal) out.note(ours`reading page ${pages} of the account's activities`);
		return clock.sleep(1000, signal);
	};
};

const print = (
	views: readonly GroupView[],
	now: number,
	{out, settings}: CommandContext,
	args: CommandArgs,
) => {
	if (args.output === 'json') return out.json(views.map(view => groupDocument(view, now)));
	if (args.output === 'jsonl') {
		for (const view of views) out.json(groupDocument(view, now));
		return;
	}
	const paint = createPaint(out.colour);
	const header = ['GROUP', 'FLAPS/H', 'IN/WANT', 'LIFE P50', 'LAST DEATH', 'STATE'].map(
		(text): Cell => ({text: shown(text), paint: text => paint('dim', text)}),
	);
	const rows = views.map(view => rowOf(view, {now, paint, ascii: settings.ascii}));
	const lines = tableLines(views.length === 0 ? [] : [header, ...rows], {
		align: ['left', 'right', 'right', 'right', 'left', 'left'],
		columns: out.columns,
		widest: Math.max(24, out.columns - 60),
	});
	for (const line of lines) out.line(line);
};

type RowOptions = {readonly now: number; readonly paint: Paint; readonly ascii: boolean};

const rowOf = (
	{group, flaps, inService, state}: GroupView,
	{now, paint, ascii}: RowOptions,
): readonly Cell[] => {
	const {lastDeath, flapsPerHour, lifeMedianSeconds} = flaps;
	const {glyph, word, style} = states[state];
	return [
		{text: shown(group.name), paint: text => (state === 'flapping' ? paint('bold', text) : text)},
		{text: flapsPerHour === null ? none : shown(flapsPerHour === 0 ? '0' : flapsPerHour.toFixed(1))},
		{text: ours`${inService}/${group.desired}`},
		{text: lifeMedianSeconds === null ? none : durationText(lifeMedianSeconds)},
		{
			text:
				lastDeath === null
					? none
					: ours`${shown(lastDeath.cause)} ${durationText((now - lastDeath.at) / 1000)} ago`,
		},
		{
			text: ours`${shown(ascii ? glyph.ascii : glyph.wide)} ${shown(word)}`,
			paint: text => paint(style, text),
		},
	];
};

const none: Shown = ours`-`;

type StateLook = {
	readonly glyph: {readonly wide: string; readonly ascii: string};
	readonly word: string;
	readonly style: PaintStyle;
};

const states: Readonly<Record<GroupState, StateLook>> = {
	flapping: {glyph: {wide: '▲', ascii: '^'}, word: 'FLAPS', style: 'red'},
	held: {glyph: {wide: '■', ascii: '#'}, word: 'HELD', style: 'blue'},
	stray: {glyph: {wide: '‖', ascii: '='}, word: 'STRAY', style: 'yellow'},
	calm: {glyph: {wide: '●', ascii: 'o'}, word: 'calm', style: 'green'},
	deleting: {glyph: {wide: '×', ascii: 'x'}, word: 'deleting', style: 'dim'},
	unknown: {glyph: {wide: '?', ascii: '?'}, word: 'unknown', style: 'dim'},
};

const warnOfTheUnknown = (views: readonly GroupView[], {out}: CommandContext, region: string) => {
	if (views.length === 0) return out.note(ours`No Auto Scaling groups in ${shown(region)} match.`);
	const unknown = views.filter(({state}) => state === 'unknown').length;
	if (unknown > 0)
		out.note(
			ours`${unknown} of ${views.length} groups are not judged: their activities were not all read. --complete reads on.`,
		);
};
