/** `unflap diff`: what differs between two boots, unit by unit, and where they first went another way. */
import {existsSync} from 'node:fs';
import {UnflapError} from '../base/errors.ts';
import {hostile, joinShown, ours, pad, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {formatClock, formatTook} from '../boot/boot-time.ts';
import {type BootComparison, compareBoots, runOf, type UnitRun} from '../boot/compare-boots.ts';
import type {Boot} from '../boot/types.ts';
import {readBootBox} from './boot-box.ts';
import {readBootFile} from './boot-file.ts';
import type {Command, CommandContext, Printer} from './command.ts';
import {createPaint} from './paint.ts';

export const diffCommand: Command = {
	name: 'diff',
	summary: 'what differs between two boots: the first difference, then unit by unit',
	usage: 'unflap diff BOOT BOOT   where BOOT is BOX, BOX@-1, BOX@BOOTID or a journal file',
	example: 'unflap diff web-prod/1 batch/1        unflap diff bad.jsonl.gz good.jsonl.gz',
	flags: {},
	outputs: ['text', 'json'],
	mostWords: 2,
	run: async (context, {positionals, output}) => {
		const [first, second] = positionals;
		if (first === undefined || second === undefined)
			throw new UnflapError('usage', 'diff wants two BOOTs', {
				next: ['unflap diff web-prod/1 web-prod/2', 'unflap diff bad.jsonl.gz good.jsonl.gz'],
			});
		const here = await readBoot(context, first);
		const there = await readBoot(context, second);
		const comparison = compared(here.boot, there.boot);
		if (output === 'json') context.out.json(document(here, there, comparison));
		else print(here, there, comparison, context.out);
		return 0;
	},
};

type NamedBoot = {readonly subject: Hostile; readonly boot: Boot};

/** A file where there is one of that name; otherwise a box, with the boot after `@`. */
const readBoot = async (context: CommandContext, text: string): Promise<NamedBoot> => {
	const {signal} = context;
	if (text === '-' || existsSync(text)) {
		const {model} = await readBootFile(text, {units: [], signal});
		return {subject: text, boot: known(model.boot(), text)};
	}
	const [, box = text, boot] = /^(.+)@([^@]+)$/.exec(text) ?? [];
	const source = await readBootBox(context, {box, boot, units: []});
	return {
		subject: boot === undefined ? source.box.instanceId : `${source.box.instanceId}@${boot}`,
		boot: known(source.model.boot(), text),
	};
};

const known = (boot: Boot | null, text: string): Boot => {
	if (boot !== null) return boot;
	throw new UnflapError('not-found', `There is no boot in ${text}`);
};

/** The second is what the first is measured by, good or not. Two readings of one boot are two boots here. */
const compared = (here: Boot, there: Boot): BootComparison => {
	const reference = here.bootId === there.bootId ? {...there, bootId: `${there.bootId} again`} : there;
	return compareBoots(
		{instanceId: '', template: null, boot: here},
		[{instanceId: '', template: null, boot: reference}],
		{pick: reference.bootId},
	);
};

const unitsOf = (here: Boot, there: Boot, {units}: BootComparison) =>
	units.map(({unit}) => ({unit, here: runOf(here, unit), there: runOf(there, unit)}));

const print = (here: NamedBoot, there: NamedBoot, comparison: BootComparison, out: Printer): void => {
	const paint = createPaint(out.colour);
	out.line(ours`${shown(here.subject)} against ${shown(there.subject)}`);
	out.line(ours``);
	const rows = unitsOf(here.boot, there.boot, comparison).map(({unit, ...runs}) => ({
		name: shown(unit),
		differs: runs.here.outcome !== runs.there.outcome,
		cells: [runWords(runs.here), runWords(runs.there)] as const,
	}));
	const nameCells = Math.max(4, ...rows.map(({name}) => width(name)));
	const hereCells = Math.max(5, ...rows.map(({cells}) => width(cells[0])));
	for (const {name, cells, differs} of rows) {
		const line = ours`${pad(name, nameCells)}  ${pad(cells[0], hereCells)}  ${cells[1]}`;
		out.line(differs ? paint('red', ours`≠ ${line}`) : ours`  ${line}`);
	}
	out.line(ours``);
	for (const line of differenceLines(comparison)) out.line(line);
};

const differenceLines = ({difference, otherPace}: BootComparison): readonly Shown[] => [
	difference === null
		? ours`No unit ended in another way.`
		: ours`First difference: ${shown(difference.unit)} at ${shown(hostile(formatClock(difference.atSeconds)))}: ${runWords(difference.here)}, there ${difference.there === null ? ours`no such unit` : runWords(difference.there)}. All before it ended the same way.`,
	...(otherPace.length === 0
		? []
		: [
				joinShown(
					[
						ours`Another pace:`,
						...otherPace.map(
							({unit, seconds, thereSeconds}) =>
								ours`${shown(unit)} ${took(seconds)} instead of ${took(thereSeconds)}.`,
						),
					],
					ours` `,
				),
			]),
];

const took = (seconds: number): Shown => shown(hostile(formatTook(seconds)));

const runWords = ({outcome, tookSeconds, tries}: UnitRun): Shown => {
	const time = tookSeconds === null ? ours`` : ours` ${took(tookSeconds)}`;
	const often = tries > 1 ? ours` after ${tries} starts` : ours``;
	return ours`${shown(hostile(outcome))}${time}${often}`;
};

const document = (here: NamedBoot, there: NamedBoot, comparison: BootComparison): unknown => ({
	here: {subject: shown(here.subject), bootId: here.boot.bootId},
	there: {subject: shown(there.subject), bootId: there.boot.bootId},
	firstDifference:
		comparison.difference === null
			? null
			: {...comparison.difference, unit: shown(comparison.difference.unit)},
	units: unitsOf(here.boot, there.boot, comparison).map(one => ({...one, unit: shown(one.unit)})),
	otherPace: comparison.otherPace.map(one => ({...one, unit: shown(one.unit)})),
});
