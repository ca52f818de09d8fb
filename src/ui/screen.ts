/** One frame: header, banner, panes, overlay, footer; exactly the screen's rows, each as wide as the screen or less. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {AppState, Overlay} from './app-state.ts';
import {banner} from './banner.ts';
import {formatCountdown} from './format.ts';
import {type FrameOptions, frame, type Pane, shareRows} from './frame.ts';
import {type FooterEntry, footer, header} from './header.ts';
import {holdOn, isOn, type Model, viewOf} from './model.ts';
import {actionsView} from './overlays/actions.ts';
import {catchView} from './overlays/catch.ts';
import {changesView} from './overlays/changes.ts';
import {fileView} from './overlays/file.ts';
import {helpView} from './overlays/help.ts';
import {holdPreviewView} from './overlays/hold-preview.ts';
import {detailsView, errorsView, unitsView} from './overlays/lists.ts';
import {patientView} from './overlays/one-patient.ts';
import {layOverlay, type OverlayView} from './overlays/overlay-view.ts';
import {placesView} from './overlays/places.ts';
import {questionView} from './overlays/question.ts';
import {releasePreviewView} from './overlays/release-preview.ts';
import {retryView} from './overlays/retry.ts';
import type {ScreenName} from './place.ts';
import {activityPanes} from './screens/activity.ts';
import {bootPanes, bootStatus} from './screens/boot.ts';
import {fleetPanes, fleetStatus} from './screens/fleet.ts';
import {groupPanes, groupStatus} from './screens/group.ts';
import {type LogGeometry, logGeometry, logPanes, logStatus} from './screens/logs.ts';
import {whyPanes} from './screens/why.ts';
import {fitRow, type Row, row, type Span, span} from './span.ts';
import {tourRow} from './tour-row.ts';

/** Where things stand in a frame: what keys that move by pages need. */
export type Geometry = {
	/** Rows of the main pane's list. */
	readonly listHeight: number;
	readonly folded: readonly string[];
	readonly logs: LogGeometry | null;
	/** Rows an overlay can still scroll. */
	readonly overlayScroll: number;
};

export type Frame = {readonly rows: readonly Row[]; readonly geometry: Geometry};

export type FooterParts = {readonly entries: readonly FooterEntry[]; readonly last: FooterEntry};

const leastColumns = 60;
const leastRows = 16;

export const isTooSmall = ({columns, rows}: AppState['size']): boolean =>
	columns < leastColumns || rows < leastRows;

export const paintScreen = (model: Model, parts: FooterParts): Frame => {
	const {columns, rows} = model.state.size;
	if (isTooSmall(model.state.size)) return {rows: tooSmall(model), geometry: noGeometry};
	const head = header(model);
	const held = model.place.screen === 'group' ? banner(model, viewOf(model)) : [];
	const options = bodyOptions(model, rows - 2 - held.length);
	const heights = shareRows(options);
	const mainHeight = heights.get(options.main) ?? 0;
	const foot = footRow(model, parts, columns);
	const screen = [head, ...held, ...frame(options), foot];
	const view = model.state.overlay === null ? null : overlayView(model, model.state.overlay);
	const laid = view === null ? null : layOverlay(screen, view, columns);
	return {
		rows: (laid?.rows ?? screen).slice(0, rows).map(one => fitRow(one, columns)),
		geometry: {
			listHeight: Math.max(1, mainHeight - 1),
			folded: [...heights].filter(([, height]) => height === 0).map(([id]) => id),
			logs: model.place.screen === 'logs' ? logGeometry(model, mainHeight) : null,
			overlayScroll: laid?.scrollable ?? 0,
		},
	};
};

const noGeometry: Geometry = {listHeight: 1, folded: [], logs: null, overlayScroll: 0};

type Painter = {
	readonly panes: (model: Model) => readonly Pane[];
	readonly main: string;
	readonly foldFirst: readonly string[];
	readonly status: (model: Model) => readonly Span[];
};

