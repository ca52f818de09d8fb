/** Screen 5: why the box did not come up. One sentence, the chain of evidence below it, what was ruled out, what to try. */
import {cut, hostile, ours, pad, shown, width} from '../../base/terminal-text.ts';
import type {Hostile, Shown} from '../../base/text.ts';
import {formatClock} from '../../boot/boot-time.ts';
import type {Box} from '../../groups/types.ts';
import {boxFacts, lifeFacts, nothingBeside} from '../../verdict/box-facts.ts';
import {judge} from '../../verdict/judge.ts';
import type {Finding, Verdict} from '../../verdict/types.ts';
import {formatDuration, shortId} from '../format.ts';
import {emptyNote, type Pane} from '../frame.ts';
import {isOn, type Model} from '../model.ts';
import {blank, type Row, row, type Span, span, type Token} from '../span.ts';
import {whyBox} from '../why-box.ts';
import {wrapWords} from '../wrap-words.ts';
import {markedAt, type WhyItem, whyItems} from './why-items.ts';

export type WhyScreen = {readonly instanceId: string; readonly verdict: Verdict};

/** The verdict on the box in focus, or on the watched one that tells most; null while no box is watched. */
export const whyScreen = (model: Model, instanceId = model.place.box): WhyScreen | null => {
	const watched = whyBox(model.boxes, instanceId);
	if (watched === null) return null;
	const beside = besideOf(model, watched.instanceId);
	const over = watched.state.state === 'gone' || watched.state.state === 'ended';
	const probe = model.probe?.instanceId === watched.instanceId ? model.probe.probe : null;
	const listening = probe?.listening ?? null;
	const {boot, marks} = watched;
	const verdict = judge({...beside, boot, marks, probe, listening, over});
	return {instanceId: watched.instanceId, verdict};
};

const besideOf = ({detail, background, good}: Model, instanceId: string) => {
	if (detail === null) return nothingBeside;
	const box: Box | undefined = detail.boxes.find(one => one.instanceId === instanceId);
	// A box that is gone has left the group, and its end stands in the activities.
	if (box === undefined) return lifeFacts(instanceId, detail, {background, good});
	return boxFacts(box, detail, {metadataTags: null, background, good});
};

export const whyPanes = (model: Model): readonly Pane[] => {
	const screen = whyScreen(model);
	if (screen === null)
		return [
			...verdictPane(
				[emptyNote(ours`No boot was read yet. 3 opens the boot of a box, and the verdict follows.`)],
				null,
			),
			paneOf('chain', 'Chain of evidence', []),
			...groupPane(model),
		];
	const {verdict} = screen;
	const cells = model.state.size.columns - 8;
	const isLow = model.state.size.rows < lowRows;
	const items = whyItems(verdict);
	const at = markedAt(model, items);
	const blocks = items.map((item, index) => ({
		isMarked: index === at,
		rows: itemRows(item, {
			cells,
			isMarked: index === at,
			most: isLow ? shortEvidence : Number.POSITIVE_INFINITY,
		}),
	}));
	const tries = items.findIndex(({kind}) => kind === 'try');
	const chain = tries < 0 ? blocks : blocks.slice(0, tries);
	return [
		...verdictPane(sentenceRows(verdict, cells), screen, isLow),
		scrolling('chain', 'Chain of evidence', chain),
		...groupPane(model),
		...filled('ruledOut', 'Ruled out', ruledOutRows(verdict, cells)),
		...(tries < 0 ? [] : [scrolling('try', 'Try, cheapest first', blocks.slice(tries))]),
		...filled('todo', 'Still to do before you release', todoRows(model, verdict, cells)),
	];
};

/** Rows of one line that the mark can stand on. */
type Block = {readonly rows: readonly Row[]; readonly isMarked: boolean};

