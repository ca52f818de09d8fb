/** Mutated frames and journal lines through everything between a socket and a line on the screen. Repeatable by seed. */
import {shown} from '../../src/base/terminal-text.ts';
import {encodeFrame} from '../../src/channel/frame.ts';
import {createSession} from '../../src/channel/session.ts';
import {createJournalReader} from '../../src/journal/journal-reader.ts';
import {createAnswerReader} from '../../src/remote/answers.ts';
import {createStateReader} from '../../src/remote/unit-states.ts';
import {corpus} from '../hostile/corpus.ts';
import {vectors} from './vectors.ts';

export type FuzzCounts = {
	readonly fed: number;
	readonly sessions: number;
	/** Sessions that the frames ended. */
	readonly ended: number;
	/** Texts that would reach a screen. */
	readonly texts: number;
	readonly entries: number;
	/** Longest time one piece took, in milliseconds. */
	readonly slowestMs: number;
};

/** A small, repeatable source of chance. */
export const createChance = (seed: number) => {
	let state = seed >>> 0;
	return (below: number): number => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
};

type Chance = ReturnType<typeof createChance>;

const framesASession = 40;
const nonce = '0123456789abcdef0123456789abcdef';
const binaryVectors = vectors
	.filter(({opcode}) => opcode === 'binary')
	.map(({hex}) => Buffer.from(hex, 'hex'));
const otherTypes = [
	'acknowledge',
	'pause_publication',
	'start_publication',
	'input_stream_data',
	'channel_closed',
	'',
];
const markers = [
	`:${nonce}:probe version=252 uid=0\n`,
	`:${nonce}:backlog gzip\nH4sI\n`,
	`:${nonce}:backlog plain\n`,
	`:${nonce}:live s=1;i=1\n`,
	`:${nonce}:end\n`,
	`:${nonce}:units gzip 4\nH4sI\n`,
];

/** @throws when a frame makes anything throw, lets an escape through, or changes a prototype. */
export const fuzzFrames = async (count: number, seed: number): Promise<FuzzCounts> => {
	const chance = createChance(seed);
	const watch = createWatch();
	let [sessions, ended] = [0, 0];
	for (let fed = 0; fed < count; sessions += 1) {
		const open = openSession(watch);
		for (let number = 0; number < framesASession && fed < count; number += 1, fed += 1) {
			const frame = chance(3) === 0 ? mutatedVector(chance) : builtFrame(chance, open.turn);
			watch.time(() => open.session.receive(frame, number));
		}
		// The handshake is answered in promises.
		await Promise.resolve();
		watch.time(() => open.session.tick(1e9));
		if (open.session.hasEnded()) ended += 1;
		if (sessions % 500 === 0) await new Promise(resolve => setImmediate(resolve));
	}
	return {fed: count, sessions, ended, ...watch.result()};
};

/** Recorded lines, broken, through the reader and the border to the screen. */
export const fuzzLines = (lines: readonly string[], count: number, seed: number): FuzzCounts => {
	const chance = createChance(seed);
	const watch = createWatch();
	let reader = createJournalReader();
	for (let fed = 0; fed < count; fed += 1) {
		const bytes = mutated(Buffer.from(`${lines[chance(lines.length)] ?? ''}\n`), chance);
		watch.time(() => {
			for (const parsed of reader.push(bytes))
				if (parsed.kind === 'entry') {
					watch.entry();
					watch.text(parsed.entry.message);
					watch.text(`${parsed.entry.unit}`);
					watch.text(`${parsed.entry.identifier}`);
				} else if (parsed.kind === 'garbage') watch.text(parsed.text);
		});
		if (fed % 10_000 === 9999) reader = createJournalReader();
	}
	return {fed: count, sessions: 0, ended: 0, ...watch.result()};
};

