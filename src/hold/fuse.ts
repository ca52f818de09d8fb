/**
 * Fuses in AWS: armed, seen, listed and stopped as automations of our document. A run is believed only where the
 * document it was made of, its steps and its parameters are ours (threats.md F1 to F3, H6).
 */
import {AwsCallError} from '../aws/call-error.ts';
import type {Automation, Aws, CallOptions, ScalingProcess} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {SeenFuse} from './core-state.ts';
import {foreignDocument, fuseDocument, parameterPatterns, sleepStep} from './fuse-document.ts';
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

export type Fuses = {
	/** The document is there and ours; it is created where the name is free. @throws UnflapError 'refused' for another's */
	readonly checkDocument: (options?: CallOptions) => Promise<void>;
	/** The run's id. */
	readonly arm: (start: FuseStart, options?: CallOptions) => Promise<string>;
	/** Null where AWS does not know the run. */
	readonly see: (executionId: string, options?: CallOptions) => Promise<SeenFuse | null>;
	/** Runs on a group: all that may still do something, and all that were started after `since`. */
	readonly list: (group: string, since: AwsMs, options?: CallOptions) => Promise<readonly SeenFuse[]>;
	/** Every live run of the region, with its group: one call, and one more for each run not seen before. */
	readonly listLive: (options?: CallOptions) => Promise<readonly GroupFuse[]>;
	/** Ok too when it has ended already. */
	readonly stop: (executionId: string, options?: CallOptions) => Promise<void>;
};

export type GroupFuse = SeenFuse & {readonly group: string};

export type FusesOptions = {
	readonly aws: Pick<Aws, 'release' | 'clock'>;
	readonly processClock: ProcessClock;
	readonly roleArn: string | null;
	/** Our account, where it is known already: otherwise STS is asked, once. */
	readonly account?: () => string | null;
};

export const createFuses = ({aws, processClock, roleArn, account: known}: FusesOptions): Fuses => {
	const {release, clock} = aws;
	/** Runs that have ended, and those of other groups, never change in what is asked of them here. */
	const ended = new Map<string, GroupFuse>();
	const groups = new Map<string, string>();
	/** Runs that were seen while the document was still ours. */
	const vouched = new Set<string>();
	let account: Promise<string> | null = null;

	const accountId = (options: CallOptions): Promise<string> => {
		const told = known?.() ?? null;
		if (told !== null) return Promise.resolve(told);
		account ??= release.identity(options).then(
			({accountId: id}) => id,
			(error: unknown) => {
				account = null;
				throw error;
			},
		);
		return account;
	};

	const readDocument = async (options: CallOptions) => {
		const [found, id] = await Promise.all([
			release.document(fuseDocument.name, fuseDocument.version, options),
			accountId(options),
		]);
		return {found, problem: found === null ? null : foreignDocument(found, id)};
	};

	const checkDocument = async (options: CallOptions = {}): Promise<void> => {
		let {found, problem} = await asking('ssm:GetDocument and ssm:DescribeDocument', () =>
			readDocument(options),
		);
		if (found === null) await asking('ssm:CreateDocument', () => createOnce(options));
		for (let tries = 0; (found === null || found.status === 'Creating') && tries < 8; tries++) {
			if (tries > 0) await processClock.sleep(1000, options.signal);
			({found, problem} = await readDocument(options));
		}
		if (found === null || found.status !== 'Active')
			throw new UnflapError('aws', 'The document of the fuse is not ready yet', {next: ['try again']});
		if (problem !== null) throw notOurs(problem);
	};

	/** Somebody else may be as fast: then theirs is looked at. */
	const createOnce = async (options: CallOptions): Promise<void> => {
		try {
			await release.createDocument(fuseDocument.name, fuseDocument.content, options);
		} catch (error) {
			if (!(error instanceof AwsCallError) || error.code !== 'DocumentAlreadyExists') throw error;
		}
	};

	/** The content is compared again after the run began: between check and start the name may have changed hands (F2). */
	const vouch = async (run: Automation, check: () => Promise<boolean>): Promise<boolean> => {
		if (vouched.has(run.executionId)) return true;
		const [checked] = await Promise.allSettled([check()]);
		// What has ended can do nothing any more: it is told as it is, and believed by nobody.
		if (checked.status === 'rejected' && isFinal(run.status)) return false;
		if (checked.status === 'rejected') throw checked.reason;
		if (checked.value) vouched.add(run.executionId);
		return checked.value;
	};

	const isStillOurs = async (options: CallOptions): Promise<boolean> => {
		const {found, problem} = await readDocument(options);
		return found !== null && problem === null;
	};

	const look = async (
		executionId: string,
		options: CallOptions,
		check = () => isStillOurs(options),
	): Promise<GroupFuse | null> => {
		const known = ended.get(executionId);
		if (known !== undefined) return known;
		const run = await release.automation(executionId, options);
		if (run === null) return null;
		const fuse = readRun(run, await vouch(run, check));
		groups.set(executionId, fuse.group);
		if (fuse.final !== null && vouched.has(executionId)) ended.set(executionId, fuse);
		return fuse;
	};

	const lookAll = async (
		runs: readonly {readonly executionId: string}[],
		group: string | null,
		options: CallOptions,
	): Promise<readonly GroupFuse[]> => {
		const ids = [...new Set(runs.map(({executionId}) => executionId))];
		const mayConcern = ids.filter(id => group === null || !groups.has(id) || groups.get(id) === group);
		let checked: Promise<boolean> | null = null;
		const once = () => {
			checked ??= isStillOurs(options);
			return checked;
		};
		const seen = await inTurn(mayConcern, id => look(id, options, once));
		return seen.filter(fuse => fuse !== null).filter(fuse => group === null || fuse.group === group);
	};

	return {
		checkDocument,
		arm: async (start, options = {}) => {
			const parameters = parametersOf(start, roleArn);
			return asking('ssm:StartAutomationExecution', () =>
				release.startAutomation(
					{
						document: fuseDocument.name,
						version: fuseDocument.version,
						parameters,
						clientToken: start.clientToken,
					},
					options,
				),
			);
		},
		see: (executionId, options = {}) => look(executionId, options),
		list: async (group, since, options = {}) => {
			// Two questions, each short: what may still do something, however old; and what was started lately.
			const [live, late] = await Promise.all([
				release.automations({documentPrefix: fuseDocument.name, statuses: liveStatuses}, options),
				release.automations({documentPrefix: fuseDocument.name, statuses: [], startedAfter: since}, options),
			]);
			return lookAll([...live, ...late], group, options);
		},
		listLive: async (options = {}) => {
			const live = await release.automations(
				{documentPrefix: fuseDocument.name, statuses: liveStatuses},
				options,
			);
			return lookAll(live, null, options);
		},
		stop: async (executionId, options = {}) => {
			try {
				await release.stopAutomation(executionId, options);
			} catch (error) {
				if (!(error instanceof AwsCallError) || !hasEnded.has(error.code)) throw error;
			}
		},
	};

	function readRun(run: Automation, ours: boolean): GroupFuse {
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
			startedAt: run.startedAt ?? clock.now(),
			endedAt: run.endedAt,
			holdId: said?.holdId ?? '',
			final: finalOf(run.status),
			group: run.parameters['AutoScalingGroupName']?.[0] ?? '',
		};
	}
};

