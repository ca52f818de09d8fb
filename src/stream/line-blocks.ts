/**
 * Records of log lines as bytes: blocks of 1 MiB of messages, and beside them what else is known of each line, so that a
 * million lines are a few hundred objects and a search reads messages alone. Older blocks are paged out to disk where there is a file for it, and read back when they are asked for. An
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
	/** The messages of its records, one after the other. */
	readonly bytes: Buffer;
	readonly firstIndex: number;
	readonly count: number;
	/** Start of the message of the n-th record in `bytes`, and one past its end. */
	readonly startOf: (n: number) => number;
	readonly endOf: (n: number) => number;
	/** Numbers of the n-th record's unit and identifier; null for a mark. */
	readonly namesAt: (n: number) => {readonly unit: number; readonly identifier: number} | null;
	/** The record whose message holds the byte at `offset`; it is none before `after`. */
	readonly recordAt: (offset: number, after: number) => number;
};

type Names = ReturnType<typeof createNames>;

type BlockData = {
	readonly text: Buffer;
	/** A head for each record: fixed fields, then its cursor and its raw bytes. */
	heads: Buffer;
	/** Where each head begins. */
	offsets: Uint32Array;
	/** Where each message begins in the text; it ends where the next one begins. */
	starts: Uint32Array;
};

type Block = {
	readonly firstIndex: number;
	/** Null while it is on disk alone. */
	data: BlockData | null;
	page: Page | null;
	count: number;
	/** Bytes of messages, and of heads. */
	textUsed: number;
	headsUsed: number;
	lines: number;
};

type LoadedBlock = Block & {data: BlockData};

