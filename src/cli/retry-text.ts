/** What `unflap retry` says, as text or as events. */
import {hostile, joinShown, ours, pad, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {formatClock, formatTook} from '../boot/boot-time.ts';
import {isWell, type Retried, tookSeconds} from '../boot/retried.ts';
import type {Attempt, Boot} from '../boot/types.ts';
import type {JournalEntry} from '../journal/types.ts';
import type {OutputFormat, Printer} from './command.ts';
import {comparisonDocument, type NamedBoot, printDifference} from './diff-text.ts';
import {createPaint} from './paint.ts';

export type RetryOutput = {
	/** Whom it touches, and whether the group is kept from replacing the box meanwhile. */
	readonly blast: (says: Hostile, isKept: boolean) => void;
	readonly refused: (why: Hostile, next: Hostile) => void;
	readonly plan: (units: readonly Hostile[], boot: Boot) => void;
	readonly line: (entry: JournalEntry) => void;
	/** The manager's own words. */
	readonly words: (line: Hostile) => void;
	readonly note: (text: Hostile) => void;
	/** After a reboot. */
	readonly compared: (here: NamedBoot, there: NamedBoot) => void;
	readonly result: (results: readonly Retried[], boot: Boot, ok: boolean) => void;
};

export const createRetryOutput = (out: Printer, format: OutputFormat): RetryOutput =>
	format === 'jsonl' ? asEvents(out) : asText(out);

const text = (value: string): Shown => shown(hostile(value));

const asText = (out: Printer): RetryOutput => {
	const paint = createPaint(out.colour);
	return {
		blast: (says, isKept) => {
			out.note(text(says));
			if (!isKept)
				out.warn(
					ours`Nothing keeps the group from replacing the box meanwhile: unflap hold in another terminal does.`,
				);
		},
		refused: (why, next) => {
			out.warn(ours`unflap: refused: ${text(why)}`);
			out.warn(ours`  → ${text(next)}`);
		},
		plan: ([unit = '', ...orphans]) =>
			out.note(
				orphans.length === 0
					? ours`reset-failed and restart ${text(unit)}`
					: ours`reset-failed and restart ${text(unit)}, then start ${joinShown(orphans.map(text), ours`, `)}`,
			),
		line: entry =>
			out.line(
				ours`${paint('dim', text(`+${formatClock(entry.monotonicUs / 1e6)}`))} ${text(entry.identifier)}: ${shown(entry.message)}`,
				'box',
			),
		words: line => out.note(ours`│ ${shown(line)}`),
		note: line => out.note(text(line)),
		compared: (here, there) => printDifference(here, there, out),
		result: (results, boot, ok) => {
			out.line(ours``);
			const cells = Math.max(...results.map(({unit}) => width(shown(unit))));
			for (const one of results)
				out.line(
					ours`${paint(isWell(one) ? 'green' : 'red', isWell(one) ? ours`✔` : ours`✖`)} ${pad(shown(one.unit), cells)}  ${resultWords(one)}`,
				);
			out.line(ours``);
			out.line(ok ? wellWords(results, boot) : ours`Not well yet: unflap why tells what the new run says.`);
		},
	};
};

const resultWords = ({state, before, after, newRuns}: Retried): Shown => {
	if (after === null) return ours`was not started: what it requires has failed`;
	const now = ours`${newRuns > 1 ? ours`${newRuns} runs, ` : ours``}${runWords(after, state)}`;
	return before === null
		? ours`${now}; it had never run before`
		: ours`${now}; before: ${runWords(before, null)}`;
};

const runWords = (run: Attempt, state: Hostile | null): Shown => {
	const took = tookSeconds(run);
	const time = took === null ? ours`` : ours` in ${text(formatTook(took))}`;
	const isFailed = run.result !== null && run.result !== 'success';
	const how = isFailed
		? ours`failed (${text(run.result ?? '')}${run.exitCode === null ? ours`` : ours`, exit ${run.exitCode}`})`
		: (state ?? 'done') === 'running'
			? ours`up`
			: ours`${text(state === null ? 'done' : state)}`;
	return ours`${how}${time}`;
};

const wellWords = (results: readonly Retried[], boot: Boot): Shown => {
	const seconds = results.reduce((sum, {after}) => sum + (after === null ? 0 : (tookSeconds(after) ?? 0)), 0);
	const whole = boot.finishedSeconds;
	const instead = whole === null ? ours`` : ours`, instead of the ${text(formatTook(whole))} of a new boot`;
	return ours`All well, after ${text(formatTook(seconds))}${instead}. What was changed for it dies with this box: put it into the image.`;
};

const asEvents = (out: Printer): RetryOutput => ({
	blast: (says, kept) => out.json({event: 'preview', text: shown(says), kept}),
	refused: (why, next) => out.json({event: 'refused', message: shown(why), next: [shown(next)]}),
	plan: units => out.json({event: 'started', units: units.map(unit => shown(unit))}),
	line: ({unit, message, monotonicUs, pid, priority}) =>
		out.json({
			event: 'line',
			unit: shown(unit),
			monotonicSeconds: monotonicUs / 1e6,
			pid,
			priority,
			message: shown(message),
		}),
	words: line => out.json({event: 'words', text: shown(line)}),
	note: line => out.json({event: 'note', text: shown(line)}),
	compared: (here, there) => out.json({event: 'compared', ...comparisonDocument(here, there)}),
	result: (results, _boot, ok) =>
		out.json({
			event: 'result',
			ok,
			units: results.map(({unit, state, before, after, newRuns}) => ({
				unit: shown(unit),
				state,
				runs: newRuns,
				before: before === null ? null : runRecord(before),
				after: after === null ? null : runRecord(after),
			})),
		}),
});

const runRecord = (run: Attempt) => ({
	result: run.result,
	exitCode: run.exitCode,
	tookSeconds: tookSeconds(run),
});