const liveStatuses = [
	'Pending',
	'InProgress',
	'Waiting',
	'Cancelling',
	'Scheduled',
	'RunbookInProgress',
] as const;
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
const hasEnded = new Set(['InvalidAutomationStatusUpdateException', 'AutomationExecutionNotFoundException']);

/** The enum is open: a state nobody knows may still do something. */
const isFinal = (status: string): boolean => finalStatuses.has(status);
const finalOf = (status: string): SeenFuse['final'] => {
	if (status === 'Success') return 'success';
	return isFinal(status) ? 'other' : null;
};

const isoSeconds = (at: AwsMs): string =>
	`${new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** Held to the document's own patterns before anything is sent (F3). */
const parametersOf = (
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

const notOurs = (problem: string): UnflapError =>
	new UnflapError('refused', `The document ${fuseDocument.name} is not the one unflap makes: ${problem}`, {
		meaning: 'Its steps would run with your rights, so no fuse is armed with it, and it is not repaired.',
		next: ['ask an admin who made it; once it is deleted, the next hold creates it anew', ...withoutFuse],
	});

const withoutFuse = [
	'what needs no fuse: one-patient (Standby or Detach of one box), unflap catch',
	'unflap doctor --setup prints what an admin creates once',
];

/** A denial names the permission, and what can be done without it. */
const asking = async <T>(permission: string, ask: () => Promise<T>): Promise<T> => {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof AwsCallError) || error.kind !== 'denied') throw error;
		throw new UnflapError('denied', `The fuse cannot be armed: ${permission} is missing: ${error.answer}`, {
			next: withoutFuse,
			cause: error,
		});
	}
};

/** A few at a time: SSM's rate is shared with everybody in the account. */
const atOnce = 5;
const inTurn = async <T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> => {
	const results: R[] = [];
	for (let at = 0; at < items.length; at += atOnce)
		results.push(...(await Promise.all(items.slice(at, at + atOnce).map(ask))));
	return results;
};
