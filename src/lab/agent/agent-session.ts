/**
 * One session as the agent's worker runs it: handshake, encryption, what runs inside, last flush.
 * Facts: ssm-data-channel.md sections 6, 7, 9 and 13.
 */
import {randomBytes} from 'node:crypto';
import {type AgentCipher, createAgentCipher} from './agent-cipher.ts';
import {type AgentFrame, kinds, makeFrame, writeFrame} from './agent-frame.ts';
import {
	acknowledgedSequence,
	acknowledgement,
	challengeAnswer,
	challengeRequest,
	encryptionAnswer,
	handshakeComplete,
	handshakeFailure,
	handshakeRequest,
	sizeOf,
} from './agent-texts.ts';
import {createInbox} from './inbox.ts';
import type {KeyStore} from './key-store.ts';
import {createOutbox} from './outbox.ts';
import {delay, type Taken, type Work, type WorkIo} from './session-work.ts';

export type AgentSessionOptions = {
	readonly sessionId: string;
	readonly instanceId: string;
	readonly work: (io: WorkIo) => Work;
	/** The key that the account's preferences name, or null. */
	readonly encryption: {readonly keyId: string; readonly keys: KeyStore} | null;
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
const sealedKinds: readonly number[] = [kinds.output, kinds.stderr, kinds.exitCode];

export const createAgentSession = (options: AgentSessionOptions): AgentSession => {
	const {transmit, monotonicMs, encryption} = options;
	const outbox = createOutbox(transmit, monotonicMs);
	let state: 'idle' | 'handshake' | 'challenge' | 'running' | 'over' = 'idle';
	let cipher: AgentCipher | null = null;
	let isPaused = false;
	let beganAt = 0;
	let scan: NodeJS.Timeout | undefined;
	let deadline: NodeJS.Timeout | undefined;
	const challenge = randomBytes(64);
	const randomChallenge = randomBytes(16).toString('base64');

	const send = (kind: number, payload: Buffer) =>
		outbox.send(kind, cipher !== null && sealedKinds.includes(kind) ? cipher.seal(payload) : payload);
	const work = options.work({
		send,
		isFull: options.isFull,
		isPaused: () => isPaused,
		isOver: () => state === 'over',
	});

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
		beganAt = monotonicMs();
		scan = setInterval(outbox.tick, scanMs).unref();
		// Sessions on a PTY shake hands only for a key.
		if (work.sessionType !== 'NonInteractiveCommands' && encryption === null) return runWork();
		state = 'handshake';
		deadline = setTimeout(
			() =>
				over(
					'Handshake timed out. Please ensure that you have the latest version of the session manager plugin.',
				),
			handshakeMs,
		).unref();
		const demand = encryption === null ? null : {keyId: encryption.keyId, challenge: randomChallenge};
		outbox.send(kinds.handshakeRequest, handshakeRequest(work.sessionType, demand));
	};

	const shakeHands = (frame: AgentFrame) => {
		const failure = handshakeFailure(frame.payload);
		if (failure !== null) return over(failure);
		if (encryption === null) return complete();
		const answer = encryptionAnswer(frame.payload);
		const dataKey =
			answer === null
				? null
				: encryption.keys.decrypt(answer.ciphertext, {
						'aws:ssm:SessionId': options.sessionId,
						'aws:ssm:TargetId': options.instanceId,
						...(answer.acknowledgesChallenge ? {'aws:ssm:RandomChallenge': randomChallenge} : {}),
					});
		if (dataKey === null) return over('Fetching data key failed: Unable to retrieve data key');
		cipher = createAgentCipher(dataKey);
		state = 'challenge';
		outbox.send(kinds.challengeRequest, challengeRequest(cipher.seal(challenge)));
	};

	const checkChallenge = (frame: AgentFrame) => {
		const sealed = challengeAnswer(frame.payload);
		const answer = sealed === null ? null : (cipher?.open(sealed) ?? null);
		if (answer?.equals(challenge) === true) complete();
		else over('Encryption challenge failed: the answer is another one');
	};

	const complete = () => {
		clearTimeout(deadline);
		outbox.send(kinds.handshakeComplete, handshakeComplete(monotonicMs() - beganAt, cipher !== null));
		runWork();
	};

	const runWork = () => {
		state = 'running';
		void work
			.run()
			.then(flush)
			.then(() => over(''))
			.catch((error: unknown) => over(error instanceof Error ? error.message : String(error)));
	};

	/** Two seconds for the last acknowledgements, twice. */
	const flush = async () => {
		const until = monotonicMs() + 2 * flushMs;
		while (outbox.unacknowledged() > 0 && monotonicMs() < until && state !== 'over') await delay(25);
		await delay(25);
	};

	const handle = (frame: AgentFrame): 'acknowledge' | 'later' | 'refuse' => {
		const isAnswer =
			(state === 'handshake' && frame.payloadType === kinds.handshakeResponse) ||
			(state === 'challenge' && frame.payloadType === kinds.challengeResponse);
		if (isAnswer) {
			acknowledge(frame);
			if (state === 'handshake') shakeHands(frame);
			else checkChallenge(frame);
			return 'later';
		}
		// What comes before HandshakeComplete is acknowledged and dropped.
		if (state !== 'running') return 'acknowledge';
		return answerTo(frame, give(frame));
	};

	const give = (frame: AgentFrame): Taken => {
		if (frame.payloadType === kinds.size) {
			const size = sizeOf(frame.payload);
			return size === null ? 'taken' : work.resize(size);
		}
		if (frame.payloadType !== kinds.output) return 'taken';
		const bytes = cipher === null ? frame.payload : cipher.open(frame.payload);
		return bytes === null ? 'refused' : work.input(bytes);
	};

	const answerTo = (frame: AgentFrame, taken: Taken) => {
		if (taken === 'taken') return 'acknowledge';
		if (taken === 'refused') return 'refuse';
		void taken.then(() => acknowledge(frame));
		return 'later';
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
		setPaused(paused) {
			isPaused = paused;
			outbox.setPaused(paused);
			if (paused && state === 'running') work.paused();
		},
		terminate() {
			work.kill();
			over('');
		},
	};
};
