/** Reads a request's body up to a limit. */
import type {IncomingMessage} from 'node:http';

/** null when the body is larger than `most` bytes. */
export const readBody = async (request: IncomingMessage, most: number): Promise<Buffer | null> => {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > most) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
};
