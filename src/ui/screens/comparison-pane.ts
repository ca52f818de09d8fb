/** The boot beside the group's other boots that are known: what is usual, what is new, where it went another way. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {formatClock, formatTook} from '../../boot/boot-time.ts';
import {
	type BootComparison,
	compareBoots,
	type KnownBoot,
	otherBoots,
	type UnitComparison,
	type UnitRun,
	type UnitTally,
} from '../../boot/compare-boots.ts';
import {cutName, formatVersion, plural, shortId} from '../format.ts';
import type {Pane} from '../frame.ts';
import type {Model} from '../model.ts';
import {blank, type Row, row, type Span, span, spread} from '../span.ts';
import {alignCell} from '../table.ts';
import {withoutSuffix} from '../unit-name.ts';

export const comparisonPane = (model: Model, here: KnownBoot): Pane => {
	const comparison = compareBoots(here, model.knownBoots, {pick: model.state.comparedWith});
	const {columns} = model.state.size;
	const units = comparison.others === 0 ? [] : comparison.units.map(one => unitRow(comparison, one, columns));
	const words = wordsOf(comparison);
	return {
		id: 'comparison',
		title: [span(ours`against this group's other boots`, 'text', true)],
		note: noteOf(comparison),
		ideal: units.length + (units.length > 0 ? 1 : 0) + words.length,
		rows: height => placeRows(units, words, height),
	};
};

/** The difference is what a reader comes for: where there is no room for all, units give way to it. */
const placeRows = (units: readonly Row[], words: readonly Row[], height: number): readonly Row[] => {
	if (units.length + 1 + words.length <= height)
		return units.length === 0 ? words : [...units, blank, ...words];
	const told = words.slice(0, Math.max(1, height - units.length));
	return [...units.slice(0, Math.max(0, height - told.length)), ...told];
};

const noteOf = ({others, reference, referenceIsGood}: BootComparison): readonly Span[] =>
	others === 0
		? []
		: [
				reference === null
					? span(ours`${plural(others, 'other boot')} known, none good`, 'warn')
					: span(
							ours`${plural(others, 'other boot')} known · ${referenceIsGood ? ours`good` : ours`picked`} ${shortId(reference.instanceId)}`,
							'dim',
						),
				span(ours` · b picks another`, 'dim'),
			];

// --- one unit --------------------------------------------------------------------------------------------------------

const nameCells = 20;
const hereCells = 10;

const unitRow = ({template}: BootComparison, one: UnitComparison, columns: number): Row => {
	const {unit, here, alike, elsewhere} = one;
	const bad = here.outcome === 'failed' || here.outcome === 'never';
	const left = [
		...alignCell([span(ours`   ${cutName(withoutSuffix(unit), nameCells - 1)}`)], nameCells + 3, 'left'),
		...alignCell([span(hereWords(here), bad ? 'bad' : 'text')], hereCells, 'left'),
		span(alikeWords(here, alike, versionWords(template)), 'dim'),
	];
	const right = elsewhere === null ? [] : [span(elsewhereWords(elsewhere), 'dim'), span(ours` `)];
	return spread(left, right, columns - 2);
};

const versionWords = (template: string | null): Shown =>
	template === null ? ours`` : ours` on ${formatVersion(hostile(template))}`;

const hereWords = ({outcome, tookSeconds}: UnitRun): Shown => {
	switch (outcome) {
		case 'up':
			return tookSeconds === null ? ours`up` : tookWords(tookSeconds);
		case 'waiting':
			return ours`not yet`;
		default:
			return shown(hostile(outcome));
	}
};

const tookWords = (seconds: number): Shown => shown(hostile(formatTook(seconds)));

