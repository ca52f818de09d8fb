/**
 * Blocks of log lines that memory has no room for, on disk: packed, in files that have no name any more, so that nobody
 * else opens them and nothing of them outlives the process. What is meant to outlive it is the spool.
 */
import {readSync, writeSync} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {constants, zstdCompressSync, zstdDecompressSync} from 'node:zlib';
import {openNameless} from '../base/safe-files.ts';

export type Page = {readonly file: PageSegment; readonly at: number; readonly length: number};

export type PageFile = {
	/** 'opening' for a moment: what is to be written waits. 'broken' for good: see `problem`. */
	readonly state: () => 'opening' | 'ready' | 'broken';
	/** Null where the disk does not take it. */
	readonly write: (bytes: Uint8Array) => Page | null;
	/** Null where the disk does not give it back. */
	readonly read: (page: Page) => Buffer | null;
	/** The page is not read any more. */
	readonly forget: (page: Page) => void;
	readonly problem: () => string | null;
	readonly close: () => Promise<void>;
};

type PageSegment = {readonly handle: FileHandle; size: number; pages: number};

/** Room is given back a file at a time. */
const segmentBytes = 64 * 1024 ** 2;
const packing = {params: {[constants.ZSTD_c_compressionLevel]: 1}};

/** `folder` is one of ours, made where it is missing; a file in it is opened when `state` is first asked. */
export const createPageFile = (folder: string): PageFile => {
	const segments = new Set<PageSegment>();
	let current: PageSegment | null = null;
	let opening: Promise<void> | null = null;
	let problem: string | null = null;
	let isClosed = false;

	const open = async () => {
		try {
			const handle = await openNameless(folder);
			if (isClosed) {
				await handle.close();
				return;
			}
			if (current?.pages === 0) await release(current);
			current = {handle, size: 0, pages: 0};
			segments.add(current);
		} catch (error) {
			fail(error);
		} finally {
			opening = null;
		}
	};
	const fail = (error: unknown) => {
		problem = error instanceof Error ? error.message : String(error);
	};
	const state = () => {
		if (problem !== null || isClosed) return 'broken';
		if (current !== null && current.size < segmentBytes) return 'ready';
		opening ??= open();
		return 'opening';
	};
	const release = async (segment: PageSegment) => {
		segments.delete(segment);
		try {
			await segment.handle.close();
		} catch (error) {
			fail(error);
		}
	};

	return {
		state,
		write: bytes => {
			if (state() !== 'ready' || current === null) return null;
			const packed = zstdCompressSync(bytes, packing);
			const {handle, size} = current;
			try {
				for (let done = 0; done < packed.length; )
					done += writeSync(handle.fd, packed, done, packed.length - done, size + done);
			} catch (error) {
				fail(error);
				return null;
			}
			current.size += packed.length;
			current.pages += 1;
			return {file: current, at: size, length: packed.length};
		},
		read: ({file, at, length}) => {
			const packed = Buffer.allocUnsafe(length);
			try {
				for (let done = 0; done < length; ) {
					const read = readSync(file.handle.fd, packed, done, length - done, at + done);
					if (read === 0) throw new Error('a page of the log is not whole');
					done += read;
				}
				return zstdDecompressSync(packed);
			} catch (error) {
				fail(error);
				return null;
			}
		},
		forget: ({file}) => {
			file.pages -= 1;
			if (file.pages === 0 && file !== current) void release(file);
		},
		problem: () => problem,
		close: async () => {
			isClosed = true;
			current = null;
			await opening;
			await Promise.all([...segments].map(release));
		},
	};
};