const blockBytes = 1024 * 1024;
/** Blocks begin with so much room for heads, which doubles. */
const firstHeadBytes = 64 * 1024;
const headerBytes = 36;
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

	const room = (messageBytes: number): LoadedBlock => {
		const last = blocks.at(-1);
		if (last !== undefined && isLoaded(last)) {
			if (last.textUsed + messageBytes <= last.data.text.length) return last;
			// Nothing is added to it any more.
			Object.assign(last.data, {
				heads: Buffer.from(last.data.heads.subarray(0, last.headsUsed)),
				offsets: last.data.offsets.slice(0, last.count),
				starts: last.data.starts.slice(0, last.count),
			});
		}
		const block: LoadedBlock = {
			firstIndex: end,
			data: {
				text: Buffer.allocUnsafeSlow(Math.max(blockBytes, messageBytes)),
				heads: Buffer.allocUnsafeSlow(firstHeadBytes),
				offsets: new Uint32Array(1024),
				starts: new Uint32Array(1024),
			},
			page: null,
			count: 0,
			textUsed: 0,
			headsUsed: 0,
			lines: 0,
		};
		blocks.push(block);
		return block;
	};

	/** Room for a record, with its message in it: its head begins at `at`. */
	const claim = (headBytes: number, message: Hostile) => {
		const messageBytes = Buffer.byteLength(message);
		const block = room(messageBytes);
		const {data} = block;
		if (block.count === data.offsets.length) {
			data.offsets = doubled(data.offsets);
			data.starts = doubled(data.starts);
		}
		if (block.headsUsed + headBytes > data.heads.length) {
			const grown = Buffer.allocUnsafeSlow(Math.max(data.heads.length * 2, block.headsUsed + headBytes));
			data.heads.copy(grown, 0, 0, block.headsUsed);
			data.heads = grown;
		}
		const at = block.headsUsed;
		data.offsets[block.count] = at;
		data.starts[block.count] = block.textUsed;
		data.text.write(message, block.textUsed, 'utf8');
		block.count += 1;
		block.headsUsed += headBytes;
		block.textUsed += messageBytes;
		end += 1;
		return {block, heads: data.heads, at};
	};

	const append = (line: NewLine, is: {readonly error: boolean; readonly repeat: boolean}) => {
		const cursor = packCursor(line, cursorFiles);
		const cursorBytes = cursor.bytes.length;
		const rawBytes = line.bytes?.length ?? 0;
		const {block, heads, at} = claim(headerBytes + cursorBytes + rawBytes, line.message);
		block.lines += 1;
		heads[at] =
			(is.error ? flags.error : 0) |
			(is.repeat ? flags.repeat : 0) |
			(line.bytes === undefined ? 0 : flags.rawBytes) |
			(cursor.isPacked ? flags.packedCursor : 0);
		heads[at + 1] = line.priority & 7;
		heads.writeUInt16LE(line.box & 0xffff, at + 2);
		heads.writeUInt32LE(line.pid >>> 0, at + 4);
		heads.writeDoubleLE(line.realtimeUs, at + 8);
		heads.writeDoubleLE(line.monotonicUs, at + 16);
		heads.writeUInt16LE(units.number(line.unit), at + 24);
		heads.writeUInt16LE(identifiers.number(line.identifier), at + 26);
		heads.writeUInt16LE(boots.number(line.bootId), at + 28);
		heads.writeUInt16LE(cursorBytes, at + 30);
		heads.writeUInt32LE(rawBytes, at + 32);
		cursor.bytes.copy(heads, at + headerBytes);
		if (line.bytes !== undefined) heads.set(line.bytes, at + headerBytes + cursorBytes);
		return end - 1;
	};

	const appendMark = (text: Hostile) => {
		const {heads, at} = claim(headerBytes, text);
		heads.fill(0, at, at + 32);
		heads[at] = flags.mark;
		heads.writeUInt32LE(0, at + 32);
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
		if (loaded === null) return null;
		const n = index - block.firstIndex;
		return {heads: loaded.heads, at: loaded.offsets[n] ?? 0, message: messageOf(block, loaded, n)};
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
			pagedBytes -= sizeOf(block);
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
		pagedBytes += sizeOf(block);
		pagedRecords += block.count;
		while (pagedBytes > mostPagedBytes || pagedRecords > mostPagedRecords) lost += drop();
		return lost;
	};

	const row = (index: number): LogRow | null => {
		const found = find(index);
		if (found === null) return null;
		const {heads, at} = found;
		const message: Hostile = found.message.toString('utf8');
		const head = headAt(heads, at);
		if (head.isMark) return {kind: 'mark', index, text: message};
		const bootId = boots.name(heads.readUInt16LE(at + 28));
		const cursorEnd = at + headerBytes + heads.readUInt16LE(at + 30);
		const cursor = heads.subarray(at + headerBytes, cursorEnd);
		const isPacked = ((heads[at] ?? 0) & flags.packedCursor) !== 0;
		const rawBytes = heads.readUInt32LE(at + 32);
		const entry: StoredLine = {
			realtimeUs: head.realtimeUs,
			monotonicUs: head.monotonicUs,
			bootId,
			unit: units.name(head.unit),
			identifier: identifiers.name(head.identifier),
			priority: head.priority,
			pid: heads.readUInt32LE(at + 4),
			message,
			cursor: isPacked ? unpackCursor(cursor, {...head, bootId}, cursorFiles) : cursor.toString('latin1'),
		};
		const hasRaw = ((heads[at] ?? 0) & flags.rawBytes) !== 0;
		const bytes = Uint8Array.from(heads.subarray(cursorEnd, cursorEnd + rawBytes));
		return {kind: 'line', index, box: head.box, entry: hasRaw ? {...entry, bytes} : entry};
	};

	return {
		append,
		appendMark,
		first: () => blocks[0]?.firstIndex ?? end,
		end: () => end,
		row,
		head: index => {
			const found = find(index);
			return found === null ? null : headAt(found.heads, found.at);
		},
		isRepeat: index => {
			const found = find(index);
			return found !== null && ((found.heads[found.at] ?? 0) & flags.repeat) !== 0;
		},
		messageBytes: index => find(index)?.message ?? null,
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
		bytes: () => blocks.reduce((sum, {data}) => (data === null ? sum : sum + memoryOf(data)), 0),
		reads: () => reads,
	};
};

