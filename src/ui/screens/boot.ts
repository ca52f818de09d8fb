/** Screen 3: the waterfall of one boot; below, the unit under the mark. */
import {hostile, ours, shown, shownLines} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import {formatClock} from '../../boot/boot-time.ts';
import type {KnownBoot} from '../../boot/compare-boots.ts';
import type {Boot, BootUnit} from '../../boot/types.ts';
import {layoutWaterfall, type OutsideMark, type Waterfall} from '../../boot/waterfall.ts';
import {inServiceAt, predictedDeathAt} from '../../groups/predicted-death.ts';
import type {Box} from '../../groups/types.ts';
import type {Verdict} from '../../verdict/types.ts';
import {emptyNote, type Pane} from '../frame.ts';
import {boxOf, type Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {comparisonPane} from './comparison-pane.ts';
import {selectedBox} from './group.ts';
import {unitPane} from './unit-pane.ts';
import {waterfallRows} from './waterfall-rows.ts';
import {whyScreen} from './why.ts';

export type BootScreen = {
	readonly boot: Boot;
	readonly waterfall: Waterfall;
	readonly units: readonly BootUnit[];
};

/** The boot as this screen draws it, or null while nothing is known. */
export const bootScreen = (model: Model): BootScreen | null => {
	const boot = watchedBox(model)?.boot ?? null;
	if (boot === null || boot.entryCount === 0) return null;
	const box = model.detail?.boxes.find(({instanceId}) => instanceId === bootBox(model));
	const waterfall = layoutWaterfall(boot, {
		columns: model.state.size.columns - 6,
		outside: outsideMarks(model, box, boot),
	});
	const units = waterfall.rows.flatMap(one => (one.kind === 'unit' ? [one.unit] : []));
	return {boot, waterfall, units};
};

/** The boot as others are compared with it. */
export const bootHere = (model: Model, boot: Boot): KnownBoot => {
	const instanceId = bootBox(model) ?? '';
	const known = model.knownBoots.find(one => one.boot.bootId === boot.bootId);
	return {instanceId, template: known?.template ?? null, boot};
};

export const selectedUnit = (model: Model, screen: BootScreen | null): BootUnit | undefined => {
	if (screen === null) return undefined;
	const chosen = screen.units.find(({name}) => name === model.state.selected.unit);
	const fault = screen.boot.firstFault?.unit ?? blamed(model, screen)?.unit;
	return chosen ?? screen.units.find(({name}) => name === fault) ?? screen.units[0];
};

const blames = new WeakMap<Model, Verdict | null>();

/** The verdict where it blames a unit although none failed: a missing order, say. */
const blamed = (model: Model, {boot}: BootScreen): Verdict | null => {
	if (boot.firstFault !== null) return null;
	const known = blames.get(model);
	if (known !== undefined) return known;
	const why = whyScreen(model, bootBox(model));
	const isOfThis = why !== null && why.instanceId === bootBox(model) && why.verdict.kind === 'fault';
	const verdict = isOfThis ? why.verdict : null;
	blames.set(model, verdict);
	return verdict;
};

const outsideMarks = ({detail}: Model, box: Box | undefined, boot: Boot): readonly OutsideMark[] => {
	const zero = boot.startedAtUs === null ? null : boot.startedAtUs / 1000;
	if (zero === null || detail === null || box === undefined) return [];
	const start = inServiceAt(detail, box.instanceId);
	if (start === null) return [];
	const grace = detail.view.group.healthCheckGraceSeconds;
	const end = predictedDeathAt(detail, box);
	return [
		{at: start, label: 'in service'},
		...(grace > 0 ? [{at: start + grace * 1000, label: 'grace'}] : []),
		...(end === null ? [] : [{at: end, label: 'end?'}]),
	]
		.map(({at, label}) => ({atSeconds: (at - zero) / 1000, label: hostile(label)}))
		.filter(({atSeconds}) => atSeconds >= 0);
};

export const bootPanes = (model: Model): readonly Pane[] => {
	const screen = bootScreen(model);
	const unit = selectedUnit(model, screen);
	return [
		waterfallPane(model, screen, unit),
		...(screen === null || unit === undefined
			? []
			: [
					unitPane(screen.boot, unit, {blamed: blamed(model, screen), cells: model.state.size.columns - 8}),
					...notesPane(screen),
					comparisonPane(model, bootHere(model, screen.boot)),
				]),
	];
};

export const bootStatus = (model: Model): readonly Span[] => {
	const box = watchedBox(model);
	if (box === null) return [];
	const {state} = box.state;
	return [
		span(
			state === 'live'
				? ours`follows live`
				: state === 'gone'
					? ours`the box is gone`
					: state === 'backlog'
						? ours`reading the boot so far`
						: shown(hostile(state)),
			'dim',
		),
	];
};

const waterfallPane = (model: Model, screen: BootScreen | null, unit: BootUnit | undefined): Pane => ({
	id: 'waterfall',
	title: [span(ours`Boot waterfall`, 'text', true)],
	note:
		screen === null
			? []
			: [span(shown(screen.waterfall.title), screen.boot.firstFault === null ? 'dim' : 'bad')],
	ideal: Math.max(6, (screen?.waterfall.rows.length ?? 5) + 1),
	rows: height => (screen === null ? nothingYet(model) : waterfallRows(screen.waterfall, unit, height)),
});

const nothingYet = (model: Model): readonly Row[] => {
	const {detail} = model;
	const box = watchedBox(model);
	if (bootBox(model) === null)
		return [
			blank,
			emptyNote(
				detail === null
					? ours`Reading the group.`
					: ours`The group has no box. The next one it launches is watched from its first second.`,
			),
		];
	if (box === null) return [blank, emptyNote(ours`Opening a stream to the box.`)];
	const {state} = box;
	const why =
		state.state === 'gone'
			? ours`the box died (${shown(state.why)}) before its journal could be read`
			: state.state === 'waiting' || state.state === 'ended'
				? shown(state.why)
				: ours`reading the boot so far`;
	const console = shownLines(hostile(box.console))
		.filter(line => line !== '')
		.slice(-12)
		.map(line => row(span(ours`  │ ${line}`, 'dim')));
	return [
		blank,
		emptyNote(why),
		...(box.whyNotHigher === null || shown(box.whyNotHigher) === why
			? []
			: [emptyNote(shown(box.whyNotHigher))]),
		...(console.length > 0 ? [blank, row(span(ours`  last of the serial console`, 'dim')), ...console] : []),
	];
};

const notesPane = ({boot}: BootScreen): readonly Pane[] => {
	const notes = boot.notes.filter(({kind}) => kind !== 'target' && kind !== 'cancelled');
	if (notes.length === 0) return [];
	const rows = notes
		.slice(-6)
		.map(({text, atSeconds}) =>
			row(
				span(ours`  ${atSeconds === null ? ours`` : (formatClock(atSeconds) as Shown)}  `, 'dim'),
				span(shown(text)),
			),
		);
	return [
		{id: 'notes', title: [span(ours`Notes`, 'text', true)], note: [], ideal: rows.length, rows: () => rows},
	];
};

/** The box the screen is about: the chosen one, or the one selected in the group. */
export const bootBox = (model: Model): string | null =>
	model.place.box ?? selectedBox(model)?.instanceId ?? null;

const watchedBox = (model: Model) => boxOf(model, bootBox(model));
