/** One run of the fuse's document as AWS tells of it, and the parameters it is started with: no I/O. */
import type {Automation, ScalingProcess} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {SeenFuse} from './core-state.ts';
import {fuseDocument, parameterPatterns, sleepStep} from './fuse-document.ts';
import {inOrder, isScalingProcess} from './processes.ts';
import {holdTagKey} from './tag.ts';

export type FuseStart = {
	readonly group: string;
	readonly holdId: string;
	/** A UUID, noted in the ledger first: the same one again answers with the same run. */
	readonly clientToken: string;
	/** AWS knows whole seconds: what is left over is cut off. */
	readonly deadline: AwsMs;
	readonly processes: readonly ScalingProcess[];
};

export type GroupFuse = SeenFuse & {readonly group: string};

/** `ours`: the document was compared after the run began. */
export const readRun = (
	run: Automation,
	{ours, now}: {readonly ours: boolean; readonly now: AwsMs},
): GroupFuse => {
	const said = readParameters(run);
	const genuine = ours && said !== null && isOurRun(run);
	const asleep = run.status === 'InProgress' && run.currentStep === sleepStep;
	return {
		executionId: run.executionId,
		status: run.status,
		onSleepStep: asleep,
		genuine,
		deadline: said?.deadline ?? 0,
		processes: said?.processes ?? [],
		startedAt: run.startedAt ?? now,
		endedAt: run.endedAt,
		holdId: said?.holdId ?? '',
		final: finalOf(run.status),
		group: run.parameters['AutoScalingGroupName']?.[0] ?? '',
	};
};

const finalStatuses = new Set([
	'Success',
	'Failed',
	'TimedOut',
	'Cancelled',
	'Rejected',
	'Exited',
	'CompletedWithSuccess',
	'CompletedWithFailure',
]);
/** The enum is open: a state nobody knows may still do something. */
export const isFinal = (status: string): boolean => finalStatuses.has(status);
const finalOf = (status: string): SeenFuse['final'] => {
	if (status === 'Success') return 'success';
	return isFinal(status) ? 'other' : null;
};

const isoSeconds = (at: AwsMs): string =>
	`${new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** Held to the document's own patterns before anything is sent (F3). */
export const parametersOf = (
	start: FuseStart,
	roleArn: string | null,
): Readonly<Record<string, readonly string[]>> => {
	const {group, holdId, deadline, processes} = start;
	const named = [...new Set(processes)];
	if (named.length === 0 || !named.every(isScalingProcess))
		throw new UnflapError('bad-input', 'A fuse without processes, or with unknown ones, is not armed');
	if (!new RegExp(parameterPatterns.AutoScalingGroupName, 'u').test(group))
		throw new UnflapError('refused', 'A group with {{ in its name cannot have a fuse', {
			meaning: 'Systems Manager would put something else in its place.',
		});
	const texts = {
		AutoScalingGroupName: group,
		ResumeAt: isoSeconds(deadline),
		HoldTagKey: holdTagKey(holdId),
		...(roleArn === null ? {} : {AutomationAssumeRole: roleArn}),
	};
	for (const [name, value] of Object.entries(texts))
		if (!new RegExp(parameterPatterns[name as keyof typeof texts], 'u').test(value))
			throw new UnflapError('bad-input', `The fuse was not armed: ${name} is not of the right form`);
	const lists = Object.entries(texts).map(([name, value]): [string, readonly string[]] => [name, [value]]);
	return Object.fromEntries([...lists, ['Processes', inOrder(named)]]);
};

type SaidByRun = {
	readonly deadline: AwsMs;
	readonly processes: readonly ScalingProcess[];
	readonly holdId: string;
};

/** Null where the parameters are not those of a fuse; then nothing is made of them. */
const readParameters = ({parameters}: Automation): SaidByRun | null => {
	const names = Object.keys(parameters).filter(name => name !== 'AutomationAssumeRole');
	const one = (name: string) => (parameters[name]?.length === 1 ? (parameters[name]?.[0] ?? '') : '');
	const processes = parameters['Processes'] ?? [];
	const key = one('HoldTagKey');
	const at = one('ResumeAt');
	const deadline = Date.parse(at);
	if (names.length !== 4 || one('AutoScalingGroupName') === '') return null;
	if (!new RegExp(parameterPatterns.ResumeAt).test(at) || !Number.isFinite(deadline)) return null;
	if (!new RegExp(parameterPatterns.HoldTagKey).test(key)) return null;
	const known = processes.filter(isScalingProcess);
	if (known.length === 0 || known.length !== processes.length) return null;
	if (new Set(known).size !== known.length) return null;
	return {deadline, processes: inOrder(known), holdId: key.slice(-8)};
};

/**
 * Document, version, and every step that AWS shows: a name and action of ours, each at most once. A run that is still
 * queued may show none.
 */
const isOurRun = (run: Automation): boolean => {
	if (run.documentName !== fuseDocument.name || run.documentVersion !== fuseDocument.version) return false;
	const actions = new Map(fuseDocument.steps.map(({name, action}) => [name, action]));
	const names = new Set(run.steps.map(({name}) => name));
	if (names.size !== run.steps.length) return false;
	if (!run.steps.every(({name, action}) => actions.get(name) === action)) return false;
	return names.has(sleepStep) || (run.steps.length === 0 && run.status === 'Pending');
};
