/** `:run COMMAND` and `:probe`, on the box of the screen: what comes of them stands in an overlay, and esc ends them. */
import {UnflapError} from '../base/errors.ts';
import {splitWords} from '../base/split-words.ts';
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {healthAsked} from '../groups/health-asked.ts';
import {type BoxProbe, type ProbeFact, probeTitles} from '../remote/box-probe-types.ts';
import {probeBox} from '../stream/probe-box.ts';
import {runCommand} from '../stream/run-command.ts';
import type {Overlay} from './app-state.ts';
import {shortId} from './format.ts';
import {boxOf, type Model} from './model.ts';
import {wrapWords} from './overlays/wrap.ts';
import {bootBox} from './screens/boot.ts';
import {selectedBox} from './screens/group.ts';
import {whyScreen} from './screens/why.ts';
import {blank, type Row, row, span, type Token} from './span.ts';
import type {Ui} from './ui.ts';

/** `line`: what was typed after `:run`. */
export const runOnBox = (ui: Ui, line: string) => {
	const argv = splitWords(line);
	if (argv === null) return ui.toast(ours`a quote is open, or a backslash ends the line`);
	if (argv.length === 0) return ui.toast(ours`:run wants a command: :run df -h`);
	start(ui, ours`${shown(hostile(argv.join(' ')))}`, async ({instanceId, signal, show}) => {
		const aws = ui.services()?.aws;
		if (aws === undefined) return;
		const output = createOutput(show);
		const end = await runCommand({
			aws,
			instanceId,
			argv,
			processClock: ui.processClock,
			stateFolder: ui.settings.paths.state,
			stdout: async bytes => output.add(bytes, 'text'),
			stderr: async bytes => output.add(bytes, 'warn'),
			notice: text => output.line(text, 'dim'),
			signal,
		});
		if (end.kind === 'exited') output.end(`exit ${end.code}`, end.code === 0 ? 'good' : 'bad');
		else output.end(end.kind === 'lost' ? `${end.why}: how it ended is not known` : 'stopped', 'warn');
	});
};

export const probeHere = (ui: Ui) =>
	start(ui, ours`probe`, async ({instanceId, signal, show}) => {
		const services = ui.services();
		const {detail} = ui.model();
		const box = detail?.boxes.find(one => one.instanceId === instanceId);
		if (services === null) return;
		const [instance] = await services.aws.polling.instances([instanceId], {signal});
		const probe = await probeBox({
			aws: services.aws,
			instanceId,
			processClock: ui.processClock,
			stateFolder: ui.settings.paths.state,
			store: boxOf(ui.model(), instanceId)?.store ?? null,
			health: box === undefined || detail === null ? [] : healthAsked(box, detail),
			instance: instance ?? null,
			signal,
		});
		show(probeRows(probe));
	});

/** The box that a screen is about. */
const boxHere = (model: Model): string | null => {
	switch (model.place.screen) {
		case 'group':
			return selectedBox(model)?.instanceId ?? null;
		case 'boot':
		case 'logs':
			return bootBox(model);
		case 'why':
			return whyScreen(model)?.instanceId ?? null;
		default:
			return null;
	}
};

type Task = {
	readonly instanceId: string;
	readonly signal: AbortSignal;
	readonly show: (rows: readonly Row[]) => void;
};

let tasks = 0;
const lookEveryMs = 200;

/** The overlay is the task's: closed, or gone for another, it is over. */
const start = (ui: Ui, what: Shown, work: (task: Task) => Promise<void>) => {
	const instanceId = boxHere(ui.model());
	if (ui.settings.readOnly) return ui.toast(ours`--read-only: nothing is run on a box`);
	if (instanceId === null) return ui.toast(ours`no box is in focus: 2 shows them`);
	tasks += 1;
	const task = tasks;
	const over = new AbortController();
	const title = ours`${shortId(hostile(instanceId))}: ${what}`;
	const waiting = [blank, row(span(ours`  …`, 'busy'))];
	ui.set({overlay: {kind: 'message', title, rows: waiting, scroll: 0, task}});
	const mine = (): Extract<Overlay, {kind: 'message'}> | null => {
		const {overlay} = ui.state();
		return overlay?.kind === 'message' && overlay.task === task ? overlay : null;
	};
	const show = (rows: readonly Row[]) => {
		const overlay = mine();
		if (overlay !== null) ui.set({overlay: {...overlay, rows: [blank, ...rows]}});
	};
	const timer = setInterval(() => {
		if (mine() === null) over.abort();
	}, lookEveryMs);
	timer.unref();
	work({instanceId, signal: over.signal, show})
		.catch(error => {
			if (!(error instanceof UnflapError)) throw error;
			show([
				...paragraph(error.message, 'bad'),
				...(error.next ?? []).flatMap(text => paragraph(hostile(`→ ${text}`), 'dim')),
			]);
		})
		.finally(() => clearInterval(timer));
};

const cells = 72;
/** What stands in an overlay is for reading: the rest belongs into `unflap run`. */
const mostLines = 2000;

const createOutput = (show: Task['show']) => {
	const lines: {readonly text: Hostile; readonly token: Token}[] = [];
	const open: Partial<Record<Token, string>> = {};
	const rows = () => lines.slice(-mostLines).flatMap(({text, token}) => paragraph(text, token));
	const line = (text: Hostile, token: Token) => {
		lines.push({text, token});
		show(rows());
	};
	return {
		line,
		add: (bytes: Uint8Array, token: Token) => {
			const parts = `${open[token] ?? ''}${Buffer.from(bytes).toString('utf8')}`.split('\n');
			open[token] = parts.pop() ?? '';
			for (const text of parts) lines.push({text: hostile(text), token});
			show(rows());
		},
		end: (text: string, token: Token) => {
			for (const [kind, rest] of Object.entries(open))
				if (rest !== '') lines.push({text: hostile(rest), token: kind as Token});
			line(hostile(text), token);
		},
	};
};

const paragraph = (text: Hostile, token: Token): readonly Row[] =>
	wrapWords(shown(text), cells).map(part => row(span(ours`  ${part}`, token)));

const marks: Readonly<Record<ProbeFact['state'], readonly [Shown, Token]>> = {
	ok: [ours`✔`, 'good'],
	bad: [ours`✖`, 'bad'],
	unknown: [ours`?`, 'warn'],
};
const titleCells = 13;

const probeRows = ({facts}: BoxProbe): readonly Row[] =>
	facts.flatMap(({check, state, text}) => {
		const [mark, token] = marks[state];
		const lines = wrapWords(shown(text), cells - titleCells - 4);
		return lines.map((part, index) =>
			row(
				span(index === 0 ? ours`  ${mark} ` : ours`    `, token),
				span(pad(index === 0 ? shown(hostile(probeTitles[check])) : ours``, titleCells, 'left'), 'dim'),
				span(ours` ${part}`),
			),
		);
	});
