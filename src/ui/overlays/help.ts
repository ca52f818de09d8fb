/** Help, made from the table of keys: the screen's own first; what is typed searches it. */
import {fitTo, hostile, ours, shown, width} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Overlay} from '../app-state.ts';
import type {Action, HelpSection} from '../keys/action.ts';
import {actionsOn} from '../keys/screens.ts';
import type {Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';

type HelpOverlay = Extract<Overlay, {kind: 'help'}>;

const sections: readonly HelpSection[] = ['screen', 'hold', 'everywhere', 'leaving'];

export const helpView = (model: Model, {query, scroll}: HelpOverlay): OverlayView => {
	const found = actionsOn(model.place.screen).filter(action => matches(action, query));
	const rows = sections.flatMap(section =>
		sectionRows(
			model,
			section,
			found.filter(action => action.section === section),
		),
	);
	return {
		title: [
			span(ours`Keys, this screen first`, 'text', true),
			...(query === '' ? [] : [span(ours` · /${shown(hostile(query))}`, 'accent')]),
		],
		look: 'light',
		rows:
			rows.length === 0 ? [blank, row(span(ours`  nothing about ${shown(hostile(query))}`, 'dim'))] : rows,
		asks: [
			blank,
			row(
				span(ours`  type to search   `, 'dim'),
				span(ours`↑↓`, 'accent'),
				span(ours` scroll   `, 'dim'),
				span(ours`esc`, 'accent'),
				span(query === '' ? ours` closes` : ours` clears`, 'dim'),
				span(ours`      unflap --read-only never writes`, 'dim'),
			),
		],
		scroll,
	};
};

const matches = ({keys, help, label, display}: Action, query: string): boolean => {
	if (query === '') return true;
	const text = `${keys.join(' ')} ${display ?? ''} ${label} ${help}`.toLowerCase();
	return text.includes(query.toLowerCase());
};

const sectionRows = ({place}: Model, section: HelpSection, actions: readonly Action[]): readonly Row[] => {
	if (actions.length === 0) return [];
	return [blank, headingOf(section, place.screen), ...inTwoColumns(actions.map(entryOf))];
};

const headingOf = (section: HelpSection, screen: string): Row => {
	switch (section) {
		case 'screen':
			return row(span(ours` ${shown(hostile(screen.toUpperCase()))}`, 'accent', true));
		case 'hold':
			return row(
				span(ours` HOLD`, 'held', true),
				span(ours`   ! writes to AWS, and always asks first`, 'dim'),
			);
		case 'everywhere':
			return row(span(ours` EVERYWHERE`, 'accent', true));
		case 'leaving':
			return row(span(ours` LEAVING`, 'accent', true));
	}
};

const keyCells = 10;
const markCells = 3;
const columnCells = 76;

type Entry = {readonly keys: Shown; readonly help: Shown; readonly writes: boolean};

const entryOf = ({keys, display, help, writes}: Action): Entry => ({
	keys: display ?? shown(hostile(keys.join(' '))),
	help,
	writes: writes === true,
});

/** Two short ones share a row; help is read from left to right, then down. */
const inTwoColumns = (entries: readonly Entry[]): readonly Row[] => {
	const half = columnCells / 2;
	const rows: Row[] = [];
	let pending: readonly Span[] | null = null;
	for (const entry of entries) {
		const isShort = markCells + keyCells + width(entry.help) <= half;
		if (isShort && pending !== null) {
			rows.push({spans: [...pending, ...cells(entry, half)]});
			pending = null;
		} else {
			if (pending !== null) rows.push({spans: pending});
			pending = isShort ? cells(entry, half) : null;
			if (!isShort) rows.push({spans: cells(entry, columnCells)});
		}
	}
	return pending === null ? rows : [...rows, {spans: pending}];
};

const cells = ({keys, help, writes}: Entry, room: number): readonly Span[] => [
	span(writes ? ours` ! ` : ours`   `, 'held'),
	span(fitTo(keys, keyCells), 'accent'),
	span(fitTo(help, room - markCells - keyCells)),
];