const painters: Readonly<Record<ScreenName, Painter>> = {
	fleet: {panes: fleetPanes, main: 'groups', foldFirst: ['stray', 'why'], status: fleetStatus},
	group: {panes: groupPanes, main: 'instances', foldFirst: ['graveyard', 'activity'], status: groupStatus},
	boot: {panes: bootPanes, main: 'waterfall', foldFirst: ['comparison', 'notes', 'unit'], status: bootStatus},
	logs: {panes: logPanes, main: 'lines', foldFirst: ['density'], status: logStatus},
	why: {
		panes: whyPanes,
		main: 'chain',
		foldFirst: ['ruledOut', 'group', 'todo', 'try'],
		status: () => [],
	},
	activity: {panes: activityPanes, main: 'activity', foldFirst: [], status: () => []},
};

export const panesBelow = (screen: ScreenName): readonly string[] =>
	[...painters[screen].foldFirst].toReversed();

const bodyOptions = (model: Model, rows: number): FrameOptions => {
	const {columns} = model.state.size;
	const painter = painters[model.place.screen];
	const {toast, openedPane} = model.state;
	return {
		columns,
		rows,
		panes: painter.panes(model),
		main: painter.main,
		foldFirst: painter.foldFirst,
		opened: openedPane,
		status: painter.status(model),
		toast: toast?.text ?? null,
	};
};

const overlayView = (model: Model, overlay: Overlay): OverlayView => {
	switch (overlay.kind) {
		case 'help':
			return helpView(model, overlay);
		case 'details':
			return detailsView(model, overlay);
		case 'errors':
			return errorsView(model, overlay);
		case 'changes':
			return changesView(model, overlay);
		case 'units':
			return unitsView(model, overlay);
		case 'actions':
			return actionsView(model, overlay);
		case 'places':
			return placesView(overlay);
		case 'message':
			return {
				title: [span(overlay.title, 'text', true)],
				look: 'light',
				rows: overlay.rows,
				asks: [row(span(ours`  esc`, 'accent'), span(ours` closes`))],
				scroll: overlay.scroll,
			};
		case 'catch':
			return catchView(overlay);
		case 'file':
			return fileView(overlay);
		case 'retry':
			return retryView(overlay, holdOn(model, overlay.group) !== undefined);
		case 'hold':
			return holdPreviewView(model, overlay);
		case 'patient':
			return patientView(model, overlay);
		case 'question':
			return questionView(overlay);
		case 'release':
			return releasePreviewView(model, overlay);
	}
};

const footRow = (model: Model, {entries, last}: FooterParts, columns: number): Row => {
	const {field, tour} = model.state;
	if (tour !== null) return tourRow(tour, columns);
	return field?.kind === 'command' ? commandRow(model, columns) : footer(entries, last, columns);
};

const commandRow = ({state}: Model, columns: number): Row =>
	fitRow(
		row(
			span(ours` :`, 'accent', true),
			span(shown(hostile(state.field?.text ?? ''))),
			span(ours`▏`, 'accent'),
			span(ours`   enter runs it, esc leaves`, 'dim'),
		),
		columns,
	);

const tooSmall = (model: Model): readonly Row[] => {
	const {columns, rows} = model.state.size;
	const held = model.holds.filter(isOn);
	const first = held[0];
	const lines: readonly (readonly [Shown, 'warn' | 'held' | 'dim'])[] = [
		[ours`terminal too small: ${columns}x${rows}`, 'warn'],
		[ours`unflap needs 60x16`, 'dim'],
		...(first === undefined
			? []
			: [[ours`■ HELD ${formatCountdown((first.until - model.now) / 1000)}`, 'held'] as const]),
		[ours`q leaves`, 'dim'],
	];
	return Array.from({length: rows}, (_, index) => {
		const one = lines[index];
		return fitRow(one === undefined ? row() : row(span(ours` ${one[0]}`, one[1])), columns);
	});
};
