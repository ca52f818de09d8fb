/**
 * Reads what the follow line (follow-line.ts) writes to standard output: markers with this session's nonce, the packed
 * backlog, and the journal itself. A marker without the nonce is text like any other (threats.md Q6).
 */
import {createGunzip} from 'node:zlib';
import {type BoxFacts, parseProbe} from './probe.ts';

export type AnswerHandlers = {
	readonly probe: (facts: BoxFacts) => void;
	/** Journal lines as journalctl wrote them; pieces end anywhere. */
	readonly journal: (bytes: Uint8Array, part: 'backlog' | 'live') => void;
	/** The backlog is complete; what follows starts at `cursor`, inclusive (empty: at the start of the boot). */
	readonly live: (cursor: string) => void;
	/** Everything was sent, nothing is followed. */
	readonly end: () => void;
	/** A line that is none of ours, e.g. of a login script. */
	readonly stray: (line: string) => void;
	/** The packed backlog is damaged: what was read stands, and is not complete. */
	readonly damaged: (why: string) => void;
};

export type AnswerReader = {
	readonly push: (bytes: Uint8Array) => void;
	/** Nothing more will be pushed; resolves when all that came whole has been handed on. */
	readonly close: () => Promise<void>;
};

/** A backlog may not unpack to more (threats.md X1). */
const maxBacklogBytes = 4 * 1024 ** 3;
const maxLineBytes = 8 * 1024 * 1024;

type Part = 'head' | 'packed' | 'plain' | 'live' | 'over';

export const createAnswerReader = (nonce: string, handlers: AnswerHandlers): AnswerReader => {
	let part: Part = 'head';
	let rest: Buffer = Buffer.alloc(0);
	const unpacker = createUnpacker(handlers);
	const markerStart = `:${nonce}:`;

	const marker = (line: string) => {
		const [name = '', ...words] = line.slice(markerStart.length).split(' ');
		const argument = words.join(' ');
		if (name === 'probe') handlers.probe(parseProbe(argument));
		else if (name === 'backlog') part = argument === 'gzip' ? 'packed' : 'plain';
		else if (name === 'live' || name === 'end') {
			unpacker.finish();
			part = name === 'live' ? 'live' : 'over';
			unpacker.after(() => (name === 'live' ? handlers.live(argument) : handlers.end()));
		} else handlers.stray(line);
	};

	const line = (bytes: Buffer) => {
		const isOurs = bytes[0] === 0x3a && bytes.toString('latin1', 0, markerStart.length) === markerStart;
		if (isOurs) marker(bytes.toString('latin1'));
		else if (part === 'packed') unpacker.write(bytes.toString('latin1'));
		else if (part === 'plain') handlers.journal(Buffer.concat([bytes, newline]), 'backlog');
		else if (bytes.length > 0) handlers.stray(bytes.toString('utf8').slice(0, 2000));
	};

	const lines = (given: Buffer) => {
		let bytes = rest.length === 0 ? given : Buffer.concat([rest, given]);
		while (part !== 'live') {
			const end = bytes.indexOf(0x0a);
			if (end < 0) break;
			line(bytes.subarray(0, end));
			bytes = bytes.subarray(end + 1);
		}
		if (part === 'live') {
			rest = Buffer.alloc(0);
			if (bytes.length > 0) pass(bytes);
			return;
		}
		rest = Buffer.from(bytes);
		if (rest.length <= maxLineBytes) return;
		handlers.damaged(`a line of more than ${maxLineBytes} bytes before the live journal was left out`);
		rest = Buffer.alloc(0);
	};

	const pass = (bytes: Buffer) => {
		if (unpacker.isIdle()) handlers.journal(bytes, 'live');
		else {
			const copy = Buffer.from(bytes);
			unpacker.after(() => handlers.journal(copy, 'live'));
		}
	};

	return {
		push: bytes => {
			const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
			if (part === 'live') pass(buffer);
			else lines(buffer);
		},
		close: () => {
			unpacker.cutShort();
			return new Promise(resolve => unpacker.after(resolve));
		},
	};
};

const newline = Buffer.from('\n');

/** gzip inside base64 lines; whatever comes after it waits until it is unpacked. */
const createUnpacker = (handlers: Pick<AnswerHandlers, 'journal' | 'damaged'>) => {
	let gunzip: ReturnType<typeof createGunzip> | null = null;
	let total = 0;
	let busy = false;
	let isWhole = false;
	const waiting: (() => void)[] = [];
	const done = () => {
		busy = false;
		for (const next of waiting.splice(0)) next();
	};
	const damaged = (why: string) => {
		if (!busy) return;
		handlers.damaged(why);
		gunzip?.destroy();
		done();
	};
	const start = () => {
		busy = true;
		const stream = createGunzip();
		stream.on('data', (bytes: Buffer) => {
			total += bytes.length;
			if (total > maxBacklogBytes) damaged('the backlog is larger than 4 GiB');
			else if (busy) handlers.journal(bytes, 'backlog');
		});
		stream.on('end', () => busy && done());
		stream.on('error', error => damaged(error.message));
		return stream;
	};
	return {
		write: (line: string) => {
			gunzip ??= start();
			if (!busy) return;
			if (/^[A-Za-z0-9+/=]*$/.test(line)) gunzip.write(Buffer.from(line, 'base64'));
			else damaged('the backlog holds something that is no base64');
		},
		finish: () => {
			isWhole = true;
			gunzip?.end();
		},
		/** The link was lost in the middle: what is unpacked stands, the rest comes with the next session. */
		cutShort: () => {
			if (!busy || isWhole) return;
			gunzip?.destroy();
			done();
		},
		after: (action: () => void) => {
			if (busy) waiting.push(action);
			else action();
		},
		isIdle: () => !busy,
	};
};