const alikeWords = (here: UnitRun, alike: UnitTally, on: Shown): Shown => {
	const {boots, up, failed, medianSeconds, failedTries} = alike;
	if (boots === 0) return ours`no other boot${on} has got here`;
	if (here.outcome === 'failed') {
		const always = failed === boots && failedTries === here.tries && here.tries > 1;
		return ours`${failed + 1} of ${boots + 1}${on}${always ? ours`, always after ${here.tries} tries` : ours``}`;
	}
	if (here.outcome === 'never') return ours`up in ${up} of ${boots + 1}${on}`;
	const usual = medianSeconds === null ? null : usualWords(medianSeconds, alike.spreadSeconds);
	const failures = failed === 0 ? null : ours`failed ${failed} of ${boots} others${on}`;
	const words = [usual, failures].filter(one => one !== null);
	return words.length === 0 ? ours`up in ${up} of ${boots} others${on}` : joinShown(words, ours`, `);
};

const usualWords = (medianSeconds: number, spreadSeconds: number | null): Shown =>
	spreadSeconds === null
		? ours`${tookWords(medianSeconds)} in the other`
		: ours`usual ${tookWords(medianSeconds)} ±${tookWords(spreadSeconds)}`;

const elsewhereWords = ({
	template,
	boots,
	up,
	medianSeconds,
}: NonNullable<UnitComparison['elsewhere']>): Shown => {
	const took = medianSeconds === null ? ours`` : ours`${tookWords(medianSeconds)}, `;
	return ours`${formatVersion(template)}: ${took}${up} of ${boots} fine`;
};

// --- the whole -------------------------------------------------------------------------------------------------------

const wordsOf = (comparison: BootComparison): readonly Row[] => {
	const {others, reference} = comparison;
	if (others === 0)
		return [
			row(
				span(
					ours`   Nothing to compare with yet: no other boot of this group was watched since the start.`,
					'dim',
				),
			),
			row(span(ours`   Each box that boots while unflap looks at the group joins in.`, 'dim')),
		];
	if (reference === null)
		return [
			row(span(ours`   No good boot of this group is known yet. b compares with one of the others.`, 'dim')),
		];
	return [differenceRow(comparison, reference), ...paceRows(comparison)];
};

const differenceRow = ({difference, referenceIsGood}: BootComparison, {instanceId}: KnownBoot): Row => {
	const which = referenceIsGood ? ours`the good boot` : ours`the boot of ${shortId(instanceId)}`;
	if (difference === null)
		return row(span(ours`   No difference from ${which} so far: every unit ended the same way.`));
	const at = shown(hostile(formatClock(difference.atSeconds)));
	return row(
		span(ours`   First difference from ${which}: `),
		span(withoutSuffix(difference.unit), 'text', true),
		span(ours` at ${at}${howWords(difference.here, difference.there)}. All before it ended the same way.`),
	);
};

/** Said only where the row of the unit does not say it already. */
const howWords = (here: UnitRun, there: UnitRun | null): Shown => {
	if (there === null) return ours`, unknown there`;
	return here.outcome === there.outcome
		? ours`, ${plural(here.tries, 'try', 'tries')} for ${there.tries}`
		: ours``;
};

const mostPaces = 3;

const paceRows = ({otherPace}: BootComparison): readonly Row[] =>
	otherPace.length === 0
		? []
		: [
				row(
					span(ours`   `),
					span(
						ours`At another pace before it: ${joinShown(
							otherPace
								.slice(0, mostPaces)
								.map(
									({unit, seconds, thereSeconds}) =>
										ours`${withoutSuffix(unit)} ${tookWords(seconds)}, there ${tookWords(thereSeconds)}`,
								),
							ours`; `,
						)}`,
						'dim',
					),
				),
			];

/** `b`: the next boot to compare with, newest first; after the oldest the good one again. */
export const nextCompared = (
	here: KnownBoot,
	known: readonly KnownBoot[],
	picked: string | null,
): string | null => {
	const others = otherBoots(here, known).toReversed();
	return others[others.findIndex(({boot}) => boot.bootId === picked) + 1]?.boot.bootId ?? null;
};
