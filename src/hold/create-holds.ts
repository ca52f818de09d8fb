/** All holds of this process: preview, hold, list, and what an earlier process left behind. */
import {url as inspectorUrl} from 'node:inspector';
import {hostname, userInfo} from 'node:os';
import {join} from 'node:path';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {checkOwnFolder, ensureOwnFolder} from '../base/safe-files.ts';
import type {Settings} from '../base/settings.ts';
import {createCare} from './care.ts';
import {createCatcher} from './catcher.ts';
import {createDyingHooks, type DyingHooks, type ReapedHook} from './dying-hooks.ts';
import {createDyingRecords} from './dying-records.ts';
import {createFuses} from './fuse.ts';
import {takeGuardianReleases} from './guardian-log.ts';
import {warmGuardian} from './guardian-process.ts';
import {createGuardianStock} from './guardian-stock.ts';
import {readPreview} from './hold-preview.ts';
import {createHookAnswers, type HookAnswers} from './hook-answers.ts';
import {type Ledger, liveness, openLedger} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {finishLeftOver, type LeftOver} from './left-overs.ts';
import {endLingering} from './linger-socket.ts';
import {listHolds} from './list-holds.ts';
import {type MachineIdentity, type ProcessIdentity, readMachine, readProcess} from './process-identity.ts';
import {releaseSelected} from './release-holds.ts';
import {createSession, type SessionGround, type TakenUp} from './session.ts';
import {ownerText} from './tag.ts';
import {takeUpLingering} from './take-up.ts';
import {terminalPath} from './terminal-note.ts';
import type {HoldRequest, HoldSession, Holds, ReleasedHold, ReleaseSelection} from './types.ts';

export type HoldsOptions = {
	readonly aws: Aws;
	readonly settings: Settings;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly processClock: ProcessClock;
};

/** What this process stands on; found out when it is first needed, since it costs a call. */
export type Ground = {
	readonly ledger: Ledger;
	readonly place: HoldPlace;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
};

