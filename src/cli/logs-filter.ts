/** Which lines `unflap logs` prints. */
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {BoxLine} from '../stream/merge.ts';
import {createPatternRunner, type PatternRunner} from '../stream/pattern-worker.ts';

/** A line that is printed. */
export type LogsLine = BoxLine & {readonly isHighlighted?: true};

export type LogsFilter = {
	/** The lines that stay, in order. */
	readonly keep: (lines: readonly BoxLine[]) => Promise<readonly LogsLine[]>;
	readonly stop: () => void;
};

export type LogsFilterOptions = {
	readonly units: readonly string[];
	/** Microseconds since 1970 UTC, or null. */
	readonly sinceUs: number | null;
	readonly include: string | null;
	readonly exclude: string | null;
	/** Lines whose message matches are marked. */
	readonly highlight: string | null;
	/** A pattern took too long and does not count any more. */
	readonly onSlowPattern: (source: string) => void;
};

/** Longer messages are matched by their beginning. */
const matchedCharacters = 16 * 1024;
const batchLines = 2000;

export const createLogsFilter = (options: LogsFilterOptions): LogsFilter => {
	const units = options.units.map(unitMatcher);
	const include = runnerOf('-i', options.include);
	const exclude = runnerOf('-e', options.exclude);
	const highlight = runnerOf('--highlight', options.highlight);
	const isWanted = ({entry}: BoxLine) =>
		(options.sinceUs === null || entry.realtimeUs >= options.sinceUs) &&
		(units.length === 0 || units.some(matches => matches(entry.unit)));
	/** One flag a line, or null where there is no pattern, or none any more. */
	const flagsOf = async (runner: PatternRunner | null, source: string | null, lines: readonly BoxLine[]) => {
		if (runner === null || source === null || lines.length === 0) return null;
		const flags = await runner.match(lines.map(({entry}) => entry.message.slice(0, matchedCharacters)));
		if (flags === null) options.onSlowPattern(source);
		return flags;
	};
	const batch = async (lines: readonly BoxLine[]): Promise<readonly LogsLine[]> => {
		const includes = await flagsOf(include, options.include, lines);
		const included = lines.filter((_, index) => includes === null || includes[index] === 1);
		const excludes = await flagsOf(exclude, options.exclude, included);
		const kept = included.filter((_, index) => excludes === null || excludes[index] !== 1);
		const marks = await flagsOf(highlight, options.highlight, kept);
		return kept.map((line, index) => (marks?.[index] === 1 ? {...line, isHighlighted: true} : line));
	};
	const runners = [include, exclude, highlight].filter(runner => runner !== null);
	return {
		keep: async lines => {
			const wanted = lines.filter(isWanted);
			if (runners.length === 0) return wanted;
			const kept: LogsLine[] = [];
			for (let at = 0; at < wanted.length; at += batchLines)
				kept.push(...(await batch(wanted.slice(at, at + batchLines))));
			return kept;
		},
		stop: () => {
			for (const runner of runners) runner.stop();
		},
	};
};

const runnerOf = (flag: string, source: string | null): PatternRunner | null => {
	if (source === null) return null;
	try {
		return createPatternRunner(source);
	} catch (cause) {
		throw new UnflapError('usage', `${flag} ${source} is no regular expression`, {cause});
	}
};

/** `app` means app.service; `*` and `?` are the person's own globs. */
const unitMatcher = (text: string): ((unit: Hostile) => boolean) => {
	const name = /\.[a-z]+$/.test(text) ? text : `${text}.service`;
	if (!/[*?]/.test(name)) return unit => unit === name;
	const pieces = name.split(/([*?])/).map(piece => {
		if (piece === '*') return '[^]{0,255}';
		if (piece === '?') return '[^]';
		return piece.replace(/[\\^$.+()[\]{}|/-]/g, '\\$&');
	});
	const pattern = new RegExp(`^${pieces.join('').replace(/(\[\^\]\{0,255\})+/g, '[^]{0,255}')}$`);
	return unit => unit.length <= 255 && pattern.test(unit);
};

/** `10m`, `2h`, `-1h30m`, `14:05`, `14:05:09`, an ISO date, or `@seconds`. Relative ones count back from `nowMs`. */
export const parseSince = (text: string, nowMs: number): number => {
	const relative = /^-?(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?:in)?)?(?:(\d{1,7})s)?(?: ago)?$/.exec(
		text.trim(),
	);
	if (relative !== null && /\d/.test(text)) {
		const [days, hours, minutes, seconds] = relative.slice(1).map(part => Number(part ?? 0));
		const back = (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
		return (nowMs - back * 1000) * 1000;
	}
	const epoch = /^@(\d{1,11})$/.exec(text.trim());
	if (epoch?.[1] !== undefined) return Number(epoch[1]) * 1e6;
	const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
	if (clock !== null) return timeOfDay(clock, nowMs) * 1000;
	const parsed = Date.parse(text);
	if (Number.isNaN(parsed))
		throw new UnflapError('usage', `--since ${text} is no time`, {
			next: ['--since 10m', '--since 14:05', '--since 2026-11-22T14:05:00Z'],
		});
	return parsed * 1000;
};

/** Today at that time, or yesterday when that is still to come. */
const timeOfDay = ([, hours, minutes, seconds]: RegExpExecArray, nowMs: number) => {
	const date = new Date(nowMs);
	date.setHours(Number(hours), Number(minutes), Number(seconds ?? 0), 0);
	return date.getTime() > nowMs ? date.getTime() - 86_400_000 : date.getTime();
};
