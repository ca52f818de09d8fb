/**
 * Chunks of bytes to lines, decoded one line at a time: a chunk ends anywhere, also inside a character.
 * A line longer than the cap keeps its head and a short tail; the bytes between are counted.
 */
export type SplitLine = {
	/** Without its line end. At most `maxLineBytes`. */
	readonly text: string;
	/** Bytes left out by the cap; 0 for nearly every line. */
	readonly cutBytes: number;
	/** The end of a cut line, '' otherwise. */
	readonly tail: string;
};

export type LineSplitter = {
	/** Calls `onLine` for each line completed by this chunk. Empty lines are skipped. */
	readonly push: (chunk: Uint8Array, onLine: (line: SplitLine) => void) => void;
	/** The last line, if the input did not end with a line end. */
	readonly end: (onLine: (line: SplitLine) => void) => void;
};

export const maxLineBytes = 1024 * 1024;
const keptTailBytes = 4096;

export const createLineSplitter = (limit = maxLineBytes): LineSplitter => {
	let pieces: Buffer[] = [];
	let keptBytes = 0;
	let droppedBytes = 0;
	let tail: Buffer = Buffer.alloc(0);

	const keep = (piece: Buffer): void => {
		const room = limit - keptBytes;
		const head = piece.length > room ? piece.subarray(0, room) : piece;
		if (head.length > 0) {
			// A copy: the caller may reuse the chunk's memory before the line is complete.
			pieces.push(Buffer.from(head));
			keptBytes += head.length;
		}

		if (head.length < piece.length) {
			const rest = piece.subarray(head.length);
			droppedBytes += rest.length;
			tail = Buffer.concat([tail, rest.subarray(-keptTailBytes)]).subarray(-keptTailBytes);
		}
	};

	const flush = (onLine: (line: SplitLine) => void): void => {
		const text = Buffer.concat(pieces).toString('utf8');
		const line = {text, cutBytes: droppedBytes, tail: tail.toString('utf8')};
		pieces = [];
		keptBytes = 0;
		droppedBytes = 0;
		tail = Buffer.alloc(0);
		if (line.text !== '') {
			onLine(line);
		}
	};

	return {
		push: (chunk, onLine) => {
			const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
			let start = 0;
			for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
				if (keptBytes === 0 && end - start <= limit) {
					if (end > start) {
						onLine({text: bytes.toString('utf8', start, end), cutBytes: 0, tail: ''});
					}
				} else {
					keep(bytes.subarray(start, end));
					flush(onLine);
				}

				start = end + 1;
			}

			if (start < bytes.length) {
				keep(bytes.subarray(start));
			}
		},
		end: onLine => {
			if (keptBytes > 0) {
				flush(onLine);
			}
		},
	};
};
