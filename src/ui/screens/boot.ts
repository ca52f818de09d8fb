/** Screen 3: the waterfall of one boot; below, the unit under the mark. */
import {hostile, joinShown, ours, shown, shownLines} from '../../base/terminal-text.ts';
import type {Hostile, Shown} from '../../base/text.ts';
import {formatClock} from '../../boot/boot-time.ts';
import type {Boot, BootUnit} from '../../boot/types.ts';
import {layoutWaterfall, type OutsideMark, type Waterfall, type WaterfallRow} from '../../boot/waterfall.ts';
import type {Box} from '../../groups/types.ts';
import {emptyNote, type Pane} from '../frame.ts';
import {boxOf, type Model} from '../model.ts';
import {blank, type Row, row, type Span, span, type Token} from '../span.ts';
import {alignCell, windowStart} from '../table.ts';
import {selectedBox, withoutSuffix} from './group.ts';

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

export const selectedUnit = (model: Model, screen: BootScreen | null): BootUnit | undefined => {
	if (screen === null) return undefined;
	const chosen = screen.units.find(({name}) => name === model.state.selected.unit);
	return chosen ?? screen.units.find(({name}) => name === screen.boot.firstFault?.unit) ?? screen.units[0];
};

const outsideMarks = ({detail}: Model, box: Box | undefined, boot: Boot): readonly OutsideMark[] => {
	const zero = boot.startedAtUs === null ? null : boot.startedAtUs / 1000;
	if (zero === null || detail === null || box === undefined) return [];
	const launch = detail.view.activities.find(
		({description}) => description.includes(box.instanceId) && /^Launching/.test(description),
	);
	const inService = launch?.endedAt ?? null;
	if (inService === null) return [];
	const at = (inService - zero) / 1000;
	const grace = detail.view.group.healthCheckGraceSeconds;
	return [
		{atSeconds: at, label: hostile('in service')},
		...(grace > 0 ? [{atSeconds: at + grace, label: hostile('grace')}] : []),
	].filter(({atSeconds}) => atSeconds >= 0);
};

