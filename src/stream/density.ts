/** Lines a second, kept small: the strip under the log asks for a few dozen bins of it. */
import type {LogDensity} from './types.ts';

export type Density = {
	readonly add: (realtimeUs: number, isError: boolean, isWarning: boolean) => void;
	readonly bins: (count: number) => LogDensity;
};

/** More seconds than that are a hostile or a very old journal: they are counted with their neighbours. */
const maxSeconds = 200_000;

export const createDensity = (): Density => {
	/** Per step: lines, errors, warnings. */
	let steps = new Map<number, [number, number, number]>();
	let stepSeconds = 1;
	const coarsen = () => {
		stepSeconds *= 4;
		const old = steps;
		steps = new Map();
		for (const [step, [lines, errors, warnings]] of old) {
			const sum = stepOf(Math.floor(step / 4));
			sum[0] += lines;
			sum[1] += errors;
			sum[2] += warnings;
		}
	};
	const stepOf = (step: number) => {
		const known = steps.get(step);
		if (known !== undefined) return known;
		const made: [number, number, number] = [0, 0, 0];
		steps.set(step, made);
		return made;
	};
	return {
		add: (realtimeUs, isError, isWarning) => {
			if (realtimeUs <= 0) return;
			const step = stepOf(Math.floor(realtimeUs / 1e6 / stepSeconds));
			step[0] += 1;
			if (isError) step[1] += 1;
			if (isWarning) step[2] += 1;
			if (steps.size > maxSeconds) coarsen();
		},
		bins: count => {
			let from = Number.POSITIVE_INFINITY;
			let to = Number.NEGATIVE_INFINITY;
			for (const step of steps.keys()) {
				from = Math.min(from, step);
				to = Math.max(to, step + 1);
			}
			const bins = Array.from({length: Math.max(1, count)}, () => ({lines: 0, errors: 0, warnings: 0}));
			if (steps.size === 0) return {fromUs: 0, toUs: 0, bins};
			for (const [step, [lines, errors, warnings]] of steps) {
				const bin = bins[Math.min(bins.length - 1, Math.floor(((step - from) / (to - from)) * bins.length))];
				if (bin === undefined) continue;
				bin.lines += lines;
				bin.errors += errors;
				bin.warnings += warnings;
			}
			return {fromUs: from * stepSeconds * 1e6, toUs: to * stepSeconds * 1e6, bins};
		},
	};
};
