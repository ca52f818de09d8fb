/**
 * Records of log lines as bytes: blocks of 1 MiB with the offsets beside them, so that a million lines are a few hundred
 * objects. Older blocks are paged out to disk where there is a file for it, and read back when they are asked for. An
 * index counts all records ever appended and stays valid while the oldest blocks fall out.
 */
import type {Hostile} from '../base/text.ts';
import {createNames} from './names.ts';
import type {Page, PageFile} from './page-file.ts';
import type {LogRow, StoredLine} from './types.ts';

/** What a record is appended from; a mark has no entry. */
export type NewLine = StoredLine & {readonly box: number};

/** Header fields alone, for filters that need no message. */
export type LineHead = {
	readonly isMark: boolean;
	readonly isError: boolean;
	readonly priority: number;
	readonly box: number;
	readonly unit: number;
	readonly identifier: number;
	readonly realtimeUs: number;
	readonly monotonicUs: number;
};

export type LineBlocks = {
	readonly append: (line: NewLine, is: {readonly error: boolean; readonly repeat: boolean}) => number;
	readonly appendMark: (text: Hostile) => number;
	/** First index still held, and one past the last. */
	readonly first: () => number;
	readonly end: () => number;
	readonly row: (index: number) => LogRow | null;
	readonly head: (index: number) => LineHead | null;
	/** Whether the boot's unit said a line of this shape before. */
	readonly isRepeat: (index: number) => boolean;
	/** The message's bytes; valid until the block falls out. */
	readonly messageBytes: (index: number) => Buffer | null;
	/**
	 * Calls back for each block that holds records in [from, end), until `mostReads` of them were read from disk. Gives the
	 * index it came to.
	 */
	readonly scan: (from: number, visit: (block: BlockView) => void, mostReads: number) => number;
	readonly units: Names;
	readonly identifiers: Names;
	/**
	 * Takes the oldest block out of memory; gives the number of lines (marks excluded) that nobody can see any more. Null:
	 * the file for it is being opened.
	 */
	readonly evict: () => number | null;
	/** The oldest block goes for good, with the number of lines given. */
	readonly drop: () => number;
	/** Blocks in memory. */
	readonly blockCount: () => number;
	/** Bytes in memory. */
	readonly bytes: () => number;
	/** Blocks read back from disk so far. */
	readonly reads: () => number;
};

export type BlockView = {
	readonly bytes: Buffer;
	readonly firstIndex: number;
	readonly count: number;
	/** Start of the message of the n-th record of the block, and one past its end. */
	readonly messageAt: (n: number) => readonly [start: number, end: number];
	/** Numbers of the n-th record's unit and identifier; null for a mark. */
	readonly namesAt: (n: number) => {readonly unit: number; readonly identifier: number} | null;
	/** The record that holds the byte at `offset`. */
	readonly recordAt: (offset: number) => number;
};

type Names = ReturnType<typeof createNames>;

type BlockData = {readonly buffer: Buffer; offsets: Uint32Array};

type Block = {
	readonly firstIndex: number;
	/** Null while it is on disk alone. */
	data: BlockData | null;
	page: Page | null;
	count: number;
	used: number;
	lines: number;
};

type LoadedBlock = Block & {data: BlockData};

const blockBytes = 1024 * 1024;
const headerBytes = 40;
const flags = {mark: 1, error: 2, rawBytes: 4, packedCursor: 8, repeat: 16} as const;

/** Of what is on disk, so much stays to be looked at: lists of errors and matches grow with it. */
const mostPagedBytes = 1024 ** 3;
const mostPagedRecords = 8_000_000;
/** Blocks that were read back and are kept: scrolling goes back and forth over a few. */
const mostReadBack = 8;

