/** Filtered lines on their way to the printer, in order. */
import type {BoxLine} from '../stream/merge.ts';
import type {LogsFilter, LogsLine} from './logs-filter.ts';

export type LogsOutput = {
	readonly push: (lines: readonly BoxLine[]) => void;
	readonly settled: () => Promise<void>;
	readonly end: () => Promise<void>;
};

/** Filters in order and prints; `-n` keeps the last lines of what is there at first. */
export const createLogsOutput = (
	filter: LogsFilter,
	wish: {readonly last: number | null; readonly follow: boolean},
	print: (line: LogsLine) => void,
): LogsOutput => {
	let chain = Promise.resolve();
	let kept: LogsLine[] = [];
	let isFirst = true;
	const release = () => {
		for (const line of wish.last === null ? kept : kept.slice(Math.max(0, kept.length - wish.last)))
			print(line);
		kept = [];
	};
	const take = async (lines: readonly BoxLine[]) => {
		const fresh = await filter.keep(lines);
		if (wish.last === null || (wish.follow && !isFirst)) {
			for (const line of fresh) print(line);
			return;
		}
		kept.push(...fresh);
		if (kept.length > wish.last * 2) kept = kept.slice(kept.length - wish.last);
		if (wish.follow) release();
		isFirst = false;
	};
	return {
		push: (lines: readonly BoxLine[]) => {
			chain = chain.then(() => take(lines));
		},
		settled: () => chain,
		end: async () => {
			await chain;
			release();
		},
	};
};