export const createHolds = async (options: HoldsOptions): Promise<Holds> => {
	const {aws, settings, processClock} = options;
	const listeners = new Set<() => void>();
	let sessions: readonly HoldSession[] = [];
	let opened: Promise<Ground> | null = null;
	const owner = ownerText(userName(), hostname());
	const fuses = createFuses({aws, processClock, roleArn: settings.fuseRoleArn});

	const ground = (): Promise<Ground> => {
		opened ??= openGround(aws, settings).catch(error => {
			opened = null;
			throw error;
		});
		return opened;
	};
	const announce = () => {
		for (const listener of listeners) listener();
	};
	const live = () => sessions.filter(session => session.view().outcome === null);

	const finish = async (filter: (group: string | null) => boolean): Promise<readonly LeftOver[]> => {
		const base = await ground();
		const files = (await base.ledger.list()).filter(file => filter(file.entry?.group ?? null));
		const results: LeftOver[] = [];
		for (const file of files) {
			const result = await finishLeftOver(file, {aws, fuses, ...base, processClock});
			if (result !== null) results.push(result);
		}
		return results;
	};

	/** What a guardian is started with: everything but a hold. */
	const guardianInit = async () => {
		const [handedOver, self, terminal] = await Promise.all([
			aws.handOver(),
			readProcess(process.pid),
			terminalPath(),
			ensureOwnFolder(settings.paths.state),
		]);
		if (self === undefined) throw new Error('the start time of this process cannot be read');
		return {
			type: 'init' as const,
			aws: handedOver,
			stateFolder: settings.paths.state,
			ledgerFolder: join(settings.paths.state, 'ledger'),
			process: self,
			fuseRoleArn: settings.fuseRoleArn,
			terminal,
		};
	};
	const stock = createGuardianStock(() => warmGuardian({init: guardianInit()}), processClock);

	const expectHold = () => {
		if (!aws.facts.readOnly) stock.prepare();
	};

	const prepare = async (group: string): Promise<SessionGround> => {
		const base = await ground();
		refuseOwnHold(live(), group);
		await finish(name => name === group);
		await refuseHeldHere(base, group);
		return base;
	};

	const startSession = (request: HoldRequest, takenUp?: TakenUp): HoldSession => {
		const session = createSession({
			request,
			aws,
			fuses,
			fuseHasRole: settings.fuseRoleArn !== null,
			processClock,
			owner: takenUp?.entry.owner ?? owner,
			leaseMs: settings.leaseMinutes * 60_000,
			refuse: () => refuseUnsafe(aws, settings, request),
			prepare: takenUp === undefined ? prepare : ground,
			warmGuardian: stock.take,
			onChange: announce,
			...(takenUp === undefined ? {} : {takenUp}),
		});
		sessions = [...sessions, session];
		announce();
		return session;
	};

	const stateFolder = settings.paths.state;
	const place = async () => (await ground()).place;
	const care = createCare({aws, processClock, stateFolder, place, owner});
	const answers = createHookAnswers(stateFolder);
	const dying = createDyingHooks({
		aws,
		processClock,
		records: createDyingRecords(stateFolder),
		ground,
		owner,
	});

	return {
		care,
		dying,
		catch: request => createCatcher({...request, aws, processClock, care, answers, place, owner}),
		sessions: () => sessions,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		expectHold,
		preview: (group, preset, forSeconds) => {
			expectHold();
			return readPreview({aws, fuses, group, preset, forSeconds});
		},
		hold: request => startSession(request),
		finishLeftOvers: async () => [
			...(await guardianNews(settings.paths.state)),
			...(await finish(() => true)),
			...(await dying.reap()).map(leftOverOf),
			...(await pruned(answers, aws)),
		],
		list: async () => listHolds(aws, fuses, await knownEntries(ground)),
		releaseAll: () => Promise.all(live().map(session => session.release())),
		handOverAll: () => live().map(session => session.handOver()),
		lingerAll: () => Promise.all(live().map(session => session.linger(lingerMs(settings) / aws.clock.rate))),
		takeUp: async () =>
			takeUpLingering({...(await ground()), stateFolder: settings.paths.state, startSession}),
		release: async selection => [
			...(await reapedBy(selection, dying)),
			...(await releaseSelected(selection, {
				aws,
				fuses,
				processClock,
				owner,
				endLingering: entry => endLingering(settings.paths.state, entry),
				...(await ground()),
			})),
		],
		setHealthy: instanceId => aws.release.setHealthy(instanceId),
	};
};

const leftOverOf = ({group, hookId, result, text}: ReapedHook): LeftOver => ({
	group,
	holdId: hookId,
	result,
	text,
	outcome: null,
});

/** `release GROUP` and `--all` take a dead process's post-mortem hook away too. */
const reapedBy = async (selection: ReleaseSelection, dying: DyingHooks): Promise<readonly ReleasedHold[]> => {
	if (selection.by === 'hold') return [];
	const reaped = await dying.reap(selection.by === 'group' ? selection.group : undefined);
	return reaped.map(({group, hookId, result, text}) => ({
		...{group, holdId: hookId, result, text},
		resumed: [],
		still: [],
	}));
};

/** Decisions that no hook can wait for any more; nothing is said of it. */
const pruned = async (answers: HookAnswers, aws: Aws): Promise<readonly []> => {
	await answers.prune(aws.clock.now());
	return [];
};

const openGround = async (aws: Aws, settings: Settings): Promise<Ground> => {
	await ensureOwnFolder(settings.paths.state);
	const [machine, self, identity] = await Promise.all([
		readMachine(),
		readProcess(process.pid),
		aws.release.identity(),
	]);
	if (self === undefined) throw new UnflapError('refused', 'The start time of this process cannot be read');
	const ledger = await openLedger({folder: join(settings.paths.state, 'ledger'), machine, self});
	const {region, endpoint} = aws.facts;
	const place = {account: identity.accountId, partition: identity.partition, region, endpoint};
	return {ledger, place, machine, self};
};