export const bootPanes = (model: Model): readonly Pane[] => {
	const screen = bootScreen(model);
	const unit = selectedUnit(model, screen);
	return [
		waterfallPane(model, screen, unit),
		...(screen === null || unit === undefined ? [] : [unitPane(model, screen, unit), ...notesPane(screen)]),
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
	rows: height => (screen === null ? nothingYet(model) : waterfallRows(screen, unit, height)),
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
	const why =
		box.state.state === 'waiting' || box.state.state === 'ended' || box.state.state === 'gone'
			? shown(box.state.why)
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

const waterfallRows = (
	{waterfall}: BootScreen,
	unit: BootUnit | undefined,
	height: number,
): readonly Row[] => {
	const {unitColumns, tookColumns, axis} = waterfall;
	const head = row(
		...alignCell([span(ours`   UNIT`, 'dim')], unitColumns + 3, 'left'),
		span(axisLabels(axis), 'dim'),
		...alignCell([span(ours`TOOK`, 'dim')], tookColumns + 1, 'right'),
	);
	const isSelected = (one: WaterfallRow) => one.kind === 'unit' && one.unit.name === unit?.name;
	// What happens outside the box stays in sight below, however many units there are.
	const [scrolling, pinned] = [
		waterfall.rows.filter(({kind}) => kind !== 'outside'),
		waterfall.rows.filter(({kind}) => kind === 'outside'),
	];
	const drawn = scrolling.map(one => drawRow(waterfall, one, isSelected(one)));
	const room = Math.max(1, height - 1 - pinned.length);
	const from = windowStart(Math.max(0, scrolling.findIndex(isSelected)), drawn.length, room);
	return [head, ...drawn.slice(from, from + room), ...pinned.map(one => drawRow(waterfall, one, false))];
};

const axisLabels = ({ticks, columns}: Waterfall['axis']): Shown => {
	const cells = Array.from({length: columns}, () => ' ');
	for (const {column, label} of ticks)
		for (const [index, character] of [...label].entries())
			if (column + index < columns) cells[column + index] = character;
	return cells.join('') as Shown;
};

const drawRow = (waterfall: Waterfall, one: WaterfallRow, selected: boolean): Row => {
	const {unitColumns, axisColumns, tookColumns} = waterfall;
	const cell = (spans: readonly Span[]) => alignCell(spans, unitColumns, 'left');
	const took = (text: string) => alignCell([span(shown(hostile(text)))], tookColumns + 1, 'right');
	switch (one.kind) {
		case 'kernel':
			return row(
				span(ours`   `),
				...cell([span(shown(hostile(one.name)), 'dim')]),
				...barSpans(one.bar, axisColumns, one.tone),
				...took(one.took),
			);
		case 'unit': {
			const label =
				one.label === ''
					? []
					: [span(ours`  ${shown(hostile(one.label))}`, one.tone === 'good' ? 'good' : one.tone)];
			return {
				...row(
					selected ? span(ours` ▸ `, 'accent', true) : span(ours`   `),
					...nameCell(shown(one.name), label, unitColumns),
					...barSpans(one.bar, axisColumns, one.tone, one.remark, one.remarkColumn),
					...took(one.took),
				),
				...(selected ? {selected: true} : {}),
			};
		}
		case 'try':
			return row(
				span(ours`   `),
				...cell([span(ours`  ${shown(hostile(one.name))}   ${shown(hostile(one.label))}`, 'dim')]),
				...barSpans(one.bar, axisColumns, one.tone),
				...took(one.took),
			);
		case 'more':
			return row(span(ours`   … ${one.count} more`, 'dim'));
		case 'outside':
			return row(
				...alignCell([span(ours`  outside the box`, 'dim')], unitColumns + 3, 'left'),
				...outsideSpans(one.marks, axisColumns),
			);
	}
};

const nameCell = (name: Shown, label: readonly Span[], cells: number): readonly Span[] => {
	const labelCells = label.reduce((sum, {text}) => sum + text.length, 0);
	const room = Math.max(8, cells - labelCells);
	const short =
		name.length > room ? (`${name.slice(0, Math.max(1, room - 9))}…${name.slice(-8)}` as Shown) : name;
	return alignCell([span(short), ...label], cells, 'left');
};

type BarLike = {readonly column: number; readonly cells: string};

const barSpans = (
	bar: BarLike,
	columns: number,
	tone: string,
	remark = '',
	remarkColumn = 0,
): readonly Span[] => {
	const before = ' '.repeat(bar.column) as Shown;
	const drawn = shown(hostile(bar.cells));
	const remarkAt = remark === '' ? 0 : Math.max(0, remarkColumn - bar.column - drawn.length);
	return alignCell(
		[
			span(before),
			span(drawn, tone as Token),
			...(remark === '' ? [] : [span(' '.repeat(remarkAt) as Shown), span(shown(hostile(remark)), 'dim')]),
		],
		columns,
		'left',
	);
};

const outsideSpans = (
	marks: readonly {readonly column: number; readonly label: Hostile}[],
	columns: number,
): readonly Span[] => {
	let text = '';
	for (const {column, label} of marks) {
		const words = `▲ ${shown(label)} `;
		// Near the right end the words stand before their mark.
		const fits = column + words.length <= columns;
		const from = fits ? column : Math.max(0, column - words.length + 1);
		if (from < text.length) continue;
		text = `${text.padEnd(from)}${fits ? words : `${shown(label)} ▲`}`;
	}
	return alignCell([span(text as Shown, 'busy')], columns, 'left');
};

const unitPane = (model: Model, {boot}: BootScreen, unit: BootUnit): Pane => {
	const rows = unitRows(boot, unit);
	void model;
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
