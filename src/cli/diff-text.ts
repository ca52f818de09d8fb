/** Two boots side by side as text: the first difference, then unit by unit. */
import {hostile, joinShown, ours, pad, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {formatClock, formatTook} from '../boot/boot-time.ts';
import {type BootComparison, compareBoots, runOf, type UnitRun} from '../boot/compare-boots.ts';
import type {Boot} from '../boot/types.ts';
import type {Printer} from './command.ts';
import {createPaint} from './paint.ts';

export type NamedBoot = {readonly subject: Hostile; readonly boot: Boot};

/** The first against the second. */
export const printDifference = (here: NamedBoot, there: NamedBoot, out: Printer): void =>
	printComparison(here, there, compared(here.boot, there.boot), out);

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

const printComparison = (
	here: NamedBoot,
	there: NamedBoot,
	comparison: BootComparison,
	out: Printer,
): void => {
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

/** For `-o json`. */
export const comparisonDocument = (here: NamedBoot, there: NamedBoot) =>
	documentOf(here, there, compared(here.boot, there.boot));

const documentOf = (here: NamedBoot, there: NamedBoot, comparison: BootComparison) => ({
	here: {subject: shown(here.subject), bootId: here.boot.bootId},
	there: {subject: shown(there.subject), bootId: there.boot.bootId},
	firstDifference:
		comparison.difference === null
			? null
			: {...comparison.difference, unit: shown(comparison.difference.unit)},
	units: unitsOf(here.boot, there.boot, comparison).map(one => ({...one, unit: shown(one.unit)})),
	otherPace: comparison.otherPace.map(one => ({...one, unit: shown(one.unit)})),
});
