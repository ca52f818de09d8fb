/** One guardian kept ready from a preview on, so that the hold that follows does not wait for it. */
import type {ProcessClock} from '../base/clock.ts';
import type {WarmGuardian} from './guardian-process.ts';

export type GuardianStock = {
	/** Starts one unless one is ready; it goes again when no hold follows. */
	readonly prepare: () => void;
	readonly take: () => WarmGuardian;
	readonly clear: () => void;
};

/** Process time. */
const keptMs = 120_000;

export const createGuardianStock = (start: () => WarmGuardian, processClock: ProcessClock): GuardianStock => {
	let stock: {readonly guardian: WarmGuardian; readonly until: number} | null = null;
	const clear = () => {
		stock?.guardian.cancel();
		stock = null;
	};
	const expire = setInterval(() => {
		if (stock !== null && processClock.now() >= stock.until) clear();
	}, 10_000);
	expire.unref();
	return {
		prepare: () => {
			const until = processClock.now() + keptMs;
			if (stock !== null) {
				stock = {...stock, until};
				return;
			}
			const guardian = start();
			stock = {guardian, until};
			guardian.ready.catch(() => {
				if (stock?.guardian === guardian) stock = null;
			});
		},
		take: () => {
			const taken = stock?.guardian ?? start();
			stock = null;
			return taken;
		},
		clear,
	};
};
