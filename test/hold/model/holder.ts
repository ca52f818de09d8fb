/** One holder in the model: the process with the real core, its guardian, its ledger entry, and later starts of unflap. */
import {leftOverHold, newHold, step as realStep, takenUpHold} from '../../../src/hold/core.ts';
import type {Command, CoreEvent, HoldInput, Turn} from '../../../src/hold/core-events.ts';
import {runsSinceMs} from '../../../src/hold/core-others.ts';
import type {HoldFacts, HoldState, Ownership} from '../../../src/hold/core-state.ts';
import {firedOwnership} from '../../../src/hold/fired-ownership.ts';
import type {LedgerEntry} from '../../../src/hold/ledger-entry.ts';
import {backedOwnership} from '../../../src/hold/left-overs.ts';
import {strandedProcesses} from '../../../src/hold/stranded.ts';
import {groupArn} from './aws-model.ts';
import {createCalls, localCalls} from './calls.ts';
import {chance, hashOf} from './random.ts';
import type {HolderPlan} from './schedule.ts';
import type {World} from './world.ts';

export type Step = (state: HoldState, event: CoreEvent) => Turn;
export type Role = 'process' | 'guardian' | 'next start';

/** A running core: the process that holds, its guardian while it releases or lingers, or a later start. */
export type Actor = {
	readonly role: Role;
	state: HoldState;
	alive: boolean;
	calls: number;
	/** Process time lags behind by what it slept. */
	slept: number;
	pausedUntil: number;
	/** Longer than any rule forgives. */
	sleptLong: boolean;
	/** The moment the last read told of. */
	lastRead: number;
	/** The moment it last read the runs of all holds. */
	lastRuns: number;
	/** Calls that it gave up. */
	readonly aborted: Set<number>;
	/** Nothing it asks for is answered after this. */
	readonly keysUntil: number;
};

type Entry = Pick<LedgerEntry, 'holdId' | 'phase' | 'own'>;

export type Holder = {
	readonly id: string;
	readonly plan: HolderPlan;
	readonly begin: () => void;
	readonly ask: (input: HoldInput) => void;
	readonly killGuardian: () => void;
	/** At once, or with the n-th call from now on its way. */
	readonly sleep: (ms: number, inCall?: number) => void;
	readonly linger: (ms: number) => void;
	readonly takeUp: () => void;
	/** What a later start of unflap does; false when nothing was left or somebody lives. */
	readonly nextStart: () => boolean;
	readonly entry: () => Entry | null;
	readonly actor: () => Actor | null;
	readonly reported: () => boolean;
	/** A Suspend of this hold on the process was on its way at that moment. */
	readonly wasClose: (process: string, at: number) => boolean;
	/** Its ledger entry has named the run, even if it was forgotten since. */
	readonly hasKnown: (executionId: string) => boolean;
};

export type HolderOptions = {
	readonly step?: Step | undefined;
	/** False: entries are finished without asking whether somebody lives (a mutant). */
	readonly locks?: boolean | undefined;
};

