/** Pipes between commands of one line, in memory, with back-pressure and broken ends. */

export type Input = {
	/** The next bytes, or null at the end. */
	readonly read: () => Promise<Buffer | null>;
	/** Puts bytes back that were read too far. */
	readonly unread: (bytes: Buffer) => void;
	/** The reader goes: whoever writes is told. */
	readonly leave: () => void;
};

export type Output = {
	/** Throws `BrokenPipe` when nobody reads any more. */
	readonly write: (bytes: Buffer | string) => Promise<void>;
};

export class BrokenPipe extends Error {
	override readonly name = 'BrokenPipe';
}

/** The session is over: unwinds whatever runs. */
export class Stopped extends Error {
	override readonly name = 'Stopped';
}

const fullBytes = 64 * 1024;

export const createPipe = (signal: AbortSignal): Input & Output & {readonly end: () => void} => {
	const chunks: Buffer[] = [];
	let size = 0;
	let isEnded = false;
	let isLeft = false;
	let waiting: (() => void)[] = [];
	const wake = () => {
		const woken = waiting;
		waiting = [];
		for (const next of woken) next();
	};
	const changed = () => new Promise<void>(resolve => waiting.push(resolve));
	const check = () => {
		if (signal.aborted) throw new Stopped();
	};
	signal.addEventListener('abort', wake, {once: true});
	return {
		async read() {
			for (;;) {
				check();
				const chunk = chunks.shift();
				if (chunk !== undefined) {
					size -= chunk.length;
					wake();
					return chunk;
				}
				if (isEnded) return null;
				await changed();
			}
		},
		unread(bytes) {
			if (bytes.length === 0) return;
			chunks.unshift(bytes);
			size += bytes.length;
		},
		leave() {
			isLeft = true;
			chunks.length = 0;
			wake();
		},
		async write(data) {
			check();
			if (isLeft) throw new BrokenPipe();
			const bytes = typeof data === 'string' ? Buffer.from(data) : data;
			if (bytes.length === 0) return;
			chunks.push(bytes);
			size += bytes.length;
			wake();
			while (size > fullBytes && !isLeft) {
				await changed();
				check();
			}
			if (isLeft) throw new BrokenPipe();
		},
		end() {
			isEnded = true;
			wake();
		},
	};
};

export const nothing: Input & Output = {
	read: async () => null,
	unread: () => undefined,
	leave: () => undefined,
	write: async () => undefined,
};

/** Everything that comes, up to a cap. */
export const readAll = async (input: Input, most = 16 * 1024 * 1024): Promise<Buffer> => {
	const chunks: Buffer[] = [];
	let total = 0;
	for (let chunk = await input.read(); chunk !== null; chunk = await input.read()) {
		total += chunk.length;
		if (total > most) throw new BrokenPipe();
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
};

/** Lines without their ends; the last one may lack it. */
export async function* readLines(
	input: Input,
): AsyncGenerator<{readonly line: Buffer; readonly ended: boolean}> {
	let rest: Buffer = Buffer.alloc(0);
	for (let chunk = await input.read(); chunk !== null; chunk = await input.read()) {
		let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
			yield {line: bytes.subarray(0, end), ended: true};
			bytes = bytes.subarray(end + 1);
		}
		rest = bytes;
	}
	if (rest.length > 0) yield {line: rest, ended: false};
}
