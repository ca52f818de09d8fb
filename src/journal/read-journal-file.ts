/** A journal file on this machine, as `journalctl -o json` wrote it: plain, .gz, .zst, or '-' for standard input. */
import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {Readable} from 'node:stream';
import {constants, createGunzip, createZstdDecompress} from 'node:zlib';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {createJournalReader} from './journal-reader.ts';
import type {ParsedLine} from './parse-entry.ts';
import {createFrameCutter} from './zstd-frames.ts';

export type JournalFilePart =
	/** What was read since the last part, in order. */
	| {readonly kind: 'lines'; readonly lines: readonly ParsedLine[]}
	/** Last part of a file that was not read to its end: over a cap, or damaged. What came before stands. */
	| {readonly kind: 'incomplete'; readonly why: Hostile};

export type JournalFileCaps = {
	readonly maxBytes: number;
	readonly maxEntries: number;
};

const defaultCaps: JournalFileCaps = {maxBytes: 4 * 1024 ** 3, maxEntries: 5_000_000};
const maxWindowLog = 27;
const chunkBytes = 256 * 1024;

export async function* readJournalFile(
	path: string,
	options: {
		readonly caps?: Partial<JournalFileCaps>;
		readonly stdin?: Readable;
		readonly signal?: AbortSignal;
	} = {},
): AsyncGenerator<JournalFilePart, void, void> {
	const caps = {...defaultCaps, ...options.caps};
	const reader = createJournalReader();
	let bytes = 0;
	try {
		for await (const chunk of openBytes(path, options.stdin)) {
			options.signal?.throwIfAborted();
			bytes += chunk.length;
			yield {kind: 'lines', lines: reader.push(chunk)};
			const over = overCap({bytes, entries: reader.counts().entries}, caps);
			if (over !== undefined) {
				yield {kind: 'incomplete', why: over};
				return;
			}
		}
	} catch (error) {
		if (!isDamage(error)) {
			throw error;
		}

		yield {kind: 'lines', lines: reader.end()};
		yield {kind: 'incomplete', why: `the file is damaged after ${bytes} bytes: ${error.message}`};
		return;
	}

	yield {kind: 'lines', lines: reader.end()};
}

const overCap = (
	read: {readonly bytes: number; readonly entries: number},
	caps: JournalFileCaps,
): string | undefined => {
	if (read.bytes > caps.maxBytes) {
		return `stopped at ${caps.maxBytes} bytes of text`;
	}

	return read.entries >= caps.maxEntries ? `stopped at ${caps.maxEntries} entries` : undefined;
};

/** Errors of a compressed stream: cut short, not what its magic says, a window larger than we allow. */
const isDamage = (error: unknown): error is Error & {code: string} =>
	error instanceof Error &&
	'code' in error &&
	typeof error.code === 'string' &&
	(error.code.startsWith('Z_') ||
		error.code.startsWith('ZSTD_') ||
		error.code === 'ERR_ZLIB_INITIALIZATION_FAILED');

async function* openBytes(path: string, stdin: Readable | undefined): AsyncGenerator<Uint8Array, void, void> {
	const source = path === '-' ? (stdin ?? process.stdin) : await openFile(path);
	try {
		const [head, whole] = await peek(source);
		const kind = kindOf(head);
		if (kind === 'journal') {
			throw binaryJournal(path);
		}

		yield* kind === 'plain' ? whole : decompress(kind, whole);
	} finally {
		source.destroy();
	}
}

async function* decompress(
	kind: 'gzip' | 'zstd',
	whole: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
	const decompressor =
		kind === 'gzip'
			? createGunzip({chunkSize: chunkBytes})
			: createZstdDecompress({
					chunkSize: chunkBytes,
					params: {[constants.ZSTD_d_windowLogMax]: maxWindowLog},
				});
	const compressed = Readable.from(kind === 'gzip' ? whole : frameByFrame(whole), {objectMode: false});
	compressed.on('error', error => decompressor.destroy(error));
	compressed.pipe(decompressor);
	try {
		yield* decompressor;
	} finally {
		decompressor.destroy();
		compressed.destroy();
	}
}

async function* frameByFrame(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
	const cutter = createFrameCutter();
	for await (const chunk of chunks) {
		yield* cutter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
	}
}

const openFile = async (path: string): Promise<Readable> => {
	try {
		const handle = await open(path, 'r');
		const stat = await handle.stat();
		if (stat.isDirectory()) {
			await handle.close();
			throw new UnflapError('bad-input', `${path} is a directory, not a journal file`);
		}

		return createReadStream(path, {fd: handle, highWaterMark: chunkBytes});
	} catch (error) {
		if (error instanceof UnflapError) {
			throw error;
		}

		throw new UnflapError(
			'bad-input',
			`Could not read ${path}: ${error instanceof Error ? error.message : error}`,
			{
				next: ['journalctl -b -o json --no-pager > boot.jsonl   (on the box)'],
				cause: error,
			},
		);
	}
};

const peek = async (source: Readable): Promise<[Buffer, AsyncGenerator<Uint8Array, void, void>]> => {
	const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let length = 0;
	let done = false;
	while (length < 8 && !done) {
		const next = await iterator.next();
		done = next.done === true;
		if (!next.done) {
			const piece = Buffer.from(next.value);
			first.push(piece);
			length += piece.length;
		}
	}

	const head = Buffer.concat(first);
	return [head, rest(head, iterator)];
};

async function* rest(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array, void, void> {
	if (head.length > 0) {
		yield head;
	}

	for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
		yield next.value;
	}
}

/** By content, not by name: people rename files. */
const kindOf = (head: Buffer): 'plain' | 'gzip' | 'zstd' | 'journal' => {
	if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) {
		return 'gzip';
	}

	if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) {
		return 'zstd';
	}

	return head.subarray(0, 8).toString('latin1') === 'LPKSHHRH' ? 'journal' : 'plain';
};

const binaryJournal = (path: string): UnflapError =>
	new UnflapError('bad-input', `${path} is a journal file in systemd's own binary format`, {
		meaning: "unflap reads journalctl's JSON, which is the same on every version of systemd.",
		next: ['journalctl --file=FILE -o json --no-pager > boot.jsonl, then unflap boot --journal boot.jsonl'],
	});
