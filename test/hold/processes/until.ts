/** Asks again and again until an answer comes. */
export const pause = (ms: number): Promise<void> =>
	new Promise(resolve => {
		setTimeout(resolve, ms);
	});

/**
 * @returns the first answer that is not null, or null when `seconds` are over.
 */
export const until = async <T>(
	ask: () => Promise<T | null> | T | null,
	{seconds, everyMs = 100}: {readonly seconds: number; readonly everyMs?: number},
): Promise<T | null> => {
	const start = performance.now();
	for (;;) {
		const answer = await ask();
		if (answer !== null) return answer;
		if (performance.now() - start > seconds * 1000) return null;
		await pause(everyMs);
	}
};
