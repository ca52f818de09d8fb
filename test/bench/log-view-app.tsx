/** What the bench of the log view runs on a pty: the log screen over a store that takes LINES lines a second. */
import {render} from 'ink';
import {createLogStore} from '../../src/stream/log-store.ts';
import {App} from '../../src/ui/app.tsx';
import {initialState} from '../../src/ui/app-state.ts';
import {createFrames} from '../../src/ui/frames.ts';
import {footerOn} from '../../src/ui/keys/screens.ts';
import type {Model} from '../../src/ui/model.ts';
import {paintScreen} from '../../src/ui/screen.ts';
import {aModel, entry, idOf, now} from '../ui/fakes.ts';

const perSecond = Number(process.env['LINES'] ?? 10_000);
const store = createLogStore();
store.box(idOf(1));
const size = {columns: process.stdout.columns ?? 120, rows: process.stdout.rows ?? 40};
let state = initialState({group: 'web-prod', view: 'logs', filter: '', theme: 'dark', size});
const screenFrames = createFrames();
store.subscribe(screenFrames.soon);

let fed = 0;
let frames = 0;
const start = performance.now();
/** Share of a core between two moments: what loading and the compiler cost at first is not the view's. */
const warmMs = 4000;
const watchedMs = 10_000;
let share = Number.NaN;
setTimeout(() => {
	const before = {at: performance.now(), cpu: process.cpuUsage()};
	setTimeout(() => {
		const {user, system} = process.cpuUsage(before.cpu);
		share = (user + system) / 1000 / (performance.now() - before.at);
	}, watchedMs);
}, warmMs);
setInterval(() => {
	const due = Math.floor(((performance.now() - start) / 1000) * perSecond) - fed;
	const text = 'GET /healthz 200 from 10.0.12.7 in 3 ms, upstream app:8080, cache hit, id 7f3a90c1-4a9c-4000';
	store.append(
		0,
		Array.from({length: due}, (_, index) =>
			entry(`${text} ${fed + index}`, {
				realtimeUs: now * 1000 + fed + index,
				monotonicUs: (fed + index) * 100,
			}),
		),
	);
	fed += due;
}, 10);

const model = (columns: number, rows: number): Model => {
	const made = aModel({place: {screen: 'logs'}, size: [columns, rows], store});
	return {...made, state: {...made.state, logs: state.logs}};
};

const clocks = ['boot clock', 'UTC'] as const;
const press = (keys: readonly string[]) => {
	for (const key of keys) {
		if (key === 't')
			state = {...state, logs: {...state.logs, clock: clocks[state.logs.clock === 'UTC' ? 0 : 1]}};
		if (key === 'q') finish();
	}
	screenFrames.now();
};

const screen = render(
	<App
		paint={(columns, rows) =>
			paintScreen(model(columns, rows), {
				entries: footerOn('logs', false),
				last: {keys: 'q' as never, label: 'quit' as never},
			})
		}
		look={() => ({theme: 'dark', colour: true, ascii: false})}
		subscribe={screenFrames.subscribe}
		version={screenFrames.version}
		painted={() => {
			frames += 1;
		}}
		press={press}
		paste={() => undefined}
		attach={() => undefined}
	/>,
	{
		alternateScreen: true,
		incrementalRendering: true,
		maxFps: 60,
		patchConsole: false,
		exitOnCtrlC: false,
		interactive: true,
	},
);

/** The last line on the primary screen is the result. */
function finish() {
	screenFrames.stop();
	screen.unmount();
	const lost = fed - store.counts().lines;
	process.stdout.write(`\nRESULT ${JSON.stringify({share, fed, lost, frames})}\n`);
	process.exit(0);
}