export const createHolder = (
	world: World,
	index: number,
	plan: HolderPlan,
	{step = realStep, locks = true}: HolderOptions = {},
): Holder => {
	const id = `${index}`.repeat(8);
	// The origin of a process clock means nothing: up to 40 minutes away from AWS time.
	const processOrigin = 2_400_000 * (hashOf(world.seed, index, 77) / 0x1_0000_0000 - 0.5);
	const known = createMemory();
	let seeds = 0;
	let entry: Entry | null = null;
	let told: Ownership | null = null;
	let guardian: 'none' | 'waiting' | 'active' | 'dead' = 'none';
	let actor: Actor | null = null;
	let crashed = false;
	let reported = false;
	let heldAt = 0;
	let sleepy: {readonly ms: number; calls: number} | null = null;
	/** Whoever takes the hold up brings credentials of its own. */
	let freshKeys = false;
	const calls = createCalls(world, {index, id, note, removeNote: () => (entry = null), startGuardian});

	return {
		id,
		plan,
		begin: () => {
			const who = start('process', newHold(facts()));
			if (plan.credentialsMs !== null) send(who, {on: 'credentials', until: who.keysUntil});
			send(who, {on: 'begin'});
		},
		ask: input => {
			if (actor?.role === 'process') send(actor, input);
		},
		killGuardian: () => {
			if (guardian !== 'waiting' || actor?.role !== 'process' || !actor.alive) return;
			guardian = 'none';
			world.say(`guardian ${index}`, () => 'is killed');
			send(actor, {on: 'guardian-lost'});
		},
		sleep,
		linger: ms => {
			if (actor?.role !== 'process' || !actor.alive || guardian !== 'waiting') return;
			if (actor.state.release !== null || actor.state.heldAt === null) return;
			heldAt = actor.state.heldAt;
			actor.alive = false;
			world.reach('linger');
			world.say(`process ${index}`, () => 'loses its terminal');
			guard({on: 'linger', ms, message: 'the terminal hung up'});
		},
		takeUp: () => {
			if (actor?.role !== 'guardian' || !actor.alive || actor.state.step.at !== 'linger') return;
			if (told === null) return;
			actor.alive = false;
			guardian = 'none';
			freshKeys = true;
			world.reach('taken up');
			world.say(`process ${index}`, () => 'takes the hold up again');
			send(start('process', takenUpHold(facts(), told, heldAt)), {on: 'take-up'});
		},
		nextStart,
		entry: () => entry,
		actor: () => actor,
		reported: () => reported,
		wasClose: known.wasClose,
		hasKnown: known.hasKnown,
	};

	function facts(patienceMs = 180_000): HoldFacts {
		return {
			holdId: id,
			group: 'web',
			owner: `user${index}@host`,
			reason: '',
			aim: plan.aim,
			forMs: plan.forMs,
			leaseMs: 300_000,
			patienceMs,
			net: plan.net,
			tokenSeed: `${index}${seeds++}`.padStart(24, '0'),
			interactive: plan.answers !== null,
			adopt: [],
		};
	}

	function start(role: Role, state: HoldState): Actor {
		const limited = plan.credentialsMs !== null && role !== 'next start' && !freshKeys;
		actor = {
			role,
			state,
			alive: true,
			calls: 0,
			slept: actor?.slept ?? 0,
			pausedUntil: actor?.pausedUntil ?? 0,
			sleptLong: false,
			lastRead: 0,
			lastRuns: 0,
			aborted: new Set(),
			keysUntil: limited
				? world.startAt + plan.beginAt + (plan.credentialsMs ?? 0)
				: Number.POSITIVE_INFINITY,
		};
		return actor;
	}

	function send(who: Actor, input: HoldInput): void {
		if (!who.alive) return;
		if (who.pausedUntil > world.now()) {
			world.at(who.pausedUntil, () => send(who, input));
			return;
		}
		const processMs = world.now() - world.startAt + processOrigin - who.slept;
		world.reach(who.state.step.at);
		const turn = step(who.state, {...input, moment: {awsMs: world.now(), processMs, rate: 1}});
		who.state = turn.state;
		for (const command of turn.commands) run(who, command);
	}

	function run(who: Actor, command: Command): void {
		switch (command.do) {
			case 'wake':
				world.after(command.ms, () => send(who, {on: 'woke', timer: command.timer}));
				return;
			case 'tell':
				world.reach(command.told.tell);
				world.say(`${who.role} ${index}`, () =>
					'message' in command.told ? command.told.message : command.told.tell,
				);
				if (command.told.tell === 'ask-repair' && plan.answers !== null) {
					const goOn = plan.answers;
					world.after(5000, () => send(who, {on: 'answer', goOn}));
				}
				return;
			case 'abort':
				who.aborted.add(command.call);
				return;
			case 'finish':
				finish(who, command);
				return;
			default:
				perform(who, command);
		}
	}

	function finish(who: Actor, {outcome}: Extract<Command, {do: 'finish'}>): void {
		world.reach(`finish ${outcome.kind}${'why' in outcome ? ` ${outcome.why}` : ''}`);
		if (outcome.kind === 'incomplete' && outcome.claimants.length > 0)
			world.reach('finish incomplete claimed');
		if (outcome.kind !== 'incomplete' && outcome.fuseLeft) world.reach('finish with a fuse left');
		world.say(`${who.role} ${index}`, () => `finished: ${outcome.kind} ${outcome.message}`);
		if (outcome.kind !== 'incomplete' && !outcome.fuseLeft) world.finished(id);
		who.alive = false;
		if (who.role === 'guardian') guardian = 'dead';
		else if (outcome.kind !== 'incomplete') guardian = 'dead';
		else if (who.role === 'process') guardianTakesOver();
	}

	function perform(who: Actor, command: Command & {readonly call: number}): void {
		who.calls++;
		const dies =
			(who.role === 'process' && plan.crash?.call === who.calls && !crashed) ||
			(who.role === 'guardian' && plan.guardianCrash === who.calls);
		if (dies && !(plan.crash?.applied ?? false)) {
			die(who);
			return;
		}
		known.learn(who.state.own);
		const answered = calls.perform(who, command, dies);
		if (dies) {
			die(who);
			return;
		}
		// A read that a sleep cut off is either in the machine already or asked again when it wakes up.
		const asksAgain = reads.has(command.do) && chance(world.seed, index, who.calls, 21) < 0.5;
		const answer = () => {
			// It may have been applied, but nobody reads its answer.
			if (who.aborted.has(command.call)) return;
			if (asksAgain && who.pausedUntil > world.now()) world.at(who.pausedUntil + 200, answer);
			else send(who, {on: 'answered', call: command.call, answer: answered.answer()});
		};
		world.after(answered.after, answer);
		if (sleepy !== null && !localCalls.has(command.do) && --sleepy.calls === 0) fallAsleep(sleepy.ms);
	}

	function die(who: Actor): void {
		who.alive = false;
		world.say(`${who.role} ${index}`, () => 'is killed');
		world.reach(who.role === 'guardian' ? 'guardian crash' : 'crash');
		if (who.role === 'guardian') {
			guardian = 'dead';
			return;
		}
		crashed = true;
		if (plan.crash?.guardianToo) guardian = 'dead';
		else guardianTakesOver();
	}

	function guardianTakesOver(): void {
		if (guardian !== 'waiting' || told === null) {
			guardian = 'dead';
			return;
		}
		guardian = 'active';
		world.after(300, () => {
			if (guardian !== 'active') return;
			world.reach('guardian releases');
			guard({on: 'release', why: 'left-over', message: 'the process is gone'});
		});
	}

	function guard(input: HoldInput): void {
		if (told === null) return;
		guardian = 'active';
		const own = entry?.phase === 'intent' ? {...told, sent: false} : told;
		send(start('guardian', leftOverHold(facts(Number.POSITIVE_INFINITY), own)), input);
	}

	function note(who: Actor, phase: Entry['phase'], own: Ownership): void {
		entry = {holdId: id, phase, own};
		known.learnRuns(own);
		if (guardian === 'waiting' && who.role === 'process') told = own;
	}

	function startGuardian(): void {
		guardian = 'waiting';
		told = entry?.own ?? null;
	}

	function sleep(ms: number, inCall = 0): void {
		if (inCall === 0) fallAsleep(ms);
		else sleepy = {ms, calls: inCall};
	}

	function fallAsleep(ms: number): void {
		if (actor === null) return;
		world.reach('sleep');
		world.say(`machine ${index}`, () => `sleeps ${ms / 1000} s`);
		actor.pausedUntil = Math.max(actor.pausedUntil, world.now() + ms);
		actor.slept += ms;
		// It counts once somebody of this machine has woken up.
		const sleeper = actor;
		if (ms > 35_000) world.after(ms, () => (sleeper.sleptLong = true));
	}

	/** One at a time holds the lock, and nobody takes an entry whose process or guardian lives. */
	function nextStart(): boolean {
		if (entry === null) return false;
		if (locks && (actor?.alive || guardian === 'active')) return false;
		world.reach('next start');
		if (entry.phase === 'intent' && entry.own.fuses.length === 0) {
			entry = null;
			return true;
		}
		const isFuseOnly = entry.phase === 'intent' || entry.own.wanted.length === 0;
		const group = world.aws.read(world.now());
		const runs = world.runs.list(entry.own.since - runsSinceMs);
		if (isFuseOnly && strandedProcesses({holdId: id, own: entry.own, group, runs}).length > 0)
			return reportOnly();
		const own = isFuseOnly
			? {...entry.own, sent: false}
			: (backedOwnership({...entryBase(index), ...entry}, group, 1) ?? firedOnly(entry.own));
		if (own === null) return reportOnly();
		reported = false;
		const victim = actor;
		const who = start('next start', leftOverHold(facts(), own));
		send(who, {on: 'release', why: 'left-over', message: 'next start'});
		if (!locks && victim?.alive) actor = victim;
		return true;
	}

	function reportOnly(): boolean {
		reported = true;
		world.reach('reported only');
		return false;
	}

	function firedOnly(own: Ownership): Ownership | null {
		const runs = own.fuses.map(({executionId}) =>
			executionId === null ? null : world.runs.see(executionId),
		);
		return firedOwnership(
			own,
			runs.filter(run => run !== null),
			world.now(),
		);
	}
};

