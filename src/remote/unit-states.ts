/**
 * Reads what the follow line writes to standard error: unit states after their length, in base64, and whatever the
 * programs on the box had to say.
 */
import {gunzipSync} from 'node:zlib';
import type {UnitFacts} from './types.ts';
import {parseSystemctlShow} from './unit-facts.ts';

export type StateHandlers = {
	readonly units: (units: readonly UnitFacts[]) => void;
	/** A line of standard error that is not ours. */
	readonly said: (line: string) => void;
};

export type StateReader = {readonly push: (bytes: Uint8Array) => void};

const maxBodyCharacters = 8 * 1024 * 1024;
const maxUnpackedBytes = 64 * 1024 * 1024;
const maxLineCharacters = 64 * 1024;

export const createStateReader = (nonce: string, handlers: StateHandlers): StateReader => {
	const marker = new RegExp(`^:${nonce}:units (gzip|plain) (\\d{1,8})$`);
	let text = '';
	let body: {readonly packing: string; readonly length: number} | null = null;

	/** True while there was something to take from `text`. */
	const take = (): boolean => {
		if (body !== null) {
			// The body and the newline that ends it.
			if (text.length <= body.length) return false;
			const {packing, length} = body;
			body = null;
			const units = unpack(text.slice(0, length), packing);
			if (units === null || text[length] !== '\n') {
				handlers.said('unit states arrived damaged and were left out');
				return true;
			}
			text = text.slice(length + 1);
			handlers.units(units);
			return true;
		}
		const end = text.indexOf('\n');
		if (end < 0) {
			if (text.length > maxLineCharacters) text = '';
			return false;
		}
		const line = text.slice(0, end);
		text = text.slice(end + 1);
		const match = marker.exec(line);
		const length = Number(match?.[2] ?? 0);
		if (match?.[1] !== undefined && length <= maxBodyCharacters) body = {packing: match[1], length};
		else if (line !== '') handlers.said(line.slice(0, 2000));
		return true;
	};

	return {
		push: bytes => {
			// Our own part is ASCII; others' words are for the eye only.
			text += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
			while (take());
		},
	};
};

const unpack = (body: string, packing: string): readonly UnitFacts[] | null => {
	if (!/^[A-Za-z0-9+/=\n]*$/.test(body)) return null;
	const bytes = Buffer.from(body, 'base64');
	try {
		const plain = packing === 'gzip' ? gunzipSync(bytes, {maxOutputLength: maxUnpackedBytes}) : bytes;
		return parseSystemctlShow(plain.toString('utf8'));
	} catch (error) {
		// Damaged on the way, or not ours: the caller says so, and the next state replaces it.
		if (error instanceof Error) return null;
		throw error;
	}
};
