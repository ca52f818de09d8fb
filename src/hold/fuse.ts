/**
 * Fuses in AWS: armed, seen, listed and stopped as automations of our document. A run is believed only where the
 * document it was made of, its steps and its parameters are ours (threats.md F1 to F3, H6).
 */
import {AwsCallError} from '../aws/call-error.ts';
import type {Automation, Aws, CallOptions} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {SeenFuse} from './core-state.ts';
import {foreignDocument, fuseDocument} from './fuse-document.ts';
import {type FuseStart, type GroupFuse, isFinal, parametersOf, readRun} from './fuse-run.ts';

export type {FuseStart, GroupFuse};

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
		const fuse = readRun(run, {ours: await vouch(run, check), now: clock.now()});
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
};

const liveStatuses = [
	'Pending',
	'InProgress',
	'Waiting',
	'Cancelling',
	'Scheduled',
	'RunbookInProgress',
] as const;
const hasEnded = new Set(['InvalidAutomationStatusUpdateException', 'AutomationExecutionNotFoundException']);

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
