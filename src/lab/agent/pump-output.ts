/** Reads a pipe as the agent does: at most 1,024 bytes at a time, through its character filter. */
import type {Readable} from 'node:stream';
import {createOutputFilter, readBytes} from './output-filter.ts';

/** Resolves at the end of the stream; bytes still held back by the filter are lost, as the agent loses them. */
export const pumpOutput = async (
	stream: Readable,
	send: (bytes: Buffer) => void,
	isFull: () => boolean,
): Promise<void> => {
	const filter = createOutputFilter();
	try {
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			for (let start = 0; start < chunk.length; start += readBytes) {
				const bytes = filter(chunk.subarray(start, start + readBytes));
				if (bytes.length > 0) send(bytes);
			}
			while (isFull()) await new Promise(resolve => setTimeout(resolve, 5));
		}
	} catch (error) {
		// A killed process may take its pipe with it: for the agent that is the end of the output.
		if (!isTornPipe(error)) throw error;
	}
};

const tornCodes = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EBADF', 'ABORT_ERR']);

const isTornPipe = (error: unknown) =>
	error instanceof Error && 'code' in error && tornCodes.has(String(error.code));