/** What guardians released since the last start. */
const guardianNews = async (stateFolder: string): Promise<readonly LeftOver[]> => {
	if (!(await checkOwnFolder(stateFolder))) return [];
	return (await takeGuardianReleases(stateFolder)).map(({at, group, holdId, resumed}) => ({
		group,
		holdId,
		result: 'finished',
		text: `released by the guardian at ${at.slice(11, 19)} UTC: resumed ${resumed.join(', ') || 'nothing'}`,
		outcome: null,
	}));
};

/** Answers that disagree about the time, or a debugger that can stop the keep loop, make no safe hold. */
const refuseUnsafe = (aws: Aws, {denyNoFuse}: Settings, {net}: HoldRequest): void => {
	if (aws.facts.readOnly)
		throw new UnflapError('read-only', '--read-only: nothing in AWS is changed', {exitCode: 3});
	if (denyNoFuse && net === 'none')
		throw new UnflapError('refused', 'denyNoFuse is configured: no hold without a fuse', {
			next: ['leave --no-fuse out', 'look at unflap info for where denyNoFuse is set'],
		});
	if (inspectorUrl() !== undefined)
		throw new UnflapError('refused', 'A debugger is open on this process, so it starts no hold', {
			next: ['start unflap without --inspect (look at NODE_OPTIONS)'],
		});
	if (aws.clock.disagreementMs() > 60_000)
		throw new UnflapError('refused', 'The answers of AWS disagree about the time by more than a minute', {
			next: ['look for a proxy that answers in place of AWS'],
		});
};

const lingerMs = ({lingerMinutes}: Settings): number => lingerMinutes * 60_000;

const refuseOwnHold = (live: readonly HoldSession[], group: string): void => {
	// The newest session is the one that asks.
	if (live.filter(session => session.view().group === group).length > 1)
		throw new UnflapError('refused', 'This process holds the group already');
};

/** A hold of the same user on the same machine is not joined: it is the same hold, seen twice. */
const refuseHeldHere = async ({ledger, machine, place}: Ground, group: string): Promise<void> => {
	for (const {entry, writtenAt} of await ledger.list()) {
		if (entry === null || entry.group !== group || entry.phase === 'releasing') continue;
		if (entry.place.account !== place.account || entry.place.region !== place.region) continue;
		if (entry.place.endpoint !== place.endpoint) continue;
		if ((await liveness(entry, machine, writtenAt)) !== 'alive') continue;
		if (entry.linger !== null)
			throw new UnflapError('refused', `Hold ${entry.holdId} here lost its terminal; its guardian keeps it`, {
				next: ['unflap takes it up again', `unflap release ${group} ends it`],
			});
		throw new UnflapError(
			'refused',
			`Hold ${entry.holdId} of pid ${entry.process.pid} here holds the group already`,
			{
				next: [`unflap release --hold ${entry.holdId} --force ends that one`],
			},
		);
	}
};

/** A state folder that is not ours alone: what only reads runs without it. */
const knownEntries = async (ground: () => Promise<Ground>): Promise<readonly LedgerEntry[]> => {
	try {
		return await entriesOf(await ground());
	} catch (error) {
		if (error instanceof UnflapError && error.kind === 'refused') return [];
		throw error;
	}
};

/** A uid without a name throws. */
const userName = (): string => {
	try {
		return userInfo().username;
	} catch (error) {
		if (error instanceof Error) return `uid-${process.getuid?.() ?? 0}`;
		throw error;
	}
};

const entriesOf = async ({ledger, place}: Ground): Promise<readonly LedgerEntry[]> => {
	const entries = (await ledger.list()).map(({entry}) => entry).filter(entry => entry !== null);
	return entries.filter(
		entry =>
			entry.place.account === place.account &&
			entry.place.region === place.region &&
			entry.place.endpoint === place.endpoint,
	);
};
