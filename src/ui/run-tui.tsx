/** Opens the terminal UI and resolves with its exit code once the terminal is as it was and every hold has ended. */
import type {Instance} from 'ink';
import {render} from 'ink';
import {createStore} from 'zustand/vanilla';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {type Ending, type EndRequest, exitCodeOf} from '../base/exit.ts';
import type {Settings} from '../base/settings.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {keepYoungHeapSmall} from '../base/young-heap.ts';
import type {Holds} from '../hold/types.ts';
import {type Edited, editCopy} from '../stream/editor.ts';
import {App} from './app.tsx';
import {type AppState, initialState} from './app-state.ts';
import {hearCatch} from './catch-flow.ts';
import {formatTime} from './format.ts';
import {createFrames} from './frames.ts';
import {gather} from './gather.ts';
import {tellNews} from './hold-news.ts';
import {createHoldWatch} from './hold-watch.ts';
import {paste, press} from './keys/dispatch.ts';
import {footerOn} from './keys/screens.ts';
import {
	exitCodeAfter,
	handOverAndLeave,
	lingerAndLeave,
	outcomeLines,
	patientLines,
	pinLines,
	releaseAndLeave,
} from './leaving.ts';
import {type ScreenName, screenNames} from './place.ts';
import {type Frame, type Geometry, paintScreen} from './screen.ts';
import type {Services} from './services.ts';
import {sessionOn} from './sessions.ts';
import {shellInScreen} from './shell-in-screen.ts';
import {suspendProcess} from './suspend.ts';
import {createSwitch, type OpenedPlace, type PlaceWanted} from './switch-place.ts';
import {guessTheme} from './theme.ts';
import {restoreTitle, saveTitle, setTitle, titleOf} from './title.ts';
import {createTour, leaveAfterTour, type TourPlayer} from './tour.ts';
import {tourSteps} from './tour-steps.ts';
import type {Ui} from './ui.ts';

export type TuiOptions = {
	readonly settings: Settings;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly processClock: ProcessClock;
	/** Loaded after the first frame: it costs half of the start. */
	readonly aws: () => Promise<Aws>;
	readonly holds: () => Promise<Holds>;
	/** For `P` and `R`: AWS with another profile or in another region. */
	readonly openPlace: (wanted: PlaceWanted) => Promise<OpenedPlace>;
	readonly ending: Ending;
	/** Exact name, or any unique part of one. */
	readonly group: string | null;
	readonly view: ScreenName | null;
	readonly filter: string;
	/** The group the screen tells its story of, playing itself; null: a person plays. */
	readonly tour: string | null;
	/** For what is left to say on the primary screen. */
	readonly note: (text: Shown) => void;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
};

/** The screen `--view` names. @throws {UnflapError} `usage` for any other word. */
export const screenOf = (word: string | null): ScreenName | null => {
	if (word === null) return null;
	const found = screenNames.find(name => name === word);
	if (found !== undefined) return found;
	throw new UnflapError('usage', `There is no screen "${word}"`, {
		next: [`one of: ${screenNames.join(', ')}`],
	});
};

const toastMs = 4000;