const reads: ReadonlySet<string> = new Set(['read', 'see-fuse', 'see-fuses']);

/** Every window and reason this hold ever had: within them nobody can tell one suspension from another. */
const createMemory = () => {
	const windows = new Map<number, {to: number | null; processes: readonly string[]}>();
	const reasons = new Set<string>();
	const runs = new Set<string>();
	let last: Ownership | null = null;
	return {
		learn: (own: Ownership) => {
			if (own.windows !== last?.windows)
				for (const {from, to, processes} of own.windows) windows.set(from, {to, processes});
			if (own.fingerprint !== last?.fingerprint)
				for (const [process, texts] of Object.entries(own.fingerprint))
					for (const text of texts) reasons.add(`${process} ${text}`);
			last = own;
		},
		learnRuns: ({fuses}: Ownership) => {
			for (const {executionId} of fuses) if (executionId !== null) runs.add(executionId);
		},
		hasKnown: (executionId: string) => runs.has(executionId),
		wasClose: (process: string, at: number) => {
			if (reasons.has(`${process} User suspended at ${new Date(at).toISOString().slice(0, 19)}Z`))
				return true;
			for (const [from, {to, processes}] of windows)
				if (processes.includes(process) && at >= from - 4000 && at <= (to ?? from + 120_000) + 4000)
					return true;
			return false;
		},
	};
};

const entryBase = (index: number): Omit<LedgerEntry, 'holdId' | 'phase' | 'own'> => ({
	version: 3,
	place: {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null},
	group: 'web',
	machine: {host: 'host', bootId: 'boot', pidNamespace: 'ns'},
	owner: `user${index}@host`,
	reason: '',
	process: {pid: 1, startTime: '1'},
	guardian: null,
	linger: null,
});

export {groupArn};
