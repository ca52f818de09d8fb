/**
 * What the agent does to output on its way (ssm-data-channel.md section 9): it reads at most 1,024 bytes, holds back up
 * to 3 bytes that do not end a character until the next read, loses them at the end of the stream, and cuts a genuine
 * U+FFFD to its first byte.
 */
export const readBytes = 1024;

export const createOutputFilter = (): ((read: Buffer) => Buffer) => {
	let held = Buffer.alloc(0);
	return read => {
		const bytes = Buffer.concat([held, read]);
		const end = bytes.length - unfinished(bytes);
		held = Buffer.from(bytes.subarray(end));
		return cutReplacementCharacters(bytes.subarray(0, end));
	};
};

/** How many bytes at the end begin a character that is not complete. */
const unfinished = (bytes: Buffer): number => {
	for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) return 0;
		if (byte >= 0xc0) {
			const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return length > back ? back : 0;
		}
	}
	return 0;
};

const replacement = Buffer.from('\ufffd');

const cutReplacementCharacters = (bytes: Buffer): Buffer => {
	if (!bytes.includes(replacement)) return bytes;
	const parts: Buffer[] = [];
	let start = 0;
	for (let found = bytes.indexOf(replacement); found >= 0; found = bytes.indexOf(replacement, start)) {
		parts.push(bytes.subarray(start, found + 1));
		start = found + replacement.length;
	}
	return Buffer.concat([...parts, bytes.subarray(start)]);
};