export const createLineBlocks = (pages: PageFile | null = null): LineBlocks => {
	const blocks: Block[] = [];
	/** The first so many blocks are on disk. */
	let paged = 0;
	let pagedBytes = 0;
	let pagedRecords = 0;
	let reads = 0;
	/** Blocks on disk that are in memory too, the one used last at the end. */
	const readBack: LoadedBlock[] = [];
	const units = createNames(5000);
	const identifiers = createNames(5000);
	const boots = createNames(5000);
	const cursorFiles = createNames(5000);
	let end = 0;

	const room = (size: number): LoadedBlock => {
		const last = blocks.at(-1);
		if (last !== undefined && isLoaded(last) && last.used + size <= last.data.buffer.length) return last;
		const block: LoadedBlock = {
			firstIndex: end,
			data: {
				buffer: Buffer.allocUnsafeSlow(Math.max(blockBytes, size)),
				offsets: new Uint32Array(1024),
			},
			page: null,
			count: 0,
			used: 0,
			lines: 0,
		};
		blocks.push(block);
		return block;
	};

	const claim = (size: number) => {
		const block = room(size);
		const {data} = block;
		if (block.count === data.offsets.length) {
			const grown = new Uint32Array(data.offsets.length * 2);
			grown.set(data.offsets);
			data.offsets = grown;
		}
		const at = block.used;
		data.offsets[block.count] = at;
		block.count += 1;
		block.used += size;
		end += 1;
		return {block, at};
	};

	const append = (line: NewLine, is: {readonly error: boolean; readonly repeat: boolean}) => {
		const cursor = packCursor(line, cursorFiles);
		const cursorBytes = cursor.bytes.length;
		const messageBytes = Buffer.byteLength(line.message);
		const rawBytes = line.bytes?.length ?? 0;
		const {block, at} = claim(headerBytes + cursorBytes + messageBytes + rawBytes);
		const {buffer} = block.data;
		block.lines += 1;
		buffer[at] =
			(is.error ? flags.error : 0) |
			(is.repeat ? flags.repeat : 0) |
			(line.bytes === undefined ? 0 : flags.rawBytes) |
			(cursor.isPacked ? flags.packedCursor : 0);
		buffer[at + 1] = line.priority & 7;
		buffer.writeUInt16LE(line.box & 0xffff, at + 2);
		buffer.writeUInt32LE(line.pid >>> 0, at + 4);
		buffer.writeDoubleLE(line.realtimeUs, at + 8);
		buffer.writeDoubleLE(line.monotonicUs, at + 16);
		buffer.writeUInt16LE(units.number(line.unit), at + 24);
		buffer.writeUInt16LE(identifiers.number(line.identifier), at + 26);
		buffer.writeUInt16LE(boots.number(line.bootId), at + 28);
		buffer.writeUInt16LE(cursorBytes, at + 30);
		buffer.writeUInt32LE(messageBytes, at + 32);
		buffer.writeUInt32LE(rawBytes, at + 36);
		let offset = at + headerBytes;
		offset += cursor.bytes.copy(buffer, offset);
		offset += buffer.write(line.message, offset, 'utf8');
		if (line.bytes !== undefined) buffer.set(line.bytes, offset);
		return end - 1;
	};

	const appendMark = (text: Hostile) => {
		const messageBytes = Buffer.byteLength(text);
		const {block, at} = claim(headerBytes + messageBytes);
		const {buffer} = block.data;
		buffer.fill(0, at, at + headerBytes);
		buffer[at] = flags.mark;
		buffer.writeUInt32LE(messageBytes, at + 32);
		buffer.write(text, at + headerBytes, 'utf8');
		return end - 1;
	};

	const find = (index: number) => {
		let low = 0;
		let high = blocks.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((blocks[middle]?.firstIndex ?? 0) <= index) low = middle;
			else high = middle - 1;
		}
		const block = blocks[low];
		if (block === undefined || index < block.firstIndex || index >= block.firstIndex + block.count)
			return null;
		const loaded = load(block);
		return loaded === null ? null : {...loaded, at: loaded.offsets[index - block.firstIndex] ?? 0};
	};

	const load = (block: Block): BlockData | null => {
		if (block.page === null || pages === null) return block.data;
		if (isLoaded(block)) {
			readBack.push(...readBack.splice(readBack.indexOf(block), 1));
			return block.data;
		}
		reads += 1;
		const bytes = pages.read(block.page);
		if (bytes === null) return null;
		const loaded = Object.assign(block, {data: unpacked(bytes, block)});
		readBack.push(loaded);
		if (readBack.length > mostReadBack) Object.assign(readBack.shift() ?? {}, {data: null});
		return loaded.data;
	};

	const drop = (): number => {
		const block = blocks.shift();
		if (block === undefined) return 0;
		if (block.page !== null) {
			paged -= 1;
			pagedBytes -= block.used;
			pagedRecords -= block.count;
			pages?.forget(block.page);
			if (isLoaded(block) && readBack.includes(block)) readBack.splice(readBack.indexOf(block), 1);
		}
		return block.lines;
	};

	const evict = (): number | null => {
		const block = blocks[paged];
		if (block === undefined || !isLoaded(block)) return 0;
		if (pages?.state() === 'opening') return null;
		const page = pages?.write(packed(block)) ?? null;
		let lost = 0;
		if (page === null) {
			// Records follow each other without a gap: what is older goes too.
			for (let older = paged; older >= 0; older -= 1) lost += drop();
			return lost;
		}
		Object.assign(block, {page, data: null});
		paged += 1;
		pagedBytes += block.used;
		pagedRecords += block.count;
		while (pagedBytes > mostPagedBytes || pagedRecords > mostPagedRecords) lost += drop();
		return lost;
	};

	const messageRange = (buffer: Buffer, at: number): readonly [number, number] => {
		const start = at + headerBytes + buffer.readUInt16LE(at + 30);
		return [start, start + buffer.readUInt32LE(at + 32)];
	};

	const headAt = (buffer: Buffer, at: number): LineHead => ({
		isMark: ((buffer[at] ?? 0) & flags.mark) !== 0,
		isError: ((buffer[at] ?? 0) & flags.error) !== 0,
		priority: buffer[at + 1] ?? 6,
		box: buffer.readUInt16LE(at + 2),
		unit: buffer.readUInt16LE(at + 24),
		identifier: buffer.readUInt16LE(at + 26),
		realtimeUs: buffer.readDoubleLE(at + 8),
		monotonicUs: buffer.readDoubleLE(at + 16),
	});

	const row = (index: number): LogRow | null => {
		const found = find(index);
		if (found === null) return null;
		const {buffer, at} = found;
		const [start, stop] = messageRange(buffer, at);
		const message: Hostile = buffer.toString('utf8', start, stop);
		const head = headAt(buffer, at);
		if (head.isMark) return {kind: 'mark', index, text: message};
		const bootId = boots.name(buffer.readUInt16LE(at + 28));
		const packed = buffer.subarray(at + headerBytes, start);
		const isPacked = ((buffer[at] ?? 0) & flags.packedCursor) !== 0;
		const rawBytes = buffer.readUInt32LE(at + 36);
		const entry: StoredLine = {
			realtimeUs: head.realtimeUs,
			monotonicUs: head.monotonicUs,
			bootId,
			unit: units.name(head.unit),
			identifier: identifiers.name(head.identifier),
			priority: head.priority,
			pid: buffer.readUInt32LE(at + 4),
			message,
			cursor: isPacked ? unpackCursor(packed, {...head, bootId}, cursorFiles) : packed.toString('latin1'),
		};
		return {
			kind: 'line',
			index,
			box: head.box,
			entry:
				rawBytes === 0 ? entry : {...entry, bytes: Uint8Array.from(buffer.subarray(stop, stop + rawBytes))},
		};
	};

	return {
		append,
		appendMark,
		first: () => blocks[0]?.firstIndex ?? end,
		end: () => end,
		row,
		head: index => {
			const found = find(index);
			return found === null ? null : headAt(found.buffer, found.at);
		},
		isRepeat: index => {
			const found = find(index);
			return found !== null && ((found.buffer[found.at] ?? 0) & flags.repeat) !== 0;
		},
		messageBytes: index => {
			const found = find(index);
			if (found === null) return null;
			const [start, stop] = messageRange(found.buffer, found.at);
			return found.buffer.subarray(start, stop);
		},
		scan: (from, visit, mostReads) => {
			const readBefore = reads;
			for (const block of blocks) {
				const next = block.firstIndex + block.count;
				if (next <= from) continue;
				if (reads - readBefore >= mostReads && !isLoaded(block)) return block.firstIndex;
				const data = load(block);
				if (data !== null) visit(viewOf(block, data));
			}
			return end;
		},
		units,
		identifiers,
		evict,
		drop,
		blockCount: () => blocks.length - paged,
		bytes: () =>
			blocks.reduce(
				(sum, {data}) => (data === null ? sum : sum + data.buffer.length + data.offsets.byteLength),
				0,
			),
		reads: () => reads,
	};

	function viewOf({firstIndex, count, used}: Block, {buffer, offsets}: BlockData): BlockView {
		return {
			bytes: buffer.subarray(0, used),
			firstIndex,
			count,
			messageAt: n => messageRange(buffer, offsets[n] ?? 0),
			namesAt: n => {
				const at = offsets[n] ?? 0;
				return ((buffer[at] ?? 0) & flags.mark) !== 0
					? null
					: {unit: buffer.readUInt16LE(at + 24), identifier: buffer.readUInt16LE(at + 26)};
			},
			recordAt: offset => recordAt(offsets, count, offset),
		};
	}
};

