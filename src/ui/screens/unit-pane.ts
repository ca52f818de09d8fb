/** The unit under the mark: how it went, its own words, whom its failure cancelled. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {formatClock} from '../../boot/boot-time.ts';
import type {Boot, BootUnit} from '../../boot/types.ts';
import type {Verdict} from '../../verdict/types.ts';
import {type Pane} from '../frame.ts';
import {type Row, row, span} from '../span.ts';
import {withoutSuffix} from '../unit-name.ts';
import {wrapWords} from '../wrap-words.ts';

/** @param blamed the verdict, where it blames a unit that did not fail. */
export const unitPane = (
	boot: Boot,
	unit: BootUnit,
	{blamed, cells}: {readonly blamed: Verdict | null; readonly cells: number},
): Pane => {
	const rows = [...unitRows(boot, unit), ...blameRows(unit, blamed, cells)];
	const chain =
		boot.chain.length === 0
			? ours``
			: joinShown(
					boot.chain.map(name => withoutSuffix(shown(name))),
					ours` ▸ `,
				);
	return {
		id: 'unit',
		title: [span(shown(unit.name), 'accent', true)],
		note: [span(chain, 'dim')],
		ideal: rows.length,
		rows: () => rows,
	};
};

const blameRows = (unit: BootUnit, blamed: Verdict | null, cells: number): readonly Row[] =>
	blamed === null || blamed.unit !== unit.name
		? []
		: wrapWords(shown(blamed.sentence), cells).map((line, index) =>
				row(span(index === 0 ? ours`  ! ` : ours`    `, 'warn'), span(line, 'bad')),
			);

const unitRows = (boot: Boot, unit: BootUnit): readonly Row[] => {
	const isFault = boot.firstFault?.unit === unit.name;
	const facts = [
		ours`${shown(hostile(unit.state))}`,
		...(unit.result === null ? [] : [ours`result ${shown(hostile(unit.result))}`]),
		...(unit.exitCode === null ? [] : [ours`exit ${unit.exitCode}`]),
		...(unit.attempts.length > 1 ? [ours`${unit.attempts.length} tries`] : []),
		...(unit.attempts.some(({gaveUp}) => gaveUp) ? [ours`gave up: start limit`] : []),
	];
	const cancelled = boot.units.filter(
		({state, requires}) => state === 'cancelled' && requires.includes(unit.name),
	);
	const dependants =
		cancelled.length > 0 || !isFault ? cancelled : boot.units.filter(({state}) => state === 'cancelled');
	return [
		row(
			span(ours`  `),
			span(joinShown(facts, ours` · `), unit.state === 'failed' || unit.state === 'orphan' ? 'bad' : 'text'),
		),
		...(isFault && boot.firstFault !== null
			? [
					row(
						span(ours`  ${formatClock(boot.firstFault.atSeconds) as Shown}   `, 'dim'),
						span(shown(boot.firstFault.message), 'bad'),
					),
				]
			: unit.why === null
				? []
				: [row(span(ours`  why    `, 'dim'), span(shown(unit.why)))]),
		...unit.lastWords.slice(-4).map(line => row(span(ours`  │ `, 'dim'), span(shown(line), 'dim'))),
		...(dependants.length === 0 || unit.state !== 'failed'
			? []
			: [
					row(
						span(ours`  ! `, 'warn'),
						span(
							ours`Requires= cancels ${joinShown(
								dependants.slice(0, 3).map(({name}) => withoutSuffix(shown(name))),
								ours`, `,
							)} on the first failure, and a retry that works does not bring it back.`,
						),
					),
				]),
	];
};
