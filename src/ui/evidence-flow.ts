/** From a line of the verdict to the line of the log that it was taken from. */
import {ours} from '../base/terminal-text.ts';
import type {LogStore} from '../stream/types.ts';
import type {Evidence} from '../verdict/types.ts';
import {applyLogView, setLogs, standOn, storeOf} from './keys/log-moves.ts';
import {goTo} from './navigate.ts';
import {whyScreen} from './screens/why.ts';
import type {WhyItem} from './screens/why-items.ts';
import type {Ui} from './ui.ts';

/** False where the line was not seen in a log: then its text is all there is. */
export const openEvidence = (ui: Ui, item: WhyItem): boolean => {
	const evidence =
		item.kind === 'evidence' ? item.evidence : item.kind === 'other' ? item.finding.evidence[0] : null;
	const box = whyScreen(ui.model())?.instanceId;
	if (evidence == null || box === undefined || evidence.at === null || !isOfTheLog(evidence)) return false;
	goTo(ui, {screen: 'logs', group: ui.model().place.group, box});
	setLogs(ui, {
		units: new Set(),
		boxes: new Set([box]),
		search: '',
		onlyMatching: false,
		follow: false,
		current: null,
	});
	applyLogView(ui);
	const store = storeOf(ui);
	const position = store === null ? null : positionOf(store, evidence.at, evidence);
	if (store === null || position === null) ui.toast(ours`the line is no longer in memory`);
	else standOn(ui, store, position);
	return true;
};

const isOfTheLog = ({source}: Evidence): boolean => source === 'journal' || source === 'systemd';

/** Lines of several boots are not in order of time to the second: the text is looked for around its moment. */
const nearbyMs = 2000;
const mostLooked = 2000;

/** The line with that text near its moment; else the first one at the moment, or the last before it. */
const positionOf = (store: LogStore, atMs: number, {text}: Evidence): number | null => {
	const first = firstFrom(store, (atMs - nearbyMs) * 1000);
	const near = store.rows(first, mostLooked);
	const named = near.findIndex(
		row =>
			row.kind === 'line' &&
			row.entry.realtimeUs <= (atMs + nearbyMs) * 1000 &&
			isSame(row.entry.message, text),
	);
	if (named >= 0) return first + named;
	if (store.end() <= store.first()) return null;
	const after = near.findIndex(row => row.kind === 'line' && row.entry.realtimeUs >= atMs * 1000);
	return after >= 0 ? first + after : store.end() - 1;
};

/** Evidence may have been cut at its end. */
const isSame = (message: string, text: string): boolean =>
	message === text || (text.length > 40 && message.startsWith(text.replace(/…$/, '')));

/** First position whose line was written at `us` or later. */
const firstFrom = (store: LogStore, us: number): number => {
	let low = store.first();
	let high = store.end();
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		const at = timeAt(store, middle, high);
		if (at !== null && at < us) low = middle + 1;
		else high = middle;
	}
	return low;
};

/** Time of the line there, or of the next one: a mark between lines has none. */
const timeAt = (store: LogStore, position: number, end: number): number | null => {
	for (const row of store.rows(position, Math.min(50, end - position)))
		if (row.kind === 'line') return row.entry.realtimeUs;
	return null;
};
