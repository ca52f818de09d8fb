/** One lab with one copy of the program, used for cell after cell, and what is left in it of a hold. */
import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type LabRequest, type OpenLab, openLabOf} from '../../e2e/open-lab.ts';
import {foreign, group, leaseConfig} from './phases.ts';
import {copyProgram, type ProgramCopy} from './program-copy.ts';

export type Bench = {readonly lab: OpenLab; readonly copy: ProgramCopy; readonly close: () => Promise<void>};

export const openBench = async (...labArgs: readonly string[]): Promise<Bench> => {
	const copy = await copyProgram();
	const lab = await openLabOf(copy.door, ['--speed', '1', '--seed', '9', ...labArgs]);
	return {
		lab,
		copy,
		close: async () => {
			await copy.killGuardians();
			await lab.close();
			await copy.remove();
		},
	};
};

/** Somebody else's suspensions, and their reasons before ours. */
export const putForeign = async (lab: OpenLab): Promise<Readonly<Record<string, string>>> => {
	const now = await suspensions(lab);
	const missing = foreign.filter(process => !(process in now));
	if (missing.length > 0) await lab.control('POST', '/suspend', {group, processes: missing});
	return suspensions(lab);
};

export const suspensions = async (lab: OpenLab, name = group): Promise<Readonly<Record<string, string>>> =>
	(await lab.groups()).find(one => one.name === name)?.suspended ?? {};

export const configure = async (home: string, config: object = leaseConfig): Promise<void> => {
	const folder = join(home, '.config', 'unflap');
	await mkdir(folder, {recursive: true, mode: 0o700});
	await writeFile(join(folder, 'config.json'), JSON.stringify(config), {mode: 0o600});
};

export type Execution = {
	readonly id: string;
	readonly status: string;
	readonly parameters: Readonly<Record<string, readonly string[]>>;
};

const finalStates = new Set([
	'Success',
	'Failed',
	'TimedOut',
	'Cancelled',
	'CompletedWithSuccess',
	'CompletedWithFailure',
]);

export const executions = async (lab: OpenLab): Promise<readonly Execution[]> =>
	((await lab.control('GET', '/state')) as {executions?: readonly Execution[]}).executions ?? [];

/** Executions that may still act. */
export const liveExecutions = async (lab: OpenLab): Promise<readonly Execution[]> =>
	(await executions(lab)).filter(({status}) => !finalStates.has(status));

/** The deadline an execution sleeps until: the one ISO time among its parameters. */
export const deadlineOf = ({parameters}: Execution): number => {
	const times = Object.values(parameters)
		.flat()
		.filter(value => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value));
	return Math.max(...times.map(time => Date.parse(time)));
};

export const holdTags = async (lab: OpenLab): Promise<readonly string[]> =>
	Object.keys((await lab.groups()).find(({name}) => name === group)?.tags ?? {}).filter(key =>
		key.startsWith('unflap:'),
	);

/** What is left of holds in AWS, in words; empty when the group is as `expected`, reasons included. */
export const leftIn = async (
	lab: OpenLab,
	expected: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
	const now = await suspensions(lab);
	const extra = Object.keys(now).filter(process => !(process in expected));
	const missing = Object.keys(expected).filter(process => !(process in now));
	const renewed = Object.keys(expected).filter(
		process => process in now && now[process] !== expected[process],
	);
	const armed = await liveExecutions(lab);
	const tags = await holdTags(lab);
	return [
		...(extra.length > 0 ? [`still suspended: ${extra.join(' ')}`] : []),
		...(missing.length > 0 ? [`resumed though not ours: ${missing.join(' ')}`] : []),
		...(renewed.length > 0 ? [`suspended anew though not ours: ${renewed.join(' ')}`] : []),
		...(armed.length > 0 ? [`${armed.length} fuses armed`] : []),
		...(tags.length > 0 ? [`tags left: ${tags.join(' ')}`] : []),
	];
};

/** Files of the ledger in this home. */
export const ledgerFiles = async (home: string): Promise<readonly string[]> => {
	const folder = join(home, '.local', 'state', 'unflap', 'ledger');
	try {
		return (await readdir(folder)).filter(name => name.endsWith('.json'));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
};

/** Calls that must never be made: an empty list means all nine, and `untouchable` is somebody else's. */
export const forbiddenCalls = (
	requests: readonly LabRequest[],
	untouchable: readonly string[],
): readonly string[] =>
	requests
		.filter(({operation, applied}) => applied && /^(?:Suspend|Resume)Processes$/.test(operation))
		.flatMap(({operation, params}) => {
			const named = (params as {readonly ScalingProcesses?: readonly string[]}).ScalingProcesses ?? [];
			const wrong = named.filter(process => untouchable.includes(process));
			return [
				...(named.length > 0 ? [] : [`${operation} without a list`]),
				...(wrong.length > 0 ? [`${operation} names ${wrong.join(' ')}`] : []),
			];
		});
