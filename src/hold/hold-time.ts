/** How long a hold may be asked for, as it is typed. */

const longestSeconds = 4 * 3600;
const shortestSeconds = 10;

export const holdTimeBounds = `between ${shortestSeconds}s and ${longestSeconds / 3600}h`;

/** Seconds of `90s`, `45m`, `2h` or `1h30m`; null for anything else, and outside the bounds. */
export const parseHoldTime = (text: string): number | null => {
	const match = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/.exec(text);
	if (text === '' || match === null) return null;
	const [hours, minutes, seconds] = [match[1], match[2], match[3]].map(part => Number(part ?? 0));
	const total = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
	return total >= shortestSeconds && total <= longestSeconds ? total : null;
};
