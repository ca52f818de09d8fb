/**
 * The calls of a hold, phase by phase, found by watching one whole hold: nothing here knows a list of them. A call is
 * named by its phase, its operation and how many of that operation came before it.
 */
import type {LabRequest, OpenLab} from '../../e2e/open-lab.ts';
import type {HoldProcess} from './hold-process.ts';
import {pause, until} from './until.ts';

/**
 * `create` is an acquire in a region that does not have the fuse's document yet; `adopt` follows when the owner of a
 * foreign suspension resumes it.
 */
export const phaseNames = ['create', 'acquire', 'watch', 'repair', 'adopt', 'renew', 'release'] as const;
export type PhaseName = (typeof phaseNames)[number];

type CallName = {readonly operation: string; readonly nth: number};

export type HoldCall = CallName & {
	readonly phase: PhaseName;
	readonly mutating: boolean;
	/** AWS refuses it, as it shall: a question, not a change. */
	readonly refused: boolean;
	/** Null: `nth` counts from the start of the phase. A read counts from the applied change before it. */
	readonly since: CallName | null;
};

export const group = 'web-prod';
/** Suspended by somebody else: one of the preset, whose owner resumes it in phase `adopt`, and one outside of it. */
export const foreign = ['AZRebalance', 'AddToLoadBalancer'] as const;
/** Renewed at a third of five minutes. */
export const leaseConfig = {leaseMinutes: 5};

const isOfHold = ({caller}: LabRequest): boolean => !caller.startsWith('automation');

/** Makes a phase happen; `create` and `acquire` are the start itself. Resolves when the phase is over, or when `isOver` says so. */
export const drive = async (
	phase: PhaseName,
	{lab, hold}: {readonly lab: OpenLab; readonly hold: HoldProcess},
	isOver: () => Promise<boolean> = () => hasHappened(phase, {lab, hold}),
): Promise<void> => {
	const over = async () => ((await isOver()) || (phase !== 'release' && hold.ended()) ? true : null);
	switch (phase) {
		case 'create':
		case 'acquire':
		case 'watch':
			break;
		case 'repair':
			await lab.control('POST', '/resume', {group, processes: ['HealthCheck']});
			break;
		case 'adopt':
			await lab.control('POST', '/resume', {group, processes: ['AZRebalance']});
			break;
		case 'renew':
			return stepToRenewal(lab, async () => (await over()) !== null);
		case 'release':
			hold.child.kill('SIGTERM');
			break;
	}
	await until(over, {seconds: 60});
};

const hasHappened = async (
	phase: PhaseName,
	{lab, hold}: {readonly lab: OpenLab; readonly hold: HoldProcess},
): Promise<boolean> => {
	const happened = (name: string) => hold.events().some(({event}) => event === name);
	switch (phase) {
		case 'create':
		case 'acquire':
			return happened('held');
		case 'watch':
			// Long enough for a read of the group and one of the fuse.
			await pause(35_000);
			return true;
		case 'repair':
			return happened('repaired');
		case 'adopt':
			return (await suspended(lab)).includes('AZRebalance');
		case 'renew':
			return happened('renewed');
		case 'release':
			return hold.ended();
	}
};

const suspended = async (lab: OpenLab): Promise<readonly string[]> =>
	Object.keys((await lab.groups()).find(({name}) => name === group)?.suspended ?? {});

/** Less than a jump (30 s) between two of the hold's reads, as often as it takes. */
const stepToRenewal = async (lab: OpenLab, isOver: () => Promise<boolean>): Promise<void> => {
	const last = async () => (await lab.requests()).findLast(isRead)?.number ?? 0;
	let seen = await last();
	for (let steps = 0; steps < 30; steps++) {
		if (await isOver()) return;
		await lab.control('POST', '/step', {seconds: 20});
		await until(
			async () => {
				const now = await last();
				if (now === seen && !(await isOver())) return null;
				seen = now;
				return true;
			},
			{seconds: 15, everyMs: 250},
		);
	}
};

const isRead = ({operation}: LabRequest): boolean => operation === 'DescribeAutoScalingGroups';

/** The calls one phase made, in order, as cells can find them again. */
export const callsOf = (phase: PhaseName, all: readonly LabRequest[]): readonly HoldCall[] => {
	const counted = new Map<string, number>();
	const countedSince = new Map<string, number>();
	let since: CallName | null = null;
	const calls: HoldCall[] = [];
	for (const request of all.filter(isOfHold)) {
		const {operation, mutating, applied} = request;
		const kind = {phase, operation, mutating, refused: !applied};
		const nth = take(counted, operation);
		const nthSince = take(countedSince, operation);
		if (mutating) calls.push({...kind, nth, since: null});
		else if (since !== null) calls.push({...kind, nth: nthSince, since});
		else if (!repeats(request, phase, nth)) calls.push({...kind, nth, since: null});
		// A refused question of the preflight runs beside others: no read can be placed by it.
		if (mutating && applied) {
			since = {operation, nth};
			countedSince.clear();
		}
	}
	return phase === 'create' ? calls.filter(({operation}) => operation.endsWith('Document')) : calls;
};

/** Reads before a phase's first change whose number nobody knows: those of the keep loop, and of runs long ended. */
const repeats = ({operation}: LabRequest, phase: PhaseName, nth: number): boolean => {
	if (phase === 'watch') return nth > 0;
	if (operation === 'GetAutomationExecution') return phase !== 'acquire' || nth > 0;
	return operation === 'DescribeAutoScalingGroups' && !['create', 'acquire', 'release'].includes(phase);
};

const take = (counts: Map<string, number>, operation: string): number => {
	const count = counts.get(operation) ?? 0;
	counts.set(operation, count + 1);
	return count;
};

export const callText = ({operation, nth, since}: HoldCall): string =>
	`${operation}${nth > 0 ? ` ${nth + 1}` : ''}${since === null ? '' : ` after ${since.operation}${since.nth > 0 ? ` ${since.nth + 1}` : ''}`}`;
