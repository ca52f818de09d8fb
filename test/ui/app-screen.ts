/** The whole app in this process: real bytes into an in-process terminal, keys by a fake stdin, AWS by a fake. */
import {EventEmitter} from 'node:events';
import {PassThrough} from 'node:stream';
import headless from '@xterm/headless';
import {expect, onTestFinished} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {UnflapError} from '../../src/base/errors.ts';
import {createEnding} from '../../src/base/exit.ts';
import type {Shown} from '../../src/base/text.ts';
import type {Care, DeedResult} from '../../src/hold/care-types.ts';
import type {Holds} from '../../src/hold/types.ts';
import {runTui} from '../../src/ui/run-tui.tsx';
import type {OpenedPlace, PlaceWanted} from '../../src/ui/switch-place.ts';
import {processClock, settings} from './fakes.ts';

type Options = {
	readonly aws: Aws;
	readonly holds?: Holds;
	readonly columns?: number;
	readonly rows?: number;
	readonly group?: string | null;
	readonly part?: Partial<typeof settings>;
	readonly openPlace?: (wanted: PlaceWanted) => Promise<OpenedPlace>;
	readonly environment?: NodeJS.ProcessEnv;
};

export const openApp = ({
	aws,
	holds,
	columns = 100,
	rows = 30,
	group = null,
	part = {},
	openPlace,
	environment = {},
}: Options) => {
	const terminal = new headless.Terminal({
		cols: columns,
		rows,
		scrollback: 0,
		allowProposedApi: true,
		convertEol: true,
	});
	let bytes = '';
	const stdout = Object.assign(new EventEmitter(), {
		isTTY: true,
		columns,
		rows,
		writableLength: 0,
		write: (data: string, done?: () => void) => {
			bytes += data;
			terminal.write(data, () => done?.());
			return true;
		},
	});
	const stdin = Object.assign(new PassThrough(), {
		isTTY: true,
		setRawMode: () => stdin,
		ref: () => stdin,
		unref: () => stdin,
	});
	const ending = createEnding();
	const notes: Shown[] = [];
	const code = runTui({
		settings: {...settings, ...part},
		environment: {COLORTERM: 'truecolor', ...environment},
		processClock,
		aws: async () => aws,
		holds: async () => holds ?? noHolds,
		openPlace:
			openPlace ??
			(async () => {
				throw new UnflapError('no-region', 'no other place in this test');
			}),
		ending,
		group,
		view: null,
		tour: null,
		filter: '',
		note: line => notes.push(line),
		stdin: stdin as unknown as NodeJS.ReadStream,
		stdout: stdout as unknown as NodeJS.WriteStream,
	});
	onTestFinished(async () => {
		ending.request({kind: 'signal', signal: 'SIGTERM', count: 1});
		await code;
	});
	const lines = () =>
		Array.from(
			{length: rows},
			(_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
		);
	return {
		lines,
		text: () => lines().join('\n'),
		bytes: () => bytes,
		notes: () => notes,
		code,
		ending,
		/** One write, as a fast typist or a paste does. */
		write: (data: string) => stdin.write(data),
		sees: async (part: string | RegExp) =>
			expect
				.poll(
					() =>
						lines().some(line => (typeof part === 'string' ? line.includes(part) : part.test(line))) ||
						lines().join('\n'),
					{timeout: 8000},
				)
				.toBe(true),
	};
};

const nothingDone: DeedResult = {done: false, says: 'nothing in this test', next: []};

const noCare: Care = {
	subscribe: () => () => undefined,
	act: async () => nothingDone,
	pins: () => [],
	pin: () => undefined,
	unpin: () => undefined,
	patients: () => [],
	readPatients: async () => [],
	bringBack: async () => nothingDone,
	resumeStrays: async () => nothingDone,
	stop: () => undefined,
};

export const noHolds: Holds = {
	care: noCare,
	dying: {
		watch: async () => Promise.reject(new Error('no post-mortem in this test')),
		list: async () => [],
		reap: async () => [],
	},
	catch: () => {
		throw new Error('no catch in this test');
	},
	lingerAll: async () => [],
	takeUp: async () => [],
	sessions: () => [],
	subscribe: () => () => undefined,
	preview: async () => Promise.reject(new Error('no preview in this test')),
	hold: () => {
		throw new Error('no hold in this test');
	},
	expectHold: () => undefined,
	finishLeftOvers: async () => [],
	list: async () => [],
	releaseAll: async () => [],
	handOverAll: () => [],
	release: async () => [],
	setHealthy: async () => undefined,
};

/** Holds whose preview is permitted, and which counts what was asked for. */
export const countingHolds = (): {readonly holds: Holds; readonly held: () => number} => {
	let held = 0;
	const holds: Holds = {
		...noHolds,
		preview: async (group, preset) => ({
			group,
			preset: typeof preset === 'string' ? preset : 'custom',
			wanted: ['ReplaceUnhealthy', 'HealthCheck'],
			baseline: [],
			covered: [],
			notCovered: [],
			touches: 'web-prod (3 boxes, 2 in service); no target group sends it traffic',
			costs: [],
			until: 0,
			healthyBoxes: 0,
			mostlyHookDeaths: false,
			joins: [],
			marked: [],
			refusal: null,
			permission: 'permitted',
		}),
		hold: () => {
			held += 1;
			throw new Error('this test only counts');
		},
	};
	return {holds, held: () => held};
};
