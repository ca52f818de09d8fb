/**
 * `notify`, a command of the config: it is told when a hold begins, lasts past an hour, is repaired, loses its group to
 * its fuse, and ends; and when a caught box needs eyes. An argv list, no shell. Whatever goes wrong with it is a warning, never the end of a hold.
 */
import {spawn} from 'node:child_process';
import type {AwsClock, AwsMs, ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {type ChildFacts, childEnvironment} from './child-environment.ts';
import type {HoldEvent, HoldSession} from './types.ts';

export type NotifyEvent =
	| 'held'
	| 'past-60-minutes'
	| 'repaired'
	| 'fuse-fired'
	| 'released'
	| 'release-incomplete'
	| CatchNotice;

/** What of a catch needs eyes. */
export type CatchNotice = 'caught' | 'unit-failed' | 'verdict' | 'box-dying' | 'hook-answered';

export type NotifierOptions = {
	/** The config's `notify`; null runs nothing. */
	readonly command: readonly string[] | null;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly region: string;
	readonly clock: Pick<AwsClock, 'now' | 'rate'>;
	readonly processClock: ProcessClock;
	/** One sentence about a command that could not be run, or failed. */
	readonly warn: (message: Hostile) => void;
};

export type Notifier = {
	/** Tells of everything that happens to this hold until it is over. */
	readonly watch: (session: HoldSession, reason: string) => void;
	/** Tells of one thing that needs eyes. */
	readonly say: (notice: CatchNotice, facts: ChildFacts) => void;
	/** Resolves when what was started has ended, or after a short patience: the process may end then. */
	readonly settled: () => Promise<void>;
};

const longHoldMs = 60 * 60_000;
/** A notification that hangs is ended, and never keeps the process longer than the patience. */
const longestRunMs = 30_000;
const patienceMs = 2_000;

export const createNotifier = (options: NotifierOptions): Notifier => {
	const {command, processClock} = options;
	const running = new Set<Promise<void>>();
	const tell = ({name, facts}: Told, session: HoldSession, reason: string) =>
		start(name, {...factsOf(session, options.region, reason), ...facts});
	const start = (name: NotifyEvent, facts: ChildFacts) => {
		if (command === null) return;
		const environment = childEnvironment(options.environment, {...facts, UNFLAP_EVENT: name});
		const run = runNotify(command, environment, options.warn);
		running.add(run);
		void run.then(() => running.delete(run));
	};
	return {
		watch: (session, reason) => {
			if (command === null) return;
			const over = new AbortController();
			session.onEvent(event => {
				const told = eventOf(event);
				if (told === null) return;
				tell(told, session, reason);
				if (told.name === 'held')
					void afterAnHour(options, session, over.signal).then(late => {
						if (late) tell(pastAnHour, session, reason);
					});
			});
			void session.done.then(() => over.abort());
		},
		say: (notice, facts) => start(notice, {UNFLAP_REGION: options.region, ...facts}),
		settled: async () => {
			const enough = new AbortController();
			await Promise.race([Promise.allSettled([...running]), processClock.sleep(patienceMs, enough.signal)]);
			enough.abort();
		},
	};
};

type Told = {readonly name: NotifyEvent; readonly facts: ChildFacts};

const eventOf = (event: HoldEvent): Told | null => {
	switch (event.event) {
		case 'held':
			return {name: 'held', facts: {UNFLAP_PROCESSES: event.suspended.join(' '), UNFLAP_MESSAGE: 'held'}};
		case 'repaired':
			return {
				name: 'repaired',
				facts: {UNFLAP_PROCESSES: event.processes.join(' '), UNFLAP_MESSAGE: event.message},
			};
		case 'fuse-fired':
			return {name: 'fuse-fired', facts: {UNFLAP_MESSAGE: 'the fuse resumed the group'}};
		case 'released':
			return {
				name: 'released',
				facts: {
					UNFLAP_PROCESSES: event.resumed.join(' '),
					UNFLAP_MESSAGE: event.verified ? 'released, and read back' : 'released',
				},
			};
		case 'release-incomplete':
			return {
				name: 'release-incomplete',
				facts: {
					UNFLAP_PROCESSES: event.still.join(' '),
					UNFLAP_MESSAGE: 'something of the hold may still be suspended: unflap release',
				},
			};
		default:
			return null;
	}
};

const factsOf = (session: HoldSession, region: string, reason: string): ChildFacts => {
	const {group, holdId, owner, until, net} = session.view();
	return {
		UNFLAP_GROUP: group,
		UNFLAP_HOLD_ID: holdId,
		UNFLAP_REGION: region,
		UNFLAP_OWNER: owner,
		UNFLAP_REASON: reason,
		UNFLAP_UNTIL: iso(until),
		...(net.kind === 'fuse' ? {UNFLAP_FUSE_UNTIL: iso(net.deadline)} : {}),
	};
};

const iso = (ms: AwsMs) => new Date(ms).toISOString();

const pastAnHour: Told = {name: 'past-60-minutes', facts: {UNFLAP_MESSAGE: 'held for more than 60 minutes'}};

/** True when the hold is an hour old by AWS time, false when it ended before. */
const afterAnHour = async (
	{clock, processClock}: NotifierOptions,
	session: HoldSession,
	signal: AbortSignal,
): Promise<boolean> => {
	const at = (session.view().since ?? clock.now()) + longHoldMs;
	while (!signal.aborted && clock.now() < at)
		await processClock.sleep(Math.min(60_000, (at - clock.now()) / clock.rate), signal);
	return !signal.aborted;
};

/** Detached, so that a ctrl-c on the hold does not end the message about it; its output goes nowhere. */
const runNotify = (
	[program = '', ...words]: readonly string[],
	environment: NodeJS.ProcessEnv,
	warn: (message: Hostile) => void,
): Promise<void> =>
	new Promise(resolve => {
		const failed = (problem: string) => {
			warn(`notify failed (${problem}): ${program}`);
			resolve();
		};
		try {
			const child = spawn(program, words, {stdio: 'ignore', detached: true, env: environment});
			const late = setTimeout(() => child.kill('SIGKILL'), longestRunMs);
			for (const keeper of [late, child]) keeper.unref();
			child.on('error', error => failed(codeOf(error)));
			child.on('exit', (code, signal) => {
				clearTimeout(late);
				if (code === 0) resolve();
				else failed(signal === null ? `ended with ${code}` : `was ended by ${signal}`);
			});
		} catch (error) {
			failed(codeOf(error));
		}
	});

const codeOf = (error: unknown): string =>
	error instanceof Error && 'code' in error ? String(error.code) : 'could not be started';