const isLoaded = (block: Block): block is LoadedBlock => block.data !== null;
const sizeOf = ({textUsed, headsUsed}: Block): number => textUsed + headsUsed;
const memoryOf = ({text, heads, offsets, starts}: BlockData): number =>
	text.length + heads.length + offsets.byteLength + starts.byteLength;

const doubled = (numbers: Uint32Array): Uint32Array => {
	const grown = new Uint32Array(numbers.length * 2);
	grown.set(numbers);
	return grown;
};

const headAt = (heads: Buffer, at: number): LineHead => ({
	isMark: ((heads[at] ?? 0) & flags.mark) !== 0,
	isError: ((heads[at] ?? 0) & flags.error) !== 0,
	priority: heads[at + 1] ?? 6,
	box: heads.readUInt16LE(at + 2),
	unit: heads.readUInt16LE(at + 24),
	identifier: heads.readUInt16LE(at + 26),
	realtimeUs: heads.readDoubleLE(at + 8),
	monotonicUs: heads.readDoubleLE(at + 16),
});

const messageEnd = ({count, textUsed}: Block, {starts}: BlockData, n: number): number =>
	n + 1 < count ? (starts[n + 1] ?? 0) : textUsed;

const messageOf = (block: Block, data: BlockData, n: number): Buffer =>
	data.text.subarray(data.starts[n] ?? 0, messageEnd(block, data, n));

const viewOf = (block: Block, data: BlockData): BlockView => {
	const {firstIndex, count, textUsed} = block;
	const {text, heads, offsets, starts} = data;
	return {
		bytes: text.subarray(0, textUsed),
		firstIndex,
		count,
		startOf: n => starts[n] ?? 0,
		endOf: n => messageEnd(block, data, n),
		namesAt: n => {
			const at = offsets[n] ?? 0;
			return ((heads[at] ?? 0) & flags.mark) !== 0
				? null
				: {unit: heads.readUInt16LE(at + 24), identifier: heads.readUInt16LE(at + 26)};
		},
		recordAt: (offset, after) => {
			const beginsBefore = (n: number) => (starts[n] ?? 0) <= offset;
			let low = after;
			// Hits lie close together: the way to look doubles from the last one.
			let step = 1;
			while (low + step < count && beginsBefore(low + step)) {
				low += step;
				step *= 2;
			}
			let high = Math.min(count, low + step) - 1;
			while (low < high) {
				const middle = (low + high + 1) >> 1;
				if (beginsBefore(middle)) low = middle;
				else high = middle - 1;
			}
			return low;
		},
	};
};

/** A page is where heads and messages begin, the heads, and then the messages. */
const packed = ({data: {text, heads, offsets, starts}, count, textUsed, headsUsed}: LoadedBlock): Buffer =>
	Buffer.concat([
		Buffer.from(offsets.buffer, 0, count * 4),
		Buffer.from(starts.buffer, 0, count * 4),
		heads.subarray(0, headsUsed),
		text.subarray(0, textUsed),
	]);

const unpacked = (bytes: Buffer, {count, headsUsed}: Block): BlockData => {
	const headsAt = count * 8;
	const textAt = headsAt + headsUsed;
	return {
		offsets: numbersIn(bytes.subarray(0, count * 4)),
		starts: numbersIn(bytes.subarray(count * 4, headsAt)),
		heads: bytes.subarray(headsAt, textAt),
		text: bytes.subarray(textAt),
	};
};

/** Copied: what is read from disk begins at any byte. */
const numbersIn = (bytes: Buffer): Uint32Array => {
	const numbers = new Uint32Array(bytes.length / 4);
	Buffer.from(numbers.buffer).set(bytes);
	return numbers;
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
