/**
 * Picks the fields we read out of one line of `-o json`, without building the object. journalctl writes the keys of every
 * entry in another (hash) order, which makes JSON.parse several times slower than this on a whole boot, and a refusal of
 * JSON.parse costs twenty times as much. Values that nobody reads are only skipped, not checked.
 */
const quote = 0x22;
const backslash = 0x5c;
const blank = 0x20;
/** Real entries have three levels; hostile ones a million. */
const maxDepth = 64;
const scalar = /-?\d[\d.eE+-]{0,400}|true|false|null/y;

/**
 * Values by the index that `wanted` gives to a name, absent ones undefined; undefined for what is no JSON object.
 * With `closeCut` the text may end anywhere: it makes a value of what there is of the last one.
 */
export const scanRecord = (
	text: string,
	wanted: ReadonlyMap<string, number>,
	closeCut?: (cut: string) => unknown,
): unknown[] | undefined => {
	const values: unknown[] = new Array(wanted.size).fill(undefined);
	let at = afterBlanks(text, 1);
	while (text.charCodeAt(at) === quote) {
		const keyEnd = endOfString(text, at);
		const slot = wanted.get(text.slice(at + 1, keyEnd - 1));
		const colon = afterBlanks(text, keyEnd);
		const from = afterBlanks(text, colon + 1);
		const to = keyEnd < 0 || text.charCodeAt(colon) !== 0x3a ? -1 : endOfValue(text, from);
		if (to < 0) {
			return closeCut === undefined ? undefined : withCutValue(values, slot, closeCut(text.slice(from)));
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

		at = text.charCodeAt(at) === 0x2c ? afterBlanks(text, at + 1) : text.length;
	}

	return closeCut === undefined ? undefined : values;
};

const withCutValue = (values: unknown[], slot: number | undefined, value: unknown): unknown[] => {
	if (slot !== undefined) {
		values[slot] = value;
	}

	return values;
};

/** systemd 229 and 237 write blanks around names and values. */
const afterBlanks = (text: string, from: number): number => {
	let at = from;
	while (text.charCodeAt(at) === blank) {
		at++;
	}

	return at;
};

/** One past the value's last character; -1 for what is no value. */
const endOfValue = (text: string, from: number): number => {
	const first = text.charCodeAt(from);
	if (first === quote) {
		return endOfString(text, from);
	}

	if (first === 0x5b || first === 0x7b) {
		return endOfNested(text, from);
	}

	scalar.lastIndex = from;
	return scalar.test(text) ? scalar.lastIndex : -1;
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

const endOfNested = (text: string, from: number): number => {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === quote) {
			const end = endOfString(text, at);
			if (end < 0) {
				return -1;
			}

			at = end - 1;
		} else if (code === 0x5b || code === 0x7b) {
			depth++;
			if (depth > maxDepth) {
				return -1;
			}
		} else if (code === 0x5d || code === 0x7d) {
			depth--;
			if (depth === 0) {
				return at + 1;
			}
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
