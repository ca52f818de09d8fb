/**
 * What is left of an entry whose line was longer than our cap: the head up to the cut, and from the
 * tail the fields that place it in time. The key order of journalctl is a hash order, so the time may stand on either side.
 */
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
];
const maxUnfinishedCharacters = 8;

export const salvageCutLine = (head: string, tail: string): Readonly<Record<string, unknown>> | undefined => {
	const record = closeHead(head);
	if (record === undefined) {
		return undefined;
	}

	for (const name of tailFields) {
		if (record[name] === undefined) {
			const value = fieldInTail(tail, name);
			if (value !== undefined) {
				record[name] = value;
			}
		}
	}

	return record;
};

/** Tries the few ways in which a cut value can be closed, dropping up to a few half-written characters. */
const closeHead = (head: string): Record<string, unknown> | undefined => {
	for (let dropped = 0; dropped <= maxUnfinishedCharacters; dropped++) {
		const rest = head.slice(0, head.length - dropped);
		for (const ending of ['"}', ']}', '}', ']]}', '"]}']) {
			const record = parseObject(rest + ending);
			if (record !== undefined) {
				return record;
			}
		}
	}

	return undefined;
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : undefined;
	} catch (error) {
		if (!(error instanceof SyntaxError)) {
			throw error;
		}

		return undefined;
	}
};

/** Inside a JSON string every quote has a backslash before it, so `"NAME"` with bare quotes is a key. */
const fieldInTail = (tail: string, name: string): string | undefined => {
	const key = `"${name}"`;
	const at = tail.lastIndexOf(key);
	const value =
		at < 0 ? null : /^ ?: ?"([^"\\]{0,300})"/.exec(tail.slice(at + key.length, at + key.length + 320));
	return value?.[1];
};
