/** `unflap logs GROUP --all`: every box of a group by one Run Command, what came of it, and what did not. */
import {createProcessClock} from '../base/clock-process.ts';
import type {ExitCode} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {createEntryFlow} from '../stream/entry-flow.ts';
import {type FleetSlice, gatherJournals} from '../stream/fleet-journal.ts';
import {createMerge} from '../stream/merge.ts';
import {createLogsFilter} from './logs-filter.ts';
import {createLogsOutput} from './logs-output.ts';
import {createLogsPrinter} from './logs-print.ts';
import type {LogsJob} from './logs-run.ts';
import {openSpools} from './logs-spool.ts';

/** Between two words on how far it is. */
const progressMs = 2000;

export const runFleetLogs = async (job: LogsJob): Promise<ExitCode> => {
	const {context, aws, wish} = job;
	const {out, signal, settings} = context;
	const processClock = createProcessClock();
	const instanceIds: string[] = [];
	const printer = createLogsPrinter(out, job.format, instanceIds, job.wish.style);
	const filter = createLogsFilter({
		...wish,
		onSlowPattern: source =>
			out.warn(ours`The pattern ${shown(hostile(source))} takes too long and was switched off.`),
	});
	const output = createLogsOutput(filter, wish, printer.line);
	const merge = createMerge({deliver: output.push, processClock, patienceMs: Number.POSITIVE_INFINITY});
	const spools = await openSpools(context, aws);
	const redactor = createRedactor(settings.redact);
	const known = new Map(job.boxes.map(box => [box.instanceId, box]));
	const cut: string[] = [];
	const failed: FailedBox[] = [];

	const take = (slice: FleetSlice) => {
		const {instanceId} = slice;
		if (slice.kind === 'failed') return void failed.push({instanceId, why: slice.why});
		const box = instanceIds.push(instanceId) - 1;
		merge.expect(box);
		if (slice.isCut) cut.push(instanceId);
		const flow = createEntryFlow({
			push: event => {
				if (event.kind === 'entries') merge.add(box, event.entries);
				else if (event.kind === 'lost' && event.lines > 0)
					out.warn(ours`${shown(hostile(instanceId))}: ${event.lines} lines lost: ${shown(event.why)}`);
			},
			redactor,
			shortId: instanceId.slice(-4),
			processClock,
			spool: spools.optionFor(instanceId, known.get(instanceId)?.group ?? null).spool,
		});
		flow.lines(slice.lines);
	};

	const gather = async (group: Hostile): Promise<readonly string[]> => {
		let saidAt = processClock.now();
		return gatherJournals({
			aws,
			group,
			wish,
			expected: job.boxes.filter(box => box.group?.name === group).map(({instanceId}) => instanceId),
			processClock,
			signal,
			take,
			progress: (answered, of) => {
				if (processClock.now() - saidAt < progressMs) return;
				saidAt = processClock.now();
				out.note(ours`${answered} of ${of} boxes of ${shown(group)} have answered`);
			},
		});
	};

	const silent: string[] = [];
	try {
		for (const group of job.groups) silent.push(...(await gather(group)));
	} catch (error) {
		// Stopped from here: a call that was cut off is no fault, and what has come is printed.
		if (!signal.aborted) throw error;
	} finally {
		merge.finish();
		await output.end();
		await spools.close();
		filter.stop();
		printer.end();
	}
	sayMissing(job, {cut, failed, silent});
	return instanceIds.length > 0 ? 0 : 1;
};

type FailedBox = {readonly instanceId: string; readonly why: Hostile};

/** More names than these are a number. */
const mostNamed = 5;

const sayMissing = (
	{context: {out}}: Pick<LogsJob, 'context'>,
	{
		cut,
		failed,
		silent,
	}: {
		readonly cut: readonly string[];
		readonly failed: readonly FailedBox[];
		readonly silent: readonly string[];
	},
) => {
	for (const {instanceId, why} of failed.slice(0, mostNamed))
		out.warn(ours`${shown(hostile(instanceId))}: ${shown(why)}`);
	if (failed.length > mostNamed) out.warn(ours`${failed.length - mostNamed} more boxes failed like this.`);
	if (silent.length > 0) out.warn(ours`No SSM agent answered on ${names(silent)}.`);
	if (cut.length === 0) return;
	out.warn(
		ours`Cut: Run Command shows the first 24,000 characters of what a box packs, and ${names(cut)} had more.`,
	);
	out.warn(
		ours`  → unflap logs ${shown(hostile(cut[0] ?? ''))} reads one whole; -u UNIT or -n N asks all for less`,
	);
};

const names = (ids: readonly string[]) =>
	shown(
		hostile(
			ids.length <= mostNamed
				? ids.join(', ')
				: `${ids.slice(0, mostNamed).join(', ')} and ${ids.length - mostNamed} more`,
		),
	);
