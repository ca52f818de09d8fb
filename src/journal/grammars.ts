/** The grammars of values that come back from a box into our own lines and paths (threats.md, Q5 and X2). */
const cursorGrammar = /^[A-Za-z0-9=;]{1,300}$/;
const idGrammar = /^[0-9a-f]{32}$/;
const digitsGrammar = /^[0-9]{1,16}$/;

/** The cursor, or '' when it is none: the stream then resumes by time. */
export const checkedCursor = (value: unknown): string =>
	typeof value === 'string' && cursorGrammar.test(value) ? value : '';

/** A boot, machine or invocation id of 32 hex digits, or ''. */
export const checkedId = (value: unknown): string =>
	typeof value === 'string' && idGrammar.test(value) ? value : '';

/** A number of microseconds, process ids and the like; 0 for anything that is no safe, whole, positive number. */
export const checkedCount = (value: unknown): number => {
	if (typeof value !== 'string' || !digitsGrammar.test(value)) {
		return 0;
	}

	const count = Number(value);
	return Number.isSafeInteger(count) ? count : 0;
};

/** A syslog priority, 0 (emergency) to 7 (debug); 6 when absent or absurd. */
export const checkedPriority = (value: unknown): number =>
	typeof value === 'string' && value.length === 1 && value >= '0' && value <= '7' ? Number(value) : 6;
