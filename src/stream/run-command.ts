/** One command on one box: its output as it comes, both streams apart, and its exit code. */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {Channel} from '../channel/open-channel.ts';
import {runLine} from '../remote/run-line.ts';
import {openAwsChannel} from './aws-channel.ts';
import {createSessionRegister} from './session-register.ts';

export type RunOptions = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly argv: readonly string[];
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	/** Stands in AWS's records of the session. */
	readonly reason?: string;
	/** Resolve when more is wanted: until then the box waits. */
	readonly stdout: (bytes: Uint8Array) => Promise<void>;
	readonly stderr: (bytes: Uint8Array) => Promise<void>;
	/** The agent's notice, e.g. that the session is encrypted. */
	readonly notice: (text: Hostile) => void;
	/** Aborted: the command gets SIGINT, then its session is ended. */
	readonly signal: AbortSignal;
};

export type RunEnd =
	| {readonly kind: 'exited'; readonly code: number}
	/** It was stopped from here. */
	| {readonly kind: 'stopped'}
	/** What it did, and how it ended, is not known from here on. */
	| {readonly kind: 'lost'; readonly why: Hostile};

const interruptGraceMs = 2000;
/** Pieces on their way to a slow reader before the box is made to wait. */
const mostWritten = 64;

/** Rejects when the session cannot be started or its socket not opened. */
export const runCommand = async (options: RunOptions): Promise<RunEnd> => {
	const {aws, instanceId, processClock, signal} = options;
	const line = runLine(options.argv);
	const ticket = await aws.stream.startCommandSession(instanceId, line, options.reason ?? 'unflap run', {
		signal,
	});
	const register = createSessionRegister(aws.facts, options.stateFolder);
	let code: number | null = null;
	let isPaused = false;
	let channel: Channel | null = null;
	const flow = createFlow(() => channel);
	const stop = async () => {
		channel?.interrupt();
		await processClock.sleep(interruptGraceMs);
		channel?.leave();
	};
	const onAbort = () => void stop();
	try {
		await register.add(ticket.sessionId);
		const opened = await openAwsChannel(aws, {
			ticket,
			targetId: instanceId,
			processClock,
			expectedTypes: ['NonInteractiveCommands'],
			handlers: {
				stdout: bytes => flow.write(options.stdout, bytes),
				stderr: bytes => flow.write(options.stderr, bytes),
				// Its text may come after it: the end is the closed channel, not the code.
				exitCode: exit => {
					code = exit;
				},
				customerMessage: options.notice,
				paused: () => {
					isPaused = true;
				},
			},
		});
		channel = opened;
		if (signal.aborted) onAbort();
		signal.addEventListener('abort', onAbort, {once: true});
		const end = await opened.ended;
		await flow.written();
		if (signal.aborted) return {kind: 'stopped'};
		if (isPaused)
			return {kind: 'lost', why: 'Session Manager paused the session: some output did not arrive'};
		if (code !== null) return {kind: 'exited', code};
		if (end.kind === 'failed' || end.kind === 'dropped') return {kind: 'lost', why: end.why};
		const output = end.kind === 'closed' ? end.output : '';
		return {kind: 'lost', why: output === '' ? 'the agent told no exit code' : output};
	} finally {
		signal.removeEventListener('abort', onAbort);
		await aws.stream.terminateSession(ticket.sessionId);
		await register.remove(ticket.sessionId);
	}
};

/** Reading from the socket stops while much is written and not taken. */
const createFlow = (channel: () => Channel | null) => {
	let waiting = 0;
	let last = Promise.resolve();
	return {
		write: (sink: (bytes: Uint8Array) => Promise<void>, bytes: Uint8Array) => {
			const copy = Uint8Array.from(bytes);
			waiting += 1;
			if (waiting === mostWritten) channel()?.pause();
			last = last
				.then(() => sink(copy))
				.finally(() => {
					waiting -= 1;
					if (waiting === mostWritten / 2) channel()?.resume();
				});
		},
		written: () => last,
	};
};