/** The block under the mark is always in sight. */
const scrolling = (id: string, title: string, blocks: readonly Block[]): Pane => {
	const rows = blocks.flatMap(block => block.rows);
	const before = blocks.slice(
		0,
		Math.max(
			0,
			blocks.findIndex(({isMarked}) => isMarked),
		),
	);
	const start = before.reduce((sum, block) => sum + block.rows.length, 0);
	const end = start + (blocks.find(({isMarked}) => isMarked)?.rows.length ?? 0);
	return {
		...paneOf(id, title, rows),
		rows: height => rows.slice(Math.min(start, Math.max(0, end - height))),
	};
};

/** Below this the sentence stands without air around it, and a long line of evidence is cut. */
const lowRows = 28;
const shortEvidence = 2;
const mostSentenceRows = 5;

const paneOf = (id: string, title: string, rows: readonly Row[]): Pane => ({
	id,
	title: [span(shown(hostile(title)), 'text', true)],
	note: [],
	ideal: rows.length,
	rows: () => rows,
});

const filled = (id: string, title: string, rows: readonly Row[]): readonly Pane[] =>
	rows.length === 0 ? [] : [paneOf(id, title, rows)];

const verdictPane = (rows: readonly Row[], screen: WhyScreen | null, isLow = false): readonly Pane[] => [
	{
		...paneOf('verdict', 'Verdict', isLow ? rows : [blank, ...rows, blank]),
		// The sentence is what the screen is for: it is never cut for what stands below it.
		least: Math.min(mostSentenceRows, rows.length + (isLow ? 0 : 1)),
		note:
			screen === null
				? []
				: [span(ours`${shown(hostile(screen.instanceId))} · ${confidenceWords(screen.verdict)}`, 'dim')],
	},
];

const confidenceWords = ({confidence, rule}: Verdict): Shown => {
	if (confidence === 'unknown') return ours`not judged yet`;
	const sure = shown(hostile(confidence));
	return rule === null ? sure : ours`${sure} · ${shown(hostile(rule))}`;
};

const tokens: Readonly<Record<Verdict['kind'], Token>> = {
	fault: 'bad',
	end: 'warn',
	'nothing-wrong': 'good',
	'still-booting': 'busy',
	'cannot-be-judged': 'warn',
};

const sentenceRows = ({sentence, kind}: Verdict, cells: number): readonly Row[] =>
	wrapWords(shown(sentence), cells).map(line => row(span(ours`  `), span(line, tokens[kind], true)));

/** Where it was seen, in words of one width. */
const sourceCells = 13;

type ItemLook = {readonly cells: number; readonly isMarked: boolean; readonly most: number};

const itemRows = (item: WhyItem, look: ItemLook): readonly Row[] => {
	const rows = plainRows(item, look);
	return look.isMarked ? rows.map(one => ({...one, selected: true})) : rows;
};

const plainRows = (item: WhyItem, {cells, isMarked, most}: ItemLook): readonly Row[] => {
	const mark = span(isMarked ? ours` ▸` : ours`  `, 'accent');
	switch (item.kind) {
		case 'evidence': {
			const {source, text, atSeconds} = item.evidence;
			const head = [
				mark,
				span(pad(ours`${item.number}`, 2, 'right')),
				span(ours`  `),
				span(pad(shown(hostile(source)), sourceCells, 'left'), 'dim'),
				span(ours` `),
				span(pad(atSeconds === null ? ours`` : shown(hostile(formatClock(atSeconds))), 6, 'right'), 'dim'),
				span(ours`  `),
			];
			return block(head, text, cells, {most});
		}
		case 'other':
			return otherRows(item.finding, mark, cells);
		case 'try': {
			const {text, command} = item.advice;
			return [
				...block([mark, span(pad(ours`${item.number}`, 2, 'right')), span(ours`  `)], text, cells),
				...(command === null ? [] : block([span(ours`      `)], hostile(command), cells, {token: 'dim'})),
			];
		}
	}
};

