/** Process time: monotonic, never scaled, for timeouts, retries and painting. */
import type {ProcessClock} from './clock.ts';

export const createProcessClock = (): ProcessClock => ({
	now: () => performance.now(),
	sleep: (ms, signal) =>
		new Promise(resolve => {
			if (signal?.aborted) {
				resolve();
				return;
			}
			const finish = () => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', finish);
				resolve();
			};
			const timer = setTimeout(finish, Math.max(0, ms));
			signal?.addEventListener('abort', finish, {once: true});
		}),
});
