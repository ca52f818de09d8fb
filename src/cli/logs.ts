/** `unflap logs`: journals of boxes, merged in time order. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import {type BoxLine, createMerge, type Merge} from '../stream/merge.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {BoxStream, StreamEvent} from '../stream/types.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {boxesOfGroups, type LogsBox, resolveTargets} from './logs-boxes.ts';
import {createLogsFilter, type LogsFilter, parseSince} from './logs-filter.ts';
import {createLogsPrinter} from './logs-print.ts';
import {openSpools} from './logs-spool.ts';

export const logsCommand: Command = {
	name: 'logs',
	summary: 'journals of boxes, merged in time order',
	usage: 'unflap logs GROUP|BOX… [-u UNIT]… [-f] [--since T] [-n N] [-i RE] [-e RE] [-b ID]',
	example: 'unflap logs web-prod -f -u app        unflap logs web-prod/1 -n 50 -o jsonl',
	flags: {
		unit: {
			type: 'string',
			short: 'u',
			multiple: true,
			value: 'UNIT',
			help: 'this unit alone (again for more; * and ? are wild)',
		},
		follow: {type: 'boolean', short: 'f', help: 'go on with what comes; new boxes of a group join'},
		since: {type: 'string', value: 'T', help: 'from then on: 10m, 14:05, or an ISO time'},
		lines: {type: 'string', short: 'n', value: 'N', help: 'the last N lines before going on'},
		include: {type: 'string', short: 'i', value: 'RE', help: 'lines whose message matches'},
		exclude: {type: 'string', short: 'e', value: 'RE', help: 'but not those that match this'},
		boot: {
			type: 'string',
			short: 'b',
			value: 'ID|-1',
			help: 'an earlier boot: its id, or -1 for the one before',
		},
	},
	outputs: ['text', 'cat', 'json', 'jsonl'],
	run: async (context, args) => {
		const wish = wishOf(args);
		const aws = await context.aws();
		const {boxes, groups} = await resolveTargets(aws, args.positionals, context.signal);
		if (boxes.length === 0 && !wish.follow)
			throw new UnflapError('not-found', 'There is no box there now', {
				next: ['add -f to wait for the next one'],
			});
		await reapSessions(context.settings.paths.state, aws);
		return follow({context, args, aws, wish, boxes, groups});
	},
};

type Wish = {
	readonly follow: boolean;
	readonly last: number | null;
	readonly boot: string | null;
	readonly units: readonly string[];
};

type Job = {
	readonly context: CommandContext;
	readonly args: CommandArgs;
	readonly aws: Aws;
	readonly wish: Wish;
	readonly boxes: readonly LogsBox[];
	readonly groups: readonly string[];
};

const groupPollMs = 5000;
const tickMs = 100;

const wishOf = (args: CommandArgs): Wish => {
	if (args.positionals.length === 0)
		throw new UnflapError('usage', 'logs wants at least one GROUP or BOX', {
			next: ['unflap logs web-prod -f'],
		});
	const lines = textFlag(args, 'lines');
	if (lines !== null && !/^\d{1,9}$/.test(lines))
		throw new UnflapError('usage', `-n ${lines} is no number of lines`);
	const boot = textFlag(args, 'boot');
	if (boot !== null && !/^(-\d{1,4}|[0-9a-f]{32}|[0-9a-f-]{36})$/i.test(boot))
		throw new UnflapError('usage', `--boot ${boot} is neither a boot id nor an offset like -1`);
	const follow = args.flags['follow'] === true;
	if (follow && boot !== null)
		throw new UnflapError('usage', 'Only the running boot can be followed: -f or --boot, not both');
	if (follow && args.output === 'json')
		throw new UnflapError('usage', 'A JSON document has an end: with -f take -o jsonl');
	const units = args.flags['unit'];
	return {
		follow,
		last: lines === null ? null : Number(lines),
		boot: boot === null ? null : /^-\d/.test(boot) ? boot : boot.replaceAll('-', '').toLowerCase(),
		units: Array.isArray(units) ? units : [],
	};
};

const follow = async (job: Job): Promise<ExitCode> => {
	const {context, args, aws, wish} = job;
	const {out, signal} = context;
	const processClock = createProcessClock();
	const redactor = createRedactor(context.settings.redact);
	const since = textFlag(args, 'since');
	const filter = createLogsFilter({
		units: wish.units,
		sinceUs: since === null ? null : parseSince(since, aws.clock.now()),
		include: textFlag(args, 'include'),
		exclude: textFlag(args, 'exclude'),
		onSlowPattern: source =>
			out.warn(ours`The pattern ${shown(hostile(source))} takes too long and was switched off.`),
	});
	const instanceIds: string[] = [];
	const streams: BoxStream[] = [];
	const running = new Map<number, Promise<void>>();
	const printer = createLogsPrinter(out, args.output, instanceIds);
	const output = createOutput(filter, wish, line => printer.line(line));
	const merge = createMerge({deliver: output.push, processClock});
	const sayOnce = createSayOnce();
	let failed = 0;

	const spools = await openSpools(context, aws);
	const join = ({instanceId, group}: LogsBox) => {
		if (instanceIds.includes(instanceId) || signal.aborted) return;
		const box = instanceIds.push(instanceId) - 1;
		const stream = openBoxStream({
			aws,
			instanceId,
			processClock,
			redactor,
			follow: wish.follow,
			unitStates: false,
			console: false,
			stateFolder: context.settings.paths.state,
			reason: 'unflap logs',
			...spools.optionFor(instanceId, group),
			...(wish.boot === null ? {} : {boot: wish.boot}),
		});
		streams.push(stream);
		merge.expect(box);
		const read = async () => {
			for await (const event of stream.events) {
				const outcome = apply(event, {box, instanceId, merge, context, wish, sayOnce});
				if (outcome === 'failed') failed += 1;
				if (outcome !== 'on') break;
			}
			merge.caughtUp(box);
			await stream.stop();
		};
		running.set(
			box,
			read().finally(() => running.delete(box)),
		);
	};

	const stop = new AbortController();
	const stopAll = () => {
		stop.abort();
		return Promise.allSettled(streams.map(stream => stream.stop()));
	};
	signal.addEventListener('abort', () => void stopAll(), {once: true});
	const ticking = every(tickMs, processClock, stop.signal, async () => {
		merge.tick();
		await output.settled();
	});
	try {
		for (const box of job.boxes) join(box);
		if (wish.follow && job.groups.length > 0)
			await every(groupPollMs, processClock, stop.signal, async () => {
				for (const box of await boxesOfGroups(aws, job.groups, signal)) {
					if (instanceIds.includes(box.instanceId)) continue;
					const shortId = shown(hostile(box.instanceId.slice(-4)));
					out.note(ours`--- ${shortId} joined, replayed from its own boot ---`);
					join(box);
				}
			});
		await Promise.all(running.values());
	} finally {
		await stopAll();
		await ticking;
		merge.finish();
		await output.end();
		await spools.close();
		filter.stop();
		printer.end();
	}
	return failed > 0 && failed === instanceIds.length ? 1 : 0;
};

const every = async (
	ms: number,
	processClock: ReturnType<typeof createProcessClock>,
	signal: AbortSignal,
	act: () => Promise<void>,
) => {
	while (!signal.aborted) {
		await processClock.sleep(ms, signal);
		if (!signal.aborted) await act();
	}
};

type Applied = {
	readonly box: number;
	readonly instanceId: string;
	readonly merge: Merge;
	readonly context: CommandContext;
	readonly wish: Wish;
	readonly sayOnce: SayOnce;
};

type SayOnce = (key: string, say: () => void) => void;

const createSayOnce = (): SayOnce => {
	const said = new Set<string>();
	return (key, say) => {
		if (said.has(key)) return;
		said.add(key);
		say();
	};
};

const apply = (
	event: StreamEvent,
	{box, instanceId, merge, context, wish, sayOnce}: Applied,
): 'on' | 'done' | 'failed' => {
	const {out} = context;
	const id = shown(hostile(instanceId));
	if (event.kind === 'entries') merge.add(box, event.entries);
	else if (event.kind === 'mark') out.note(ours`--- ${shown(event.text)} ---`);
	else if (event.kind === 'lost' && event.lines > 0)
		out.warn(ours`${id}: ${event.lines} lines lost: ${shown(event.why)}`);
	if (event.kind !== 'state') return 'on';
	const {state} = event;
	if (state.state === 'live') merge.caughtUp(box);
	if (state.state === 'ended' && state.why !== '') {
		out.warn(ours`${id}: ${shown(state.why)}`);
		return 'failed';
	}
	if (state.state === 'ended') return 'done';
	if (state.state === 'gone') {
		if (!wish.follow) out.warn(ours`${id} is gone: ${shown(state.why)}`);
		return wish.follow ? 'done' : 'failed';
	}
	if (state.state === 'waiting' && event.whyNotHigher !== null) {
		merge.caughtUp(box);
		sayOnce(`${instanceId} ${event.whyNotHigher}`, () =>
			out.warn(ours`${id}: ${shown(event.whyNotHigher ?? '')}`),
		);
		// Without -f nothing is waited for.
		if (!wish.follow) return 'failed';
	}
	return 'on';
};

/** Filters in order and prints; `-n` keeps the last lines of what is there at first. */
const createOutput = (filter: LogsFilter, wish: Wish, print: (line: BoxLine) => void) => {
	let chain = Promise.resolve();
	let kept: BoxLine[] = [];
	let isFirst = true;
	const release = () => {
		for (const line of wish.last === null ? kept : kept.slice(Math.max(0, kept.length - wish.last)))
			print(line);
		kept = [];
	};
	const take = async (lines: readonly BoxLine[]) => {
		const fresh = await filter.keep(lines);
		if (wish.last === null || (wish.follow && !isFirst)) {
			for (const line of fresh) print(line);
			return;
		}
		kept.push(...fresh);
		if (kept.length > wish.last * 2) kept = kept.slice(kept.length - wish.last);
		if (wish.follow) release();
		isFirst = false;
	};
	return {
		push: (lines: readonly BoxLine[]) => {
			chain = chain.then(() => take(lines));
		},
		settled: () => chain,
		end: async () => {
			await chain;
			release();
		},
	};
};

const textFlag = (args: CommandArgs, name: string): string | null => {
	const value = args.flags[name];
	return typeof value === 'string' ? value : null;
};