const createWatch = () => {
	const prototype = Object.getOwnPropertyNames(Object.prototype).join();
	let [texts, entries, slowestMs] = [0, 0, 0];
	return {
		time: (act: () => void) => {
			const began = performance.now();
			act();
			slowestMs = Math.max(slowestMs, performance.now() - began);
		},
		/** Only what is clean may reach a terminal. */
		text: (text: string) => {
			texts += 1;
			const painted: string = shown(text.slice(0, 4096));
			if (forbidden.test(painted)) throw new Error(`an escape gets through: ${JSON.stringify(text)}`);
		},
		entry: () => {
			entries += 1;
		},
		result: () => {
			if (Object.getOwnPropertyNames(Object.prototype).join() !== prototype)
				throw new Error('a prototype was changed');
			return {texts, entries, slowestMs};
		},
	};
};

const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const openSession = (watch: ReturnType<typeof createWatch>) => {
	const reader = createJournalReader();
	const answers = createAnswerReader(nonce, {
		probe: facts => facts.missing.forEach(watch.text),
		journal: bytes => {
			for (const parsed of reader.push(bytes)) if (parsed.kind === 'entry') watch.text(parsed.entry.message);
		},
		live: watch.text,
		end: () => undefined,
		stray: watch.text,
		damaged: watch.text,
	});
	const states = createStateReader(nonce, {
		units: units => {
			for (const {id} of units) watch.text(id);
		},
		said: watch.text,
	});
	const session = createSession({
		clientVersion: '1.2.889.0',
		sessionId: 'me-1',
		targetId: 'i-0123456789abcdef0',
		expectedTypes: null,
		keys: null,
		acknowledgeChallenge: true,
		transmit: () => undefined,
		wallNow: () => 1_795_372_181_332,
		handlers: {
			stdout: bytes => answers.push(bytes),
			stderr: bytes => states.push(bytes),
			exitCode: () => undefined,
			customerMessage: watch.text,
			ready: () => undefined,
			ended: end => watch.text(end.kind === 'closed' ? end.output : end.why),
		},
	});
	return {session, turn: {next: 0}};
};

/** A recorded frame with some bytes changed, cut off, or put in: most have a wrong digest then. */
const mutatedVector = (chance: Chance): Buffer =>
	mutated(binaryVectors[chance(binaryVectors.length)] ?? Buffer.alloc(0), chance);

/** A frame that is whole by its header and digest, with any type, number and content. */
const builtFrame = (chance: Chance, turn: {next: number}): Buffer => {
	const isData = chance(8) > 0;
	const otherType = chance(4) === 0 ? chance(otherTypes.length) : chance(3);
	// Mostly in turn, or nothing would ever be delivered.
	const isInTurn = isData && chance(5) > 0;
	return encodeFrame({
		messageType: isData ? 'output_stream_data' : (otherTypes[otherType] ?? ''),
		schemaVersion: 1,
		createdDate: 1_795_372_181_326,
		sequenceNumber: isInTurn ? turn.next++ : chance(chance(2) === 0 ? 64 : 1 << 20),
		flags: chance(4),
		// Mostly what carries text; a broken handshake ends a session at once.
		payloadType: [1, 1, 1, 11, 11, 12, chance(14), chance(2 ** 32)][chance(8)] ?? 1,
		payload: payload(chance),
	});
};

const payload = (chance: Chance): Buffer => {
	const kind = chance(4);
	if (kind === 0) return Buffer.from(corpus[chance(corpus.length)]?.text ?? '');
	if (kind === 1) return Buffer.from(markers[chance(markers.length)] ?? '');
	const vector = binaryVectors[chance(binaryVectors.length)] ?? Buffer.alloc(120);
	const recorded = vector.subarray(120);
	return kind === 2 ? recorded : mutated(recorded, chance);
};

const mutated = (given: Buffer, chance: Chance): Buffer => {
	let bytes = Buffer.from(given);
	for (let changes = chance(4); changes >= 0 && bytes.length > 0; changes -= 1) {
		const at = chance(bytes.length);
		const what = chance(4);
		if (what === 0) bytes[at] = chance(256);
		else if (what === 1) bytes = bytes.subarray(0, at);
		else if (what === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + chance(8))]);
		else {
			const piece = Buffer.from(corpus[chance(corpus.length)]?.text ?? '');
			bytes = Buffer.concat([bytes.subarray(0, at), piece.subarray(0, 60), bytes.subarray(at)]);
		}
	}
	return bytes;
};
