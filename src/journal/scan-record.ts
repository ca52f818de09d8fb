/**
 * Picks the fields we read out of one line of `-o json`, without building the object. journalctl writes the keys of every
 * entry in another (hash) order, which makes JSON.parse several times slower than this on a whole boot.
 * Anything unusual is left to JSON.parse: the answer is then undefined.
 */
const quote = 0x22;
const backslash = 0x5c;
const blank = 0x20;

/** Values by the index that `wanted` gives to a name; what is absent stays undefined. */
export const scanRecord = (text: string, wanted: ReadonlyMap<string, number>): unknown[] | undefined => {
	const values: unknown[] = new Array(wanted.size).fill(undefined);
	let at = afterBlanks(text, 1);
	while (text.charCodeAt(at) === quote) {
		const keyEnd = text.indexOf('"', at + 1);
		const slot = wanted.get(text.slice(at + 1, keyEnd));
		const colon = afterBlanks(text, keyEnd + 1);
		if (keyEnd < 0 || text.charCodeAt(keyEnd - 1) === backslash || text.charCodeAt(colon) !== 0x3a) {
			return undefined;
		}

		const from = afterBlanks(text, colon + 1);
		const to = endOfValue(text, from);
		if (to < 0) {
			return undefined;
		}

		if (slot !== undefined) {
			const value = decodedValue(text, from, to);
			if (value === undefined) {
				return undefined;
			}

			values[slot] = value;
		}

		at = afterBlanks(text, to);
		if (text.charCodeAt(at) === 0x7d) {
			return afterBlanks(text, at + 1) === text.length ? values : undefined;
		}

		if (text.charCodeAt(at) !== 0x2c) {
			return undefined;
		}

		at = afterBlanks(text, at + 1);
	}

	return undefined;
};

/** systemd 229 and 237 write blanks around names and values. */
const afterBlanks = (text: string, from: number): number => {
	let at = from;
	while (text.charCodeAt(at) === blank) {
		at++;
	}

	return at;
};

/** One past the value's last character; -1 for what is neither string, flat array nor null. */
const endOfValue = (text: string, from: number): number => {
	const first = text.charCodeAt(from);
	if (first === quote) {
		return endOfString(text, from);
	}

	if (first === 0x5b) {
		return endOfArray(text, from);
	}

	return text.startsWith('null', from) ? from + 4 : -1;
};

const endOfString = (text: string, from: number): number => {
	let end = text.indexOf('"', from + 1);
	while (end > 0 && isEscaped(text, end)) {
		end = text.indexOf('"', end + 1);
	}

	return end + (end < 0 ? 0 : 1);
};

const isEscaped = (text: string, at: number): boolean => {
	let slashes = 0;
	while (text.charCodeAt(at - 1 - slashes) === backslash) {
		slashes++;
	}

	return slashes % 2 === 1;
};

/** Bytes, strings, and one level of arrays of bytes in between: that is all journalctl writes. */
const endOfArray = (text: string, from: number): number => {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === quote) {
			const end = endOfString(text, at);
			if (end < 0) {
				return -1;
			}

			at = end - 1;
		} else if (code === 0x5b) {
			depth++;
			if (depth > 2) {
				return -1;
			}
		} else if (code === 0x5d) {
			depth--;
			if (depth === 0) {
				return at + 1;
			}
		} else if (code === 0x7b) {
			return -1;
		}
	}

	return -1;
};

const decodedValue = (text: string, from: number, to: number): unknown => {
	const raw = text.slice(from, to);
	if (raw.charCodeAt(0) === quote && !raw.includes('\\')) {
		return raw.slice(1, -1);
	}

	try {
		return JSON.parse(raw);
	} catch (error) {
		if (!(error instanceof SyntaxError)) {
			throw error;
		}

		return undefined;
	}
};