const isLoaded = (block: Block): block is LoadedBlock => block.data !== null;

/** A page is the offsets and then the bytes of its records. */
const packed = ({data: {buffer, offsets}, count, used}: LoadedBlock): Buffer =>
	Buffer.concat([Buffer.from(offsets.buffer, 0, count * 4), buffer.subarray(0, used)]);

const unpacked = (bytes: Buffer, {count}: Block): BlockData => {
	const offsets = new Uint32Array(count);
	Buffer.from(offsets.buffer).set(bytes.subarray(0, count * 4));
	return {buffer: bytes.subarray(count * 4), offsets};
};

const recordAt = (offsets: Uint32Array, count: number, offset: number) => {
	let low = 0;
	let high = count - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((offsets[middle] ?? 0) <= offset) low = middle;
		else high = middle - 1;
	}
	return low;
};

const cursorShape =
	/^s=([0-9a-f]{32});i=([0-9a-f]{1,13});b=([0-9a-f]{32});m=([0-9a-f]{1,13});t=([0-9a-f]{1,13});x=([0-9a-f]{1,16})$/;

/** A cursor is 120 bytes, and most of them stand in the record already: 2 for its file, 8 number, 8 own monotonic time, 8 hash. */
const packCursor = (line: StoredLine, files: Names): {readonly bytes: Buffer; readonly isPacked: boolean} => {
	if (line.cursor === '') return {bytes: noBytes, isPacked: false};
	const match = cursorShape.exec(line.cursor);
	const [, file = '', number = '', boot = '', monotonic = '', realtime = '', hash = ''] = match ?? [];
	const isDerivable =
		match !== null && boot === line.bootId && Number.parseInt(realtime, 16) === line.realtimeUs;
	const fileNumber = isDerivable ? files.number(file) : 0;
	if (!isDerivable || files.name(fileNumber) !== file)
		return {bytes: Buffer.from(line.cursor, 'latin1'), isPacked: false};
	const bytes = Buffer.allocUnsafe(26);
	bytes.writeUInt16LE(fileNumber, 0);
	bytes.writeDoubleLE(Number.parseInt(number, 16), 2);
	bytes.writeDoubleLE(Number.parseInt(monotonic, 16), 10);
	bytes.writeBigUInt64LE(BigInt(`0x${hash}`), 18);
	return {bytes, isPacked: true};
};

const unpackCursor = (
	bytes: Buffer,
	{bootId, realtimeUs}: {readonly bootId: string; readonly realtimeUs: number},
	files: Names,
) =>
	`s=${files.name(bytes.readUInt16LE(0))};i=${bytes.readDoubleLE(2).toString(16)};b=${bootId};m=${bytes.readDoubleLE(10).toString(16)};t=${realtimeUs.toString(16)};x=${bytes.readBigUInt64LE(18).toString(16)}`;

const noBytes = Buffer.alloc(0);
