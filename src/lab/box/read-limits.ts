/**
 * Files of a recording folder: regular files below the folder alone, with caps (threats.md L4, X1). A folder may come
 * from anybody, so nothing in it is followed, trusted or read without end.
 */
import {constants, createReadStream, type Stats} from 'node:fs';
import {lstat, open, realpath} from 'node:fs/promises';
import {join, sep} from 'node:path';
import type {Readable} from 'node:stream';
import {createGunzip, createZstdDecompress, constants as zlibConstants} from 'node:zlib';
import {UnflapError} from '../../base/errors.ts';

export const limits = {
	/** One small file: console, facts, health. */
	textBytes: 16 * 1024 * 1024,
	/** Journal bytes after unpacking. */
	journalBytes: 1024 ** 3,
	entries: 500_000,
	lineBytes: 8 * 1024 * 1024,
	units: 5000,
	zstdWindowLog: 27,
} as const;

/** The folder's true path; refuses what is no folder. */
export const recordingRoot = async (folder: string): Promise<string> => {
	const facts = await factsOf(folder);
	if (facts === undefined || !facts.isDirectory())
		throw new UnflapError('bad-input', `${folder} is not a folder with a recording`);
	return realpath(folder);
};

/** undefined where nothing is there; whatever else keeps us from looking is an error. */
const factsOf = async (path: string): Promise<Stats | undefined> => {
	try {
		return await lstat(path);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw error;
	}
};

/** The first of `names` that is there, as text; undefined when none is. */
export const readText = async (root: string, ...names: readonly string[]): Promise<string | undefined> => {
	for (const name of names) {
		const stream = await openStream(root, name);
		if (stream === undefined) continue;
		const chunks: Buffer[] = [];
		let total = 0;
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			total += chunk.length;
			if (total > limits.textBytes) throw tooLarge(name);
			chunks.push(chunk);
		}
		return Buffer.concat(chunks).toString('utf8');
	}
	return undefined;
};

/** Lines of a file as bytes, one after the other; undefined when there is no such file. */
export const readLines = async (
	root: string,
	...names: readonly string[]
): Promise<AsyncIterable<Buffer> | undefined> => {
	for (const name of names) {
		const stream = await openStream(root, name);
		if (stream !== undefined) return splitLines(stream, name);
	}
	return undefined;
};

const openStream = async (root: string, name: string): Promise<Readable | undefined> => {
	for (const ending of ['', '.gz', '.zst']) {
		const path = join(root, name + ending);
		const facts = await factsOf(path);
		if (facts === undefined) continue;
		const isBelow = (await realpath(path)) === path && path.startsWith(root + sep);
		if (!facts.isFile() || !isBelow)
			throw new UnflapError('bad-input', `${name}${ending} is not a regular file of the recording's folder`);
		return unpacked(await openWithoutLinks(path), ending);
	}
	return undefined;
};

const openWithoutLinks = async (path: string) => {
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	return createReadStream(path, {fd: file});
};

const unpacked = (stream: Readable, ending: string): Readable => {
	if (ending === '') return stream;
	const unpacker =
		ending === '.gz'
			? createGunzip()
			: createZstdDecompress({params: {[zlibConstants.ZSTD_d_windowLogMax]: limits.zstdWindowLog}});
	stream.on('error', error => unpacker.destroy(error));
	// Whoever stops reading early lets go of the file too.
	unpacker.on('close', () => stream.destroy());
	return stream.pipe(unpacker);
};

async function* splitLines(stream: Readable, name: string): AsyncGenerator<Buffer> {
	// A long line comes in many chunks: they are joined once, when it ends.
	let parts: Buffer[] = [];
	let length = 0;
	let total = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		total += chunk.length;
		if (total > limits.journalBytes) throw tooLarge(name);
		let start = 0;
		for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
			const piece = chunk.subarray(start, end);
			yield parts.length === 0 ? piece : Buffer.concat([...parts, piece]);
			parts = [];
			length = 0;
			start = end + 1;
		}
		if (start < chunk.length) parts.push(chunk.subarray(start));
		length += chunk.length - start;
		if (length > limits.lineBytes) throw tooLarge(name);
	}
	if (parts.length > 0) yield Buffer.concat(parts);
}

const tooLarge = (name: string) => new UnflapError('bad-input', `${name} is larger than a recording may be`);