export const runTui = async (options: TuiOptions): Promise<ExitCode> => {
	const {settings, environment, processClock, stdin, stdout, ending} = options;
	const ended = Promise.withResolvers<{readonly code: ExitCode; readonly error?: unknown}>();
	const over = new AbortController();
	void ended.promise.then(() => over.abort());
	const store = createStore<AppState>(() =>
		initialState({
			group: options.group,
			view: options.view,
			filter: options.filter,
			theme: settings.theme ?? guessTheme(environment),
			size: {columns: stdout.columns ?? 80, rows: stdout.rows ?? 24},
		}),
	);
	const ground = {
		settings,
		processClock,
		startedAt: Date.now(),
		changesBefore: () => switching.left.changes(),
	};
	const frames = createFrames();
	let services: Services | null = null;
	let geometry: Geometry = {listHeight: 10, folded: [], logs: null, overlayScroll: 0};
	let title: string | null = null;
	let left = false;

	const model = () => gather(store.getState(), services, ground);
	const ui: Ui = {
		state: store.getState,
		set: part => {
			store.setState(part);
			frames.now();
		},
		model,
		geometry: () => geometry,
		services: () => services,
		settings,
		processClock,
		environment,
		toast: text => {
			const toast = {text, until: processClock.now() + toastMs};
			store.setState({toast});
			frames.now();
			setTimeout(() => {
				if (store.getState().toast === toast) ui.set({toast: null});
			}, toastMs).unref();
		},
		write: bytes => stdout.write(bytes),
		// Ink paints everything again when it gets the terminal back.
		repaint: () => void attached?.suspendTerminal(() => undefined),
		leave: code => {
			if (left) return;
			left = true;
			ended.resolve({code});
		},
		goToPlace: wanted => switching.to(wanted),
		shell: instanceId =>
			void shellInScreen(attached, instanceId, {
				ui,
				stdin,
				stdout,
				signal: over.signal,
				keyPressed: () => holdWatch.key(),
			}).catch((error: unknown) => ended.resolve({code: 1, error})),
		edit: async (name, content) => {
			let edited: Edited = {kind: 'aborted', why: 'the screen is not up yet'};
			await attached?.suspendTerminal(async () => {
				edited = await editCopy({stateFolder: settings.paths.state, environment, name, content});
			});
			holdWatch.key();
			return edited;
		},
		suspend: () => void suspendProcess(attached, () => frames.now()),
	};
	const swap = (next: Services) => {
		const old = services;
		services = next;
		return old;
	};
	const serve = (place: ServedPlace) => makeServices(options, place, {ui, changed: frames.soon});
	const switching = createSwitch({ui, open: options.openPlace, serve, swap});
	const player = options.tour === null ? null : createTour(ui, tourSteps(options.tour));
	let attached: Parameters<typeof suspendProcess>[0] = null;
	const holdWatch = createHoldWatch(ui);

	const paint = (columns: number, rows: number): Frame => {
		const state = store.getState();
		if (state.size.columns !== columns || state.size.rows !== rows) store.setState({size: {columns, rows}});
		const seen = model();
		const {screen, group} = seen.place;
		const held = sessionOn(ui, group) !== undefined;
		const last =
			screen === 'fleet' ? {keys: ours`q`, label: ours`quit`} : {keys: ours`esc`, label: ours`back`};
		const frame = paintScreen(seen, {entries: footerOn(screen, held), last});
		const wanted = titleOf(seen);
		if (wanted !== title) {
			stdout.write(
				title === null
					? `${saveTitle}${setTitle(wanted ?? '')}`
					: wanted === null
						? restoreTitle
						: setTitle(wanted),
			);
			title = wanted;
		}
		return frame;
	};
	const painted = (frame: Frame) => {
		geometry = frame.geometry;
		const {overlay} = store.getState();
		if (overlay !== null && 'paintedAt' in overlay && overlay.paintedAt === null)
			store.setState({overlay: {...overlay, paintedAt: processClock.now()}});
	};
	const app = (
		<App
			paint={paint}
			look={() => ({theme: store.getState().theme, colour: settings.colour, ascii: settings.ascii})}
			subscribe={frames.subscribe}
			version={frames.version}
			painted={painted}
			press={keys => {
				for (const key of keys)
					if (player?.key(key) !== true && (!holdWatch.key() || key === 'ctrl-c')) press(ui, key);
			}}
			paste={text => paste(ui, text)}
			attach={inner => {
				attached = inner;
			}}
		/>
	);
	const giveBack = ending.takeOver(request => answer(ui, request, ended.resolve));
	keepYoungHeapSmall();
	const screen = render(app, {
		stdin,
		stdout,
		alternateScreen: true,
		incrementalRendering: true,
		maxFps: 60,
		patchConsole: false,
		exitOnCtrlC: false,
		interactive: true,
	});
	screen.waitUntilExit().then(
		() => undefined,
		(error: unknown) => ended.resolve({code: 1, error}),
	);
	const ticking = setInterval(() => {
		holdWatch.tick();
		frames.soon();
	}, 1000);
	const hungUp = () => void lingerAndLeave(ui, 129);
	stdin.once('end', hungUp);
	stdin.once('error', hungUp);
	stdout.once('error', hungUp);
	try {
		await screen.waitUntilRenderFlush();
		void start(options, ui, serve, swap)
			.then(() => play(options, ui, player))
			.catch((error: unknown) => ended.resolve({code: 1, error}));
		const {code, error} = await ended.promise;
		return await finish({code, error, screen});
	} finally {
		giveBack();
	}

	async function finish({
		code,
		error,
		screen,
	}: {
		code: ExitCode;
		error?: unknown;
		screen: Instance;
	}): Promise<ExitCode> {
		clearInterval(ticking);
		stdin.off('end', hungUp);
		stdin.off('error', hungUp);
		frames.stop();
		screen.unmount();
		await Promise.allSettled([screen.waitUntilExit()]);
		if (title !== null) stdout.write(restoreTitle);
		const holds = services?.holds() ?? null;
		// A crash of the screen, like a lost terminal, does not end a hold at once: the guardian keeps it for a while.
		if (error !== undefined) await holds?.lingerAll();
		const sessions = [...switching.left.sessions(), ...(holds?.sessions() ?? [])];
		const left = [...outcomeLines(sessions), ...patientLines(holds), ...pinLines(holds)];
		for (const line of left) options.note(line);
		await Promise.race([services?.stop(), processClock.sleep(stopMs)]);
		await switching.close();
		if (error !== undefined) throw error;
		return exitCodeAfter(sessions, code);
	}
};

