/** Fetches a file of a box, and puts it back: old or new content, never a half (threats.md D1 to D4). */
import {randomBytes} from 'node:crypto';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {Channel} from '../channel/open-channel.ts';
import {type Fetched, readFetched, readPut, sumOf} from '../remote/edit-answers.ts';
import {type FileOnBox, fetchWords, isUnitFile, putCommand, putInput} from '../remote/edit-line.ts';
import {openAwsChannel} from './aws-channel.ts';
import {createInputFeed} from './input-feed.ts';
import {runCommand} from './run-command.ts';
import {createSessionRegister} from './session-register.ts';

export type EditPlace = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	readonly signal: AbortSignal;
};

/** Rejects when no session can be had. */
export const fetchFile = async (place: EditPlace, path: string): Promise<Fetched> => {
	const nonce = randomBytes(16).toString('hex');
	const chunks: Buffer[] = [];
	const words: Buffer[] = [];
	const end = await runCommand({
		...place,
		argv: fetchWords(nonce, path),
		reason: 'unflap edit: fetch',
		stdout: async bytes => void chunks.push(Buffer.from(bytes)),
		stderr: async bytes => void words.push(Buffer.from(bytes)),
		notice: () => undefined,
	});
	if (end.kind === 'lost') return {kind: 'refused', why: end.why};
	if (end.kind === 'stopped') return {kind: 'refused', why: 'it was stopped'};
	const fetched = readFetched(nonce, Buffer.concat(chunks).toString('latin1'), path);
	const said = Buffer.concat(words).toString('utf8').trim().split('\n').at(-1) ?? '';
	return fetched.kind === 'refused' && said !== ''
		? {kind: 'refused', why: `${fetched.why} (${said})`}
		: fetched;
};

export type PutEnd =
	| {readonly kind: 'written'; readonly reloaded: boolean}
	/** Somebody changed the file since it was fetched: nothing was written. */
	| {readonly kind: 'conflict'}
	/** Nothing was written. */
	| {readonly kind: 'failed'; readonly why: Hostile}
	/** The link was lost at a moment at which either may be so: old or new, never a half. */
	| {readonly kind: 'unknown'; readonly why: Hostile};

/** How long the box may take from one word to the next. */
const patienceMs = 60_000;

/** Rejects when no session can be started. */
export const putFile = async (place: EditPlace, file: FileOnBox, content: Uint8Array): Promise<PutEnd> => {
	const {aws, instanceId, processClock, signal} = place;
	const nonce = randomBytes(16).toString('hex');
	const line = putCommand({nonce, file, newHash: sumOf(content), reload: isUnitFile(file.path)});
	const ticket = await aws.stream.startTerminalSession(instanceId, line, 'unflap edit: put', {signal});
	const register = createSessionRegister(aws.facts, place.stateFolder);
	const over = new AbortController();
	const end = Promise.withResolvers<PutEnd>();
	let channel: Channel | null = null;
	let sent = false;
	let written: PutEnd | null = null;
	const hear = (text: string) => {
		const said = readPut(nonce, text);
		switch (said?.news) {
			case undefined:
				return;
			case 'ready':
				if (channel === null || sent) return;
				sent = true;
				return send(channel, putInput(nonce, content), {processClock, over: over.signal, fail: end.reject});
			case 'written':
				written =
					said.hash === sumOf(content)
						? {kind: 'written', reloaded: false}
						: {kind: 'unknown', why: 'somebody else wrote it at the same moment'};
				return;
			case 'reloaded':
				if (written?.kind === 'written') written = {kind: 'written', reloaded: said.status === 0};
				return;
			case 'end':
				return end.resolve(written ?? {kind: 'failed', why: 'the box ended without writing it'});
			case 'conflict':
				return end.resolve({kind: 'conflict'});
			case 'damaged':
				return end.resolve({kind: 'failed', why: 'it did not arrive whole'});
			case 'failed':
				return end.resolve({kind: 'failed', why: said.why});
		}
	};
	const lines = createLines(hear);
	try {
		await register.add(ticket.sessionId);
		channel = await openAwsChannel(aws, {
			ticket,
			targetId: instanceId,
			processClock,
			expectedTypes: ['InteractiveCommands', 'Standard_Stream'],
			handlers: {stdout: lines, stderr: lines},
		});
		const closed = channel.ended.then(how => lost(sent, written, 'why' in how ? how.why : ''));
		const late = processClock
			.sleep(patienceMs, over.signal)
			.then(() => lost(sent, written, 'the box did not answer'));
		return await Promise.race([end.promise, closed, late]);
	} finally {
		over.abort();
		channel?.leave();
		await aws.stream.terminateSession(ticket.sessionId);
		await register.remove(ticket.sessionId);
	}
};

/** Before the content was sent nothing can have been written. */
const lost = (sent: boolean, written: PutEnd | null, why: Hostile): PutEnd => {
	if (written !== null) return written;
	return sent ? {kind: 'unknown', why} : {kind: 'failed', why};
};

type Sending = {
	readonly processClock: ProcessClock;
	readonly over: AbortSignal;
	readonly fail: (error: unknown) => void;
};

const pieceBytes = 1024;

/** In pieces, as fast as the box acknowledges them. */
const send = (channel: Channel, bytes: Uint8Array, {processClock, over, fail}: Sending): void => {
	const feed = createInputFeed(channel, processClock);
	const go = async () => {
		for (let at = 0; at < bytes.length && !over.aborted; at += pieceBytes)
			while (!feed.push(bytes.subarray(at, at + pieceBytes)) && !over.aborted)
				await processClock.sleep(20, over);
	};
	over.addEventListener('abort', () => feed.stop(), {once: true});
	go().catch(fail);
};

const createLines = (take: (line: string) => void) => {
	let rest = '';
	return (bytes: Uint8Array) => {
		rest += Buffer.from(bytes).toString('latin1');
		const lines = rest.split('\n');
		rest = (lines.pop() ?? '').slice(-4096);
		for (const line of lines) take(line);
	};
};
