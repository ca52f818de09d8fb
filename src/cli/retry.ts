/** `unflap retry`: runs a unit of a box again as its manager would, with what its failure had cancelled. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {isWell, retried, runsOf} from '../boot/retried.ts';
import type {Boot} from '../boot/types.ts';
import {unitsToStart} from '../boot/units-to-start.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';
import type {Box} from '../groups/types.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import type {RetriedJob} from '../remote/retry-line.ts';
import {retryUnit} from '../stream/retry-unit.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {rebootBox} from './retry-boot.ts';
import {createRetryOutput, type RetryOutput} from './retry-text.ts';
import {type BoxAbout, type BoxAlong, readAlong} from './retry-watch.ts';
import {refuseReadOnly} from './run.ts';

export const retryCommand: Command = {
	name: 'retry',
	summary: 'runs a unit of a box again, and what its failure had cancelled; or boots the box again',
	usage: 'unflap retry BOX UNIT   or   unflap retry BOX --boot [--unheld]',
	example: 'unflap retry web-prod/1 config-sync.service        unflap retry web-prod/1 --boot',
	flags: {
		boot: {type: 'boolean', help: 'reboot the box, follow it across, and show both boots side by side'},
		unheld: {type: 'boolean', help: 'reboot it although nothing keeps its group from replacing it'},
	},
	outputs: ['text', 'jsonl'],
	mostWords: 2,
	run: async (context, args) => {
		const wish = wishOf(args);
		refuseReadOnly(context, 'retry');
		const aws = await context.aws();
		const box = await resolveBox(aws, wish.box, {signal: context.signal});
		await reapSessions(context.settings.paths.state, aws);
		const output = createRetryOutput(context.out, args.output);
		const group = box.group === '' ? null : await resolveGroup(aws, box.group, {exact: true});
		if (group === null) output.blast(`${box.instanceId} is in no Auto Scaling group`, true);
		else {
			const isKept = keepsItsBoxes(group.suspended.map(({process}) => process));
			output.blast((await readBlastRadius(aws, {group, instanceId: box.instanceId})).says, isKept);
			if (wish.kind === 'boot' && !isKept && !wish.unheld) return refuseUnheld(output, box);
		}
		const about = {instanceId: box.instanceId, group, reason: 'unflap retry'};
		const along = await readAlong(context, aws, about);
		try {
			return wish.kind === 'boot'
				? await rebootBox({context, aws, along, output, box, about})
				: await retryOn({context, aws, along, output, box, about}, wish.unit);
		} finally {
			await along.stop();
		}
	},
};

type Wish =
	| {readonly kind: 'unit'; readonly box: string; readonly unit: string}
	| {readonly kind: 'boot'; readonly box: string; readonly unheld: boolean};

const wishOf = ({positionals, flags, rest}: CommandArgs): Wish => {
	const [box, unit] = positionals;
	const isBoot = flags['boot'] === true;
	if (box === undefined || rest !== null || isBoot === (unit !== undefined))
		throw new UnflapError('usage', 'retry wants a BOX, and a UNIT or --boot', {
			next: ['unflap retry web-prod/1 app.service', 'unflap retry web-prod/1 --boot'],
		});
	if (unit === undefined) return {kind: 'boot', box, unheld: flags['unheld'] === true};
	return {kind: 'unit', box, unit: unit.includes('.') ? unit : `${unit}.service`};
};

/** AWS's own advice before a reboot: both of them off. */
const keepsItsBoxes = (suspended: readonly string[]): boolean =>
	suspended.includes('ReplaceUnhealthy') && suspended.includes('HealthCheck');

const refuseUnheld = (output: RetryOutput, {group}: Box): ExitCode => {
	output.refused(
		'nothing keeps the group from replacing the box while it boots',
		`unflap hold ${group} in another terminal first; --unheld reboots it all the same`,
	);
	return 3;
};

export type Retrying = {
	readonly context: CommandContext;
	readonly aws: Aws;
	readonly along: BoxAlong;
	readonly output: RetryOutput;
	readonly box: Box;
	readonly about: BoxAbout;
};

export const retryOn = async (
	{context, aws, along, output, box}: Retrying,
	unit: string,
): Promise<ExitCode> => {
	const boot = known(along.boot(), unit, box);
	const orphans = unitsToStart(boot, unit);
	const units = [unit, ...orphans];
	const runs = new Map(units.map(name => [name, runsOf(boot, name)]));
	output.plan(units, boot);
	along.listen(entry => {
		if (units.includes(entry.unit)) output.line(entry);
	});
	const jobs: RetriedJob[] = [];
	const end = await retryUnit({
		aws,
		instanceId: box.instanceId,
		unit,
		orphans,
		processClock: createProcessClock(),
		stateFolder: context.settings.paths.state,
		onJob: job => jobs.push(job),
		onWords: output.words,
		signal: context.signal,
	});
	if (end.kind === 'stopped') return (context.signal.reason as ExitCode | undefined) ?? 130;
	if (end.kind === 'lost') {
		context.out.warn(
			ours`${shown(hostile(box.instanceId))}: ${shown(end.why)}. What the manager did with it is not known.`,
		);
		return 1;
	}
	await settle(along, {units, runs, jobs});
	const after = along.boot() ?? boot;
	const results = units.map(name => retried(after, name, runs.get(name) ?? 0));
	const ok = jobs.length === units.length && jobs.every(({status}) => status === 0) && results.every(isWell);
	output.result(results, after, ok);
	return ok ? 0 : 1;
};

const known = (boot: Boot | null, unit: Hostile, {instanceId}: Box): Boot => {
	if (boot?.units.some(({name}) => name === unit) === true) return boot;
	const failed = boot?.units.filter(({state}) => ['failed', 'cancelled', 'orphan'].includes(state)) ?? [];
	throw new UnflapError('not-found', `${instanceId} has no unit ${unit} in its running boot`, {
		next:
			failed.length === 0
				? [`unflap boot ${instanceId} names its units`]
				: failed.slice(0, 3).map(({name}) => `unflap retry ${instanceId} ${name}`),
	});
};

type Watched = {
	readonly units: readonly Hostile[];
	readonly runs: ReadonlyMap<Hostile, number>;
	readonly jobs: readonly RetriedJob[];
};

/** Process time for the journal to say what the manager has said already. */
const journalMs = 8000;
/** A service that is up may fall over in its first seconds: so long it is looked at, in process time. */
const steadyMs = 4000;

/** Until each unit's new run is in the journal, and what was started has stood for a moment or failed. */
const settle = async (along: BoxAlong, {units, runs, jobs}: Watched): Promise<void> => {
	const begun = units.slice(0, jobs.length);
	const all = (boot: Boot | null) =>
		begun.map(name => (boot === null ? null : retried(boot, name, runs.get(name) ?? 0)));
	await along.until(boot => all(boot).every(one => one !== null && one.after !== null), journalMs);
	const isOver = (boot: Boot | null) =>
		all(boot).every(one => one !== null && (one.state === 'failed' || one.state === 'finished'));
	await along.until(isOver, steadyMs);
};
