/**
 * A value as `journalctl -o json` writes it: a string, an array of bytes (what is not printable UTF-8),
 * an array of those (a field that occurs more than once), or null (too long, and no `-a`).
 */
import type {Hostile} from '../base/text.ts';

export type FieldValue = {
	readonly text: Hostile;
	/** Only where the value is not valid UTF-8. */
	readonly bytes?: Uint8Array;
	/** True for null: journalctl left the value out. */
	readonly leftOut: boolean;
};

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const lenient = new TextDecoder('utf-8', {ignoreBOM: true});
const absent: FieldValue = {text: '', leftOut: false};

export const decodeField = (value: unknown): FieldValue => {
	if (typeof value === 'string') {
		return {text: value, leftOut: false};
	}

	if (value === null) {
		return {text: '', leftOut: true};
	}

	if (!Array.isArray(value)) {
		return absent;
	}

	return typeof value[0] === 'number' ? decodeBytes(value) : decodeRepeats(value);
};

/** The text of a field the model compares; for a repeated one the first, as systemd itself reads it. */
export const fieldText = (value: unknown): Hostile | undefined => {
	if (typeof value === 'string') {
		return value;
	}

	if (!Array.isArray(value) || value.length === 0) {
		return undefined;
	}

	return typeof value[0] === 'number' ? decodeBytes(value).text : fieldText(firstScalar(value));
};

const firstScalar = (values: readonly unknown[]): unknown => {
	const first = values[0];
	return Array.isArray(first) && typeof first[0] !== 'number' ? undefined : first;
};

const decodeBytes = (numbers: readonly unknown[]): FieldValue => {
	const bytes = new Uint8Array(numbers.length);
	for (let index = 0; index < numbers.length; index++) {
		const byte = numbers[index];
		bytes[index] = typeof byte === 'number' && byte >= 0 && byte <= 255 ? byte : 0x3f;
	}

	try {
		return {text: strict.decode(bytes), leftOut: false};
	} catch (error) {
		if (!(error instanceof TypeError)) {
			throw error;
		}

		return {text: lenient.decode(bytes), bytes, leftOut: false};
	}
};

const decodeRepeats = (values: readonly unknown[]): FieldValue => {
	const texts: string[] = [];
	for (const value of values) {
		if (typeof value === 'string') {
			texts.push(value);
		} else if (Array.isArray(value) && typeof value[0] === 'number') {
			texts.push(decodeBytes(value).text);
		}
	}

	return {text: texts.join('\n'), leftOut: false};
};
