/** Reads an answer into memory, up to a bound: a hostile or broken endpoint cannot fill it (threats.md X1). */
import type {Readable} from 'node:stream';

const maxBytes = 32 * 1024 * 1024;

export const collectBody = async (stream: Readable): Promise<Uint8Array> => {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of stream) {
		const bytes = chunk as Uint8Array;
		size += bytes.byteLength;
		if (size > maxBytes) {
			stream.destroy();
			throw new Error(`The answer is longer than ${maxBytes} bytes`);
		}
		chunks.push(bytes);
	}
	return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
};