/** What else was said: consequences, notes, mistakes that did no harm this time. */
const otherRows = ({kind, sentence, evidence}: Finding, mark: Span, cells: number): readonly Row[] => [
	...block(
		[
			mark,
			span(ours` +  `),
			span(pad(shown(hostile(kind)), sourceCells, 'left'), 'dim'),
			span(ours`         `),
		],
		sentence,
		cells,
	),
	// What a deployment said stands nowhere else.
	...evidence
		.filter(({source}) => source === 'CodeDeploy')
		.flatMap(({text}) => block([span(pad(ours``, sourceCells + 15, 'left'))], text, cells, {token: 'dim'})),
];

/** What a release would undo, or repeat: boxes that carry a mark, and a template that is still the group's. */
const todoRows = ({detail, background, holds}: Model, verdict: Verdict, cells: number): readonly Row[] => {
	if (detail === null || !holds.some(hold => hold.group === detail.view.group.name && isOn(hold))) return [];
	const marked = detail.boxes.filter(({instance}) => instance.healthStatus === 'Unhealthy');
	const version = background?.template?.version ?? null;
	return [
		...marked.map(
			({instanceId}) =>
				`${shortId(hostile(instanceId))} is marked Unhealthy: set Healthy in the release preview, or let release replace it`,
		),
		...(verdict.kind === 'fault' && version !== null
			? [`v${version} is still the group's template: the next launch will fail the same way`]
			: []),
	].flatMap(text => block([span(ours`  ! `, 'warn')], hostile(text), cells));
};

const ruledOutRows = ({ruledOut, notJudged}: Verdict, cells: number): readonly Row[] => [
	...inRows(ruledOut, cells).flatMap(items => {
		const [only = ''] = items;
		if (items.length === 1) return block([span(ours`  ✔ `, 'good')], only, cells);
		return [row(...items.flatMap(text => [span(ours`  ✔ `, 'good'), span(ours`${shown(text)}  `)]))];
	}),
	...notJudged.flatMap(text => block([span(ours`  ? `, 'warn')], text, cells)),
];

/** Short ones stand side by side. */
const inRows = (texts: readonly Hostile[], cells: number): readonly (readonly Hostile[])[] => {
	const rows: Hostile[][] = [];
	let left = 0;
	for (const text of texts) {
		const needed = width(shown(text)) + 6;
		const isShort = needed <= shortCells;
		if (isShort && needed <= left) rows.at(-1)?.push(text);
		else rows.push([text]);
		left = isShort ? (needed <= left ? left : cells) - needed : 0;
	}
	return rows;
};

const shortCells = 34;

/** A text after its head, wrapped below itself; beyond `most` rows it ends in `…`. */
const block = (
	head: readonly Span[],
	text: Hostile,
	cells: number,
	{token = 'text', most = Number.POSITIVE_INFINITY}: {readonly token?: Token; readonly most?: number} = {},
): readonly Row[] => {
	const indent = head.reduce((sum, one) => sum + width(one.text), 0);
	const room = Math.max(20, cells - indent);
	const blankHead = span(pad(ours``, indent, 'left'));
	const lines = wrapWords(shown(text), room);
	const kept =
		lines.length <= most
			? lines
			: [...lines.slice(0, most - 1), ours`${cut(lines[most - 1] ?? ours``, room - 1)}…`];
	return kept.map((line, index) => row(...(index === 0 ? head : [blankHead]), span(line, token)));
};

/** What Auto Scaling says of the group's deaths. */
const groupPane = ({detail}: Model): readonly Pane[] => {
	const flaps = detail?.view.flaps;
	if (flaps?.lastDeath == null) return [];
	const {lastDeath, causes, deaths, lifeMedianSeconds, lifeSpreadSeconds} = flaps;
	const life =
		lifeMedianSeconds === null
			? ours``
			: ours` · every box lived ${formatDuration(lifeMedianSeconds)} ±${formatDuration(lifeSpreadSeconds ?? 0)}`;
	return [
		{
			...paneOf('group', 'The group', [
				row(span(ours`  Auto Scaling  `, 'dim'), span(shown(lastDeath.rawCause))),
				row(
					span(ours`                `),
					span(ours`${causes.get(lastDeath.cause) ?? 0} of ${deaths} deaths${life}`, 'dim'),
				),
			]),
		},
	];
};
