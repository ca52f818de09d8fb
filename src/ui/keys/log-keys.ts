/** Keys of the log. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {FoldedLines, LogStore} from '../../stream/types.ts';
import {saveRows} from '../save-rows.ts';
import type {Ui} from '../ui.ts';
import type {Action} from './action.ts';
import {copyKey} from './copy-key.ts';
import {
	applyLogView,
	follow,
	jsonHere,
	jumpTo,
	runHere,
	setLogs,
	storeOf,
	toggleFold,
	toggleJson,
	unitNames,
} from './log-moves.ts';

const clocks = ['boot clock', 'local', 'UTC', 'delta'] as const;

export const logKeys: readonly Action[] = [
	{
		keys: ['f'],
		label: ours`follow`,
		help: ours`follow, or stop following`,
		section: 'screen',
		footer: 1,
		run: ui => (ui.state().logs.follow ? leaveFollowing(ui) : follow(ui)),
	},
	{
		keys: ['e', 'E'],
		display: ours`e E`,
		label: ours`error`,
		help: ours`next, previous error`,
		section: 'screen',
		footer: 2,
		run: (ui, key) => jumpTo(ui, 'error', key === 'e' ? 1 : -1),
	},
	{
		keys: ['/'],
		label: ours`search`,
		help: ours`search (regex, ! inverts)`,
		section: 'screen',
		footer: 3,
		run: ui => ui.set({field: {kind: 'search', text: ''}}),
	},
	{
		keys: ['n', 'N'],
		display: ours`n N`,
		label: ours`match`,
		help: ours`next, previous match`,
		section: 'screen',
		footer: 4,
		unavailable: ui => (ui.state().logs.search === '' ? ours`/ searches first` : null),
		run: (ui, key) => jumpTo(ui, 'match', key === 'n' ? 1 : -1),
	},
	{
		keys: ['&'],
		label: ours`only`,
		help: ours`show only matching lines`,
		section: 'screen',
		unavailable: ui => (ui.state().logs.search === '' ? ours`/ searches first` : null),
		run: ui => {
			setLogs(ui, {onlyMatching: !ui.state().logs.onlyMatching});
			applyLogView(ui);
		},
	},
	{
		keys: ['u'],
		label: ours`units`,
		help: ours`choose units`,
		section: 'screen',
		footer: 5,
		unavailable: ui => (unitNames(ui).length === 0 ? ours`no unit has said anything yet` : null),
		run: ui => ui.set({overlay: {kind: 'units', selected: 0, chosen: ui.state().logs.units}}),
	},
	{
		keys: ['enter'],
		label: ours`unfold`,
		help: ours`unfold repeated lines, open a JSON message, and back`,
		section: 'screen',
		unavailable: ui =>
			runHere(ui) === null && jsonHere(ui) === null
				? ours`nothing is folded under the mark, and the line is no JSON`
				: null,
		run: ui => (runHere(ui) === null ? toggleJson(ui) : toggleFold(ui)),
	},
	{
		keys: ['t'],
		label: ours`clock`,
		help: ours`clock: boot, local, UTC, delta`,
		section: 'screen',
		footer: 6,
		run: ui => {
			const at = clocks.indexOf(ui.state().logs.clock);
			setLogs(ui, {clock: clocks[(at + 1) % clocks.length] ?? 'boot clock'});
		},
	},
	{
		keys: ['w'],
		label: ours`wrap`,
		help: ours`wrap long lines`,
		section: 'screen',
		footer: 7,
		run: ui => setLogs(ui, {wrap: !ui.state().logs.wrap}),
	},
	{
		keys: ['p'],
		label: ours`previous life`,
		help: ours`previous life of this slot`,
		section: 'screen',
		footer: 8,
		run: showPreviousLife,
	},
	{
		keys: ['i'],
		label: ours`density`,
		help: ours`density strip`,
		section: 'screen',
		run: toggleDensity,
	},
	{
		keys: ['='],
		label: ours`pause`,
		help: ours`pause, go on`,
		section: 'screen',
		run: togglePause,
	},
	{...copyKey(ours`copy the line, whole`, lineHere), footer: 9},
	{
		keys: ['ctrl-s'],
		label: ours`save`,
		help: ours`save the lines you see`,
		section: 'screen',
		run: ui => void saveRows(ui),
	},
];

const leaveFollowing = (ui: Ui) => {
	const store = storeOf(ui);
	if (store === null || store.end() <= store.first()) return;
	const [newest] = store.rows(store.end() - 1, 1);
	if (newest === undefined) return;
	setLogs(ui, {
		follow: false,
		current: newest.index,
		top: ui.geometry().logs?.top ?? 0,
		seenEnd: store.end(),
	});
};

function toggleDensity(ui: Ui) {
	const isFolded = ui.geometry().folded.includes('density');
	if (isFolded && ui.state().logs.density !== false) return ui.set({openedPane: 'density'});
	setLogs(ui, {density: ui.state().logs.density === false});
}

function togglePause(ui: Ui) {
	const {paused, seenEnd} = ui.state().logs;
	const end = storeOf(ui)?.end() ?? 0;
	setLogs(ui, {paused: !paused, seenEnd: paused ? seenEnd : end});
}

/** The line under the mark; following, the newest. */
function lineHere(ui: Ui): readonly string[] {
	const store = storeOf(ui);
	if (store === null) return [];
	const {follow: follows, current} = ui.state().logs;
	const position = follows || current === null ? store.end() - 1 : store.positionOf(current);
	const here = runHere(ui);
	if (here?.isFolded === true) return messagesOf(store, here.run);
	const [record] = store.rows(position, 1);
	if (record === undefined) return [];
	return [record.kind === 'mark' ? record.text : record.entry.message];
}

/** What a fold stands for, line by line; a copy is short of memory long before that many. */
const mostCopied = 20_000;

const messagesOf = (store: LogStore, {from, to}: FoldedLines): readonly string[] =>
	store
		.rows(from, Math.min(mostCopied, to - from + 1))
		.map(record => (record.kind === 'mark' ? record.text : record.entry.message));

/** Boxes that are gone, newest first; after the oldest all boxes again. */
function showPreviousLife(ui: Ui) {
	const model = ui.model();
	const gone = model.boxes.filter(({state}) => state.state === 'gone').map(({instanceId}) => instanceId);
	if (gone.length === 0)
		return ui.toast(ours`no previous life was watched: lines are kept from the moment unflap looks`);
	const newestFirst = gone.toReversed();
	const at = newestFirst.findIndex(id => ui.state().logs.boxes.has(id));
	const next = newestFirst[at + 1];
	setLogs(ui, {boxes: new Set(next === undefined ? [] : [next]), follow: true, current: null});
	applyLogView(ui);
	ui.toast(next === undefined ? ours`all boxes` : ours`the life of ${shown(hostile(next))}`);
}
