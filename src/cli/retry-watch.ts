/** A box read along while something is done to it: its boot as it is now, its lines, and waiting for what comes of it. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {createBootModel} from '../boot/boot-model.ts';
import type {Boot} from '../boot/types.ts';
import type {JournalEntry} from '../journal/types.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import type {StreamEvent} from '../stream/types.ts';
import type {CommandContext} from './command.ts';
import {openSpools} from './logs-spool.ts';

export type BoxAlong = {
	/** The running boot; null before its first entry. */
	readonly boot: () => Boot | null;
	/** Hears every entry that comes from now on. */
	readonly listen: (take: (entry: JournalEntry) => void) => void;
	/**
	 * Resolves with true once it is so, looked at as things come and at least every half second; with false after `ms` of
	 * process time. @throws {UnflapError} `gone` when the box is.
	 */
	readonly until: (isSo: (boot: Boot | null) => boolean, ms: number) => Promise<boolean>;
	readonly stop: () => Promise<void>;
};

export type BoxAbout = {
	readonly instanceId: string;
	/** Whose spool keeps a copy; null for a box of no group. */
	readonly group: {readonly name: Hostile; readonly arn: string} | null;
	readonly reason: string;
};

/** Resolves when the backlog is through. */
export const readAlong = async (context: CommandContext, aws: Aws, about: BoxAbout): Promise<BoxAlong> => {
	const {settings, signal} = context;
	const processClock = createProcessClock();
	const spools = await openSpools(context, aws);
	const stream = openBoxStream({
		aws,
		instanceId: about.instanceId,
		processClock,
		redactor: createRedactor(settings.redact),
		console: false,
		stateFolder: settings.paths.state,
		transport: settings.transport,
		reason: about.reason,
		...spools.optionFor(about.instanceId, about.group),
		signal,
	});
	const model = createBootModel();
	const listeners: ((entry: JournalEntry) => void)[] = [];
	let isLive = false;
	let over: Hostile | null = null;
	let waiting: (() => void)[] = [];
	const wake = () => {
		const woken = waiting;
		waiting = [];
		for (const next of woken) next();
	};
	const take = (event: StreamEvent) => {
		if (event.kind === 'entries') {
			model.add(event.entries);
			if (isLive) for (const entry of event.entries) for (const listener of listeners) listener(entry);
		} else if (event.kind === 'units') model.facts(event.units);
		else if (event.kind === 'mark') context.out.note(ours`--- ${shown(event.text)} ---`);
		else if (event.kind === 'state') {
			isLive ||= event.state.state === 'live';
			if (event.state.state === 'gone' || event.state.state === 'ended') over = event.state.why;
		}
	};
	const read = async () => {
		for await (const event of stream.events) {
			take(event);
			wake();
		}
		over ??= 'its stream ended';
		wake();
	};
	const reading = read();
	// It is awaited in stop; until then a failure is nobody's.
	reading.catch(() => wake());
	const changed = () =>
		new Promise<void>(resolve => {
			const timer = setTimeout(resolve, lookEveryMs);
			waiting.push(() => {
				clearTimeout(timer);
				resolve();
			});
		});
	const until: BoxAlong['until'] = async (isSo, ms) => {
		const end = processClock.now() + ms;
		for (;;) {
			if (isSo(model.boot())) return true;
			if (signal.aborted || processClock.now() >= end) return false;
			if (over !== null)
				throw new UnflapError('gone', `${about.instanceId} cannot be read any more: ${over}`, {
					next: ['unflap ls shows what the group does; unflap hold GROUP keeps its boxes'],
				});
			await changed();
		}
	};
	let isStopped = false;
	const along: BoxAlong = {
		boot: () => model.boot(),
		listen: listener => listeners.push(listener),
		until,
		stop: async () => {
			if (isStopped) return;
			isStopped = true;
			await stream.stop();
			await Promise.allSettled([reading]);
			await spools.close();
		},
	};
	if (await until(() => isLive, agentPatienceMs)) return along;
	await along.stop();
	throw new UnflapError('unreachable', `${hostile(about.instanceId)} gave no journal`, {
		next: ['try again when its SSM agent is up; unflap doctor says what is missing'],
	});
};

const lookEveryMs = 500;
/** How long a box may take to answer. */
const agentPatienceMs = 150_000;
