/**
 * What is left of an entry whose line was longer than our cap: the head up to the cut, and from the
 * tail the fields that place it in time. The key order of journalctl is a hash order, so the time may stand on either side.
 */
import {scanRecord} from './scan-record.ts';

const tailFields = [
	'__CURSOR',
	'__REALTIME_TIMESTAMP',
	'__MONOTONIC_TIMESTAMP',
	'_BOOT_ID',
	'_SYSTEMD_UNIT',
	'_PID',
	'_UID',
	'_TRANSPORT',
	'PRIORITY',
	'SYSLOG_IDENTIFIER',
] as const;

/** As `scanRecord`; the value that the cut went through counts as far as it came. */
export const salvageCutLine = (
	head: string,
	tail: string,
	wanted: ReadonlyMap<string, number>,
): unknown[] | undefined => {
	const values = scanRecord(head, wanted, closeValue);
	if (values === undefined) {
		return undefined;
	}

	for (const name of tailFields) {
		const slot = wanted.get(name);
		if (slot !== undefined && values[slot] === undefined) {
			values[slot] = fieldInTail(tail, name);
		}
	}

	return values;
};

/** A string is closed before a half-written escape, an array of bytes behind its last whole number. */
const closeValue = (cut: string): unknown => {
	const closed = cut.startsWith('[')
		? `${cut.slice(0, Math.max(cut.lastIndexOf(','), 1))}]`
		: `${cut.slice(0, cut.length - halfEscape(cut))}"`;
	try {
		return JSON.parse(closed);
	} catch (error) {
		if (!(error instanceof SyntaxError)) {
			throw error;
		}

		return undefined;
	}
};

/** Characters of an unfinished `\` or `\uXXX` at the end. */
const halfEscape = (cut: string): number => {
	const found = /\\+(u[0-9a-fA-F]{0,3})?$/.exec(cut.slice(-200));
	const digits = found?.[1] ?? '';
	const slashes = (found?.[0].length ?? 0) - digits.length;
	return slashes % 2 === 1 ? 1 + digits.length : 0;
};

/** Inside a JSON string every quote has a backslash before it, so `"NAME"` with bare quotes is a key. */
const fieldInTail = (tail: string, name: string): string | undefined => {
	const key = `"${name}"`;
	const at = tail.lastIndexOf(key);
	const value =
		at < 0 ? null : /^ ?: ?"([^"\\]{0,300})"/.exec(tail.slice(at + key.length, at + key.length + 320));
	return value?.[1];
};