/** Ending the streams' sessions is a courtesy to AWS: they run out by themselves. */
const stopMs = 1500;

const answer = (
	ui: Ui,
	request: EndRequest,
	end: (how: {readonly code: ExitCode; readonly error?: unknown}) => void,
) => {
	if (request.kind === 'crash') {
		ui.services()?.holds()?.handOverAll();
		return end({code: 1});
	}
	if (request.kind === 'signal' && request.signal === 'SIGHUP') return void lingerAndLeave(ui, 129);
	if (request.kind === 'signal' && request.count > 1) return handOverAndLeave(ui, exitCodeOf(request));
	void releaseAndLeave(ui, exitCodeOf(request));
};

type ServedPlace = Pick<OpenedPlace, 'aws' | 'holds' | 'settings'>;

const makeServices = async (
	{processClock, environment}: TuiOptions,
	{aws, holds, settings}: ServedPlace,
	{ui, changed}: {readonly ui: Ui; readonly changed: () => void},
): Promise<Services> => {
	const {createServices} = await import('./services.ts');
	return createServices({
		aws,
		holds,
		settings,
		processClock,
		home: environment['HOME'],
		environment,
		tell: text => tellNews(ui, text),
		heard: (group, news) => hearCatch(ui, group, news),
		changed,
		failed: error =>
			ui.toast(ours`no holds: ${shown(hostile(error instanceof Error ? error.message : String(error)))}`),
		ready: loaded => void finishLeftOvers(ui, loaded),
	});
};

const play = async ({note}: TuiOptions, ui: Ui, player: TourPlayer | null) => {
	if (player === null) return;
	const end = await player.play();
	if (end.kind === 'stuck') note(ours`unflap: the tour stopped, this never came about: ${end.says}`);
	await leaveAfterTour(ui, end);
};

/** AWS and its stores, after the first frame. */
const start = async (
	{aws: load, holds, settings, group}: TuiOptions,
	ui: Ui,
	serve: (place: ServedPlace) => Promise<Services>,
	made: (services: Services) => void,
) => {
	// Streams and stores are loaded while AWS is: none of it is in the first frame.
	const [aws] = await Promise.all([load(), import('./services.ts')]);
	const services = await serve({aws, holds, settings});
	made(services);
	if (group !== null) {
		const {resolveGroup} = await import('../groups/resolve.ts');
		const {name} = await resolveGroup(aws, group);
		// Somebody may have gone elsewhere meanwhile.
		const {here} = ui.state().history;
		ui.set({
			history: {...ui.state().history, here: {...here, group: name}},
			selected: {...ui.state().selected, group: name},
		});
		services.focus(name);
	}
	ui.set({});
};

/**
 * Holds that a guardian keeps for a lost terminal are taken up again; what a run before this one left behind is finished.
 * Under --read-only neither is even looked for.
 */
const finishLeftOvers = async (ui: Ui, holds: Holds) => {
	if (ui.settings.readOnly) return;
	const [settled] = await Promise.allSettled([holds.finishLeftOvers()]);
	for (const {group, result, text} of settled.status === 'fulfilled' ? settled.value : [])
		tellNews(ui, ours`${shown(hostile(result))} ${shown(hostile(group))}: ${shown(hostile(text))}`);
	const [taken] = await Promise.allSettled([holds.takeUp()]);
	if (taken.status === 'fulfilled')
		for (const {group, since} of taken.value)
			tellNews(ui, ours`taken up again: ${shown(hostile(group))}, held since ${formatTime(since)}`);
};
