/**
 * Cuts a zstd stream where its frames end. Node's decompressor drops what follows the end of a frame inside one chunk,
 * without an error; given frame by frame it reads on. Format: RFC 8878, section 3.1. Remove once Node reads on by itself.
 */
export type FrameCutter = {
	/** The chunk in pieces, none of which reaches over the end of a frame. Skippable frames are left out. */
	readonly push: (chunk: Buffer) => readonly Buffer[];
};

type Need = {readonly bytes: number; readonly read: (header: Buffer) => Step};
type Step =
	| {readonly kind: 'header'; readonly need: Need}
	| {readonly kind: 'pass'; readonly bytes: number; readonly next: () => Step; readonly drop: boolean}
	/** Not zstd: the decompressor says so itself. */
	| {readonly kind: 'all'};

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;

export const createFrameCutter = (): FrameCutter => {
	let step = startOfFrame();
	let held = Buffer.alloc(0);

	return {
		push: chunk => {
			const pieces: Buffer[] = [];
			let from = 0;
			while (from < chunk.length) {
				if (step.kind === 'all') {
					pieces.push(chunk.subarray(from));
					break;
				}

				const wanted = step.kind === 'header' ? step.need.bytes - held.length : step.bytes;
				const piece = chunk.subarray(from, from + wanted);
				from += piece.length;
				if (step.kind === 'header') {
					held = Buffer.concat([held, piece]);
					if (held.length < step.need.bytes) {
						break;
					}

					const header = held;
					held = Buffer.alloc(0);
					step = step.need.read(header);
					const isKept = !(step.kind === 'pass' && step.drop);
					if (isKept) {
						pieces.push(header);
					}
				} else {
					if (!step.drop && piece.length > 0) {
						pieces.push(piece);
					}

					step = piece.length < wanted ? {...step, bytes: wanted - piece.length} : step.next();
				}

				step = withoutEmptyPass(step);
			}

			return pieces;
		},
	};
};

const header = (bytes: number, read: Need['read']): Step => ({kind: 'header', need: {bytes, read}});

const pass = (bytes: number, next: () => Step, drop = false): Step => ({kind: 'pass', bytes, next, drop});

const withoutEmptyPass = (step: Step): Step => {
	let current = step;
	while (current.kind === 'pass' && current.bytes === 0) {
		current = current.next();
	}

	return current;
};

const startOfFrame = (): Step =>
	header(5, start => {
		const magic = start.readUInt32LE(0);
		if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
			return skippable(start);
		}

		return magic === frameMagic
			? pass(fieldBytes(start.readUInt8(4)), () => block(hasChecksum(start)))
			: {kind: 'all'};
	});

/** The fifth byte read is already the first of the size. */
const skippable = (start: Buffer): Step => {
	const first = start.readUInt8(4);
	return {
		kind: 'pass',
		bytes: 0,
		drop: true,
		next: () => ({
			kind: 'header',
			need: {
				bytes: 3,
				read: rest => pass(first + rest.readUIntLE(0, 3) * 256, startOfFrame, true),
			},
		}),
	};
};

const hasChecksum = (start: Buffer): boolean => (start.readUInt8(4) & 4) !== 0;

/** What follows the descriptor: window, dictionary id, size of the content. */
const fieldBytes = (descriptor: number): number => {
	const isSingle = (descriptor & 0x20) !== 0;
	const size = contentSizeBytes[(descriptor >> 6) as 0 | 1 | 2 | 3];
	const dictionary = dictionaryBytes[(descriptor & 3) as 0 | 1 | 2 | 3];
	return (isSingle ? 0 : 1) + dictionary + (size === 0 && isSingle ? 1 : size);
};

const block = (checksum: boolean): Step =>
	header(3, start => {
		const bits = start.readUIntLE(0, 3);
		const isLast = (bits & 1) !== 0;
		const isRepeat = ((bits >> 1) & 3) === 1;
		const next = isLast ? () => pass(checksum ? 4 : 0, startOfFrame) : () => block(checksum);
		return pass(isRepeat ? 1 : bits >> 3, next);
	});
