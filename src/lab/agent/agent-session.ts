/**
 * One non-interactive session as the agent's worker runs it: handshake, command, output, exit code, last flush.
 * Facts: ssm-data-channel.md sections 6, 9 and 13.
 */
import {type AgentFrame, kinds, makeFrame, writeFrame} from './agent-frame.ts';
import {
	acknowledgedSequence,
	acknowledgement,
	handshakeComplete,
	handshakeFailure,
	handshakeRequest,
} from './agent-texts.ts';
import type {BoxProcess, RunOnBox} from './box-process.ts';
import {createInbox} from './inbox.ts';
import {createOutbox} from './outbox.ts';
import {pumpOutput} from './pump-output.ts';
import {splitCommand} from './split-command.ts';

export type AgentSessionOptions = {
	readonly sessionId: string;
	readonly instanceId: string;
	readonly command: string;
	readonly separateOutput: boolean;
	readonly run: RunOnBox;
	/** Towards the client; what is sent while nobody is connected is lost and sent again later. */
	readonly transmit: (bytes: Buffer) => void;
	/** Whether the way to the client is full. */
	readonly isFull: () => boolean;
	/** The worker is done; `output` is the error text for channel_closed, empty for a normal end. */
	readonly ended: (output: string) => void;
	readonly monotonicMs: () => number;
};

export type AgentSession = {
	/** The first client is connected. */
	readonly begin: () => void;
	readonly receive: (frame: AgentFrame) => void;
	/** pause_publication and start_publication from the service. */
	readonly setPaused: (isPaused: boolean) => void;
	/** TerminateSession: the direct child is killed, nothing more is sent. */
	readonly terminate: () => void;
};

const handshakeMs = 15_000;
const flushMs = 2000;
const scanMs = 100;

export const createAgentSession = (options: AgentSessionOptions): AgentSession => {
	const {transmit, monotonicMs} = options;
	const outbox = createOutbox(transmit, monotonicMs);
	let state: 'idle' | 'handshake' | 'running' | 'over' = 'idle';
	let process: BoxProcess | null = null;
	/** A separate-output reader that met a pause gives up for good (section 0, point 10). */
	let isOutputLost = false;
	let beganAt = 0;
	let scan: NodeJS.Timeout | undefined;
	let deadline: NodeJS.Timeout | undefined;

	const acknowledge = (frame: AgentFrame) =>
		transmit(writeFrame(makeFrame({type: 'acknowledge', flags: 3, payload: acknowledgement(frame)})));

	const over = (output: string) => {
		if (state === 'over') return;
		state = 'over';
		clearInterval(scan);
		clearTimeout(deadline);
		options.ended(output);
	};

	const begin = () => {
		if (state !== 'idle') return;
		state = 'handshake';
		beganAt = monotonicMs();
		scan = setInterval(outbox.tick, scanMs).unref();
		deadline = setTimeout(
			() =>
				over(
					'Handshake timed out. Please ensure that you have the latest version of the session manager plugin.',
				),
			handshakeMs,
		).unref();
		outbox.send(kinds.handshakeRequest, handshakeRequest('NonInteractiveCommands'));
	};

	const shakeHands = (frame: AgentFrame) => {
		const failure = handshakeFailure(frame.payload);
		clearTimeout(deadline);
		if (failure !== null) return over(failure);
		state = 'running';
		outbox.send(kinds.handshakeComplete, handshakeComplete(monotonicMs() - beganAt));
		void runCommand();
	};

	const runCommand = async () => {
		try {
			const started = await options.run(options.instanceId, splitCommand(options.command));
			if (state === 'over') return started.kill();
			process = started;
			await (options.separateOutput ? sendLive(started) : sendAfterwards(started));
		} catch (error) {
			if (state === 'over') return;
			// The exit code comes first, the text a second later.
			if (options.separateOutput) outbox.send(kinds.exitCode, Buffer.from('EXIT_CODE: 1'));
			await delay(1000);
			outbox.send(kinds.stderr, Buffer.from(error instanceof Error ? error.message : String(error)));
		}
		await flush();
		over('');
	};

	const sendLive = async (started: BoxProcess) => {
		const send = (kind: number) => (bytes: Buffer) => {
			if (!isOutputLost) outbox.send(kind, bytes);
		};
		await Promise.all([
			pumpOutput(started.stdout, send(kinds.output), options.isFull),
			pumpOutput(started.stderr, send(kinds.stderr), options.isFull),
		]);
		const status = await started.exited;
		outbox.send(kinds.exitCode, Buffer.from(`EXIT_CODE: ${status < 0 ? 1 : status}`));
	};

	/** Both streams go to one file, which is read when the command has ended; no exit code. */
	const sendAfterwards = async (started: BoxProcess) => {
		const file: Buffer[] = [];
		const keep = (bytes: Buffer) => {
			file.push(bytes);
		};
		await Promise.all([
			pumpOutput(started.stdout, keep, () => false),
			pumpOutput(started.stderr, keep, () => false),
		]);
		await started.exited;
		for (const bytes of file) outbox.send(kinds.output, bytes);
	};

	/** Two seconds for the last acknowledgements, twice. */
	const flush = async () => {
		const until = monotonicMs() + 2 * flushMs;
		while (outbox.unacknowledged() > 0 && monotonicMs() < until && state !== 'over') await delay(25);
		await delay(25);
	};

	const interrupt = (frame: AgentFrame) => {
		const signal = frame.payload[0] === 0x03 ? 'SIGINT' : frame.payload[0] === 0x1c ? 'SIGQUIT' : null;
		if (signal === null || process === null) return 'acknowledge';
		process.interrupt(signal);
		// The handler waits for the process before the frame is acknowledged.
		void process.exited.then(() => acknowledge(frame));
		return 'later';
	};

	const handle = (frame: AgentFrame): 'acknowledge' | 'later' | 'refuse' => {
		if (frame.payloadType === kinds.handshakeResponse && state === 'handshake') {
			acknowledge(frame);
			shakeHands(frame);
			return 'later';
		}
		// What comes before HandshakeComplete is acknowledged and dropped; so is everything but control bytes.
		return state === 'running' && frame.payloadType === kinds.output ? interrupt(frame) : 'acknowledge';
	};

	const inbox = createInbox(handle, acknowledge);

	return {
		begin,
		receive(frame) {
			if (state === 'over') return;
			if (frame.type === 'acknowledge') {
				const sequence = acknowledgedSequence(frame.payload);
				if (sequence !== null) outbox.acknowledged(sequence);
			} else if (frame.type === 'input_stream_data') inbox(frame);
		},
		setPaused(isPaused) {
			outbox.setPaused(isPaused);
			if (isPaused && state === 'running' && options.separateOutput) isOutputLost = true;
		},
		terminate() {
			process?.kill();
			over('');
		},
	};
};

const delay = (ms: number) =>
	new Promise<void>(resolve => {
		setTimeout(resolve, ms);
	});
