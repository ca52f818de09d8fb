/** What the core knows of its own fuses: which one is in force, when the hold ends by them, when a new one is due. */
import type {ScalingProcess} from '../aws/types.ts';
import type {AwsMs, ProcessMs} from '../base/clock.ts';
import {now} from './core-rules.ts';
import type {Fuse, HoldState, Ownership, SeenFuse} from './core-state.ts';
import {inOrder, without} from './processes.ts';

/** Without a role the run acts with the caller's credentials: it must be over before they are. */
export const beforeCredentialsMs = 300_000;
/** A fuse read longer ago than this proves nothing any more. */
const freshMs = 60_000;
const shortestFuseMs = 240_000;
/** A suspend is only sent while the fuse has this long to go. */
const suspendMarginMs = 120_000;

/** From the end of the lease to the fuse's deadline, so that a release at the end of the lease comes first (G2). */
const graceMs = ({facts, moment}: HoldState): number =>
	Math.min(120_000 * Math.max(1, moment?.rate ?? 1), 240_000, facts.leaseMs / 5);

/** A UUID of the holder's seed and a counter: never the same twice, and known before the start is sent. */
export const tokenOf = (seed: string, index: number): string => {
	const hex = `${seed}${(index % 0x1_0000_0000).toString(16).padStart(8, '0')}`;
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const unfinished = (own: Ownership): readonly Fuse[] => own.fuses.filter(({final}) => final === null);

/** The fuse in force: the one last seen asleep; for a hold taken up, the newest that has an id. */
export const currentFuse = ({own, fuse}: Pick<HoldState, 'own' | 'fuse'>): Fuse | null => {
	const running = unfinished(own);
	if (fuse !== null) return running.find(one => one.executionId === fuse.executionId) ?? null;
	return running.findLast(({executionId}) => executionId !== null) ?? null;
};

/** The fuse in force resumes all of these. */
export const isCovered = (state: HoldState, processes: readonly ScalingProcess[]): boolean => {
	const inForce: readonly string[] = currentFuse(state)?.processes ?? [];
	return processes.every(process => inForce.includes(process));
};

/** Fuses that should have been stopped: an older one, or one whose arming was given up. */
export const staleFuses = (state: HoldState): readonly Fuse[] => {
	const current = currentFuse(state);
	return unfinished(state.own).filter(fuse => fuse !== current);
};

/** When the hold is over: its end, or the lease of an older fuse that cannot be stopped. */
export const holdEnd = (state: HoldState): AwsMs => {
	const grace = graceMs(state);
	return Math.min(state.own.end, ...staleFuses(state).map(({deadline}) => deadline - grace));
};

/**
 * When the lease is over: never after the fuse in force, which is the older one while a renewal goes on, and after one
 * that nobody finished. A deadline is in whole seconds.
 */
export const leaseEnd = (state: HoldState): AwsMs => {
	const {leaseUntil} = state.own;
	const fuse = state.facts.net === 'fuse' ? currentFuse(state) : null;
	return fuse === null ? leaseUntil : Math.min(leaseUntil, fuse.deadline + 1000 - graceMs(state));
};

/** The lease a change may take now: its fuse ends `leaseMs` from now, it never passes the end or the credentials. */
export const leaseFor = (state: HoldState): AwsMs => {
	const {awsMs} = now(state);
	const lease = Math.min(awsMs + state.facts.leaseMs - graceMs(state), state.own.end);
	if (state.credentialsUntil === null) return lease;
	return Math.min(lease, state.credentialsUntil - beforeCredentialsMs - graceMs(state));
};

/** In whole seconds, as the document takes them; a short hold has a fuse that is long enough to suspend under. */
export const deadlineOf = (state: HoldState, leaseUntil: AwsMs): AwsMs => {
	const {awsMs} = now(state);
	const wished = Math.max(leaseUntil + graceMs(state), awsMs + shortestFuseMs);
	const latest = (state.credentialsUntil ?? Number.POSITIVE_INFINITY) - beforeCredentialsMs;
	return Math.floor(Math.min(wished, latest) / 1000) * 1000;
};

/** A third of the time from arming to the deadline has passed. */
export const renewalAt = (state: HoldState): AwsMs =>
	leaseEnd(state) + graceMs(state) - (state.facts.leaseMs * 2) / 3;

/** What the fuse, the tag and a release are about: `wanted` without what others made theirs. */
export const covered = (own: Ownership) => inOrder(without(own.wanted, Object.keys(own.changed)));

export const addFuse = (state: HoldState, leaseUntil: AwsMs, own: Ownership): readonly [HoldState, Fuse] => {
	const fuse: Fuse = {
		clientToken: tokenOf(state.facts.tokenSeed, state.tokens),
		executionId: null,
		deadline: unusedDeadline(own, deadlineOf(state, leaseUntil)),
		processes: covered(own),
		final: null,
	};
	return [{...state, tokens: state.tokens + 1, own: {...own, fuses: [...own.fuses, fuse].slice(-40)}}, fuse];
};

/** A run whose start was not answered is found by its deadline: no two fuses of a hold have the same one. */
const unusedDeadline = ({fuses}: Ownership, latest: AwsMs): AwsMs => {
	const used = new Set(fuses.map(({deadline}) => deadline));
	let deadline = latest;
	while (used.has(deadline)) deadline -= 1000;
	return deadline;
};

export const changeFuse = (state: HoldState, token: string, change: Partial<Fuse>): HoldState => {
	const fuses = state.own.fuses.map(fuse => (fuse.clientToken === token ? {...fuse, ...change} : fuse));
	// One that fired is remembered: its entry is closed without a resume.
	return {...state, own: {...state.own, fuses: fuses.filter(({final}) => final !== 'other')}};
};

export const dropFuse = (state: HoldState, token: string): HoldState =>
	changeFuse(state, token, {final: 'other'});

export const fuseOf = (state: HoldState, token: string | null): Fuse | undefined =>
	state.own.fuses.find(({clientToken}) => clientToken === token);

/** The run is the fuse we asked for, and nothing of it has run yet. */
export const isAsleep = (state: HoldState, fuse: Fuse, seen: SeenFuse): boolean =>
	seen.genuine &&
	seen.onSleepStep &&
	seen.final === null &&
	seen.holdId === state.facts.holdId &&
	Math.abs(seen.deadline - fuse.deadline) < 1000 &&
	seen.deadline > now(state).awsMs &&
	inOrder(seen.processes).join() === inOrder(fuse.processes).join();

/** Remembers what a look at the fuse in force told. */
export const lookedAt = (state: HoldState, fuse: Fuse, seen: SeenFuse | null): HoldState => {
	const asleep = seen !== null && isAsleep(state, fuse, seen);
	const {processMs} = now(state);
	return {
		...state,
		fuse: {
			executionId: fuse.executionId ?? '',
			seenMs: processMs,
			status: seen?.status ?? 'unknown',
			asleep,
			deadline: fuse.deadline,
		},
	};
};

export const isFresh = (state: HoldState, withinMs: ProcessMs = freshMs): boolean =>
	state.facts.net === 'none' ||
	(state.fuse?.asleep === true && now(state).processMs - state.fuse.seenMs < withinMs);

/**
 * Checked at the moment of sending every SuspendProcesses, first, retry or repair: the fuse was seen asleep within 60 s
 * and no fuse of ours ends within 120 s; without a fuse the lease has 120 s. Never after a jump or a passed deadline.
 */
export const maySuspend = (state: HoldState): boolean => {
	const {awsMs} = now(state);
	if (state.spent) return false;
	if (state.facts.net === 'none')
		return Math.min(state.own.leaseUntil, state.own.end) - awsMs >= suspendMarginMs;
	const known = unfinished(state.own);
	const inForce = currentFuse(state);
	return (
		isFresh(state) && inForce !== null && known.every(({deadline}) => deadline - awsMs >= suspendMarginMs)
	);
};
