/** One holder in the model: the process with the real core, its guardian, its ledger entry, and the next start after both. */
import {leftOverHold, newHold, step as realStep} from '../../../src/hold/core.ts';
import type {
	Answer,
	CallFailure,
	Command,
	CoreEvent,
	HoldFacts,
	HoldInput,
	HoldState,
	Ownership,
	Turn,
} from '../../../src/hold/core-state.ts';
import type {LedgerEntry} from '../../../src/hold/ledger-entry.ts';
import {backedOwnership} from '../../../src/hold/left-overs.ts';
import {brokenTagKey, holdTagKey} from '../../../src/hold/tag.ts';
import {groupArn} from './aws-model.ts';
import {chance} from './random.ts';
import type {HolderPlan} from './schedule.ts';
import type {World} from './world.ts';

export type Step = (state: HoldState, event: CoreEvent) => Turn;
export type Role = 'process' | 'guardian' | 'next start';

/** A running core: the process that holds, its guardian while it releases, or a later start. */
type Actor = {
	readonly role: Role;
	state: HoldState;
	alive: boolean;
	calls: number;
	/** Process time lags behind by what it slept. */
	slept: number;
	pausedUntil: number;
};

export type Holder = {
	readonly id: string;
	readonly plan: HolderPlan;
	readonly begin: () => void;
	readonly ask: (input: HoldInput) => void;
	readonly killGuardian: () => void;
	readonly sleep: (ms: number) => void;
	/** What a later start of unflap does; false when nothing was left or somebody lives. */
	readonly nextStart: () => boolean;
	readonly entry: () => Pick<LedgerEntry, 'holdId' | 'phase' | 'own'> | null;
	readonly ownerships: () => readonly Ownership[];
	readonly busy: () => boolean;
	readonly reported: () => boolean;
};

export const createHolder = (
	world: World,
	index: number,
	plan: HolderPlan,
	step: Step = realStep,
): Holder => {
	const id = `${index}`.repeat(8);
	const facts: HoldFacts = {
		holdId: id,
		group: 'web',
		owner: `user${index}@host`,
		reason: '',
		aim: plan.aim,
		forMs: plan.forMs,
		leaseMs: 300_000,
		patienceMs: 180_000,
	};
	let entry: Pick<LedgerEntry, 'holdId' | 'phase' | 'own'> | null = null;
	let told: Ownership | null = null;
	let guardian: 'none' | 'waiting' | 'releasing' | 'dead' = 'none';
	let actor: Actor | null = null;
	let crashed = false;
	let reported = false;
	/** The moment the last read told of. */
	let lastRead = 0;
	const everOwned: Ownership[] = [];

	const start = (role: Role, state: HoldState): Actor => {
		lastRead = 0;
		actor = {
			role,
			state,
			alive: true,
			calls: 0,
			slept: actor?.slept ?? 0,
			pausedUntil: actor?.pausedUntil ?? 0,
		};
		return actor;
	};

	const send = (who: Actor, input: HoldInput): void => {
		if (!who.alive) return;
		if (who.pausedUntil > world.now()) {
			world.at(who.pausedUntil, () => send(who, input));
			return;
		}
		const moment = {awsMs: world.now(), processMs: world.now() - who.slept, rate: 1};
		const turn = step(who.state, {...input, moment});
		world.reach(`${who.state.step.at}`);
		who.state = turn.state;
		for (const command of turn.commands) run(who, command);
	};

	const run = (who: Actor, command: Command): void => {
		switch (command.do) {
			case 'wake':
				world.after(command.ms, () => send(who, {on: 'woke', timer: command.timer}));
				return;
			case 'tell':
				world.reach(command.told.tell);
				world.say(
					`${who.role} ${index}`,
					command.told.tell === 'warning' ? command.told.message : command.told.tell,
				);
				return;
			case 'abort':
				return;
			case 'finish':
				world.reach(
					`finish ${command.outcome.kind}${'why' in command.outcome ? ` ${command.outcome.why}` : ''}`,
				);
				world.say(`${who.role} ${index}`, `finished: ${command.outcome.kind} ${command.outcome.message}`);
				finished(who, command.outcome.kind);
				return;
			default:
				perform(who, command);
		}
	};

	const finished = (who: Actor, kind: string): void => {
		who.alive = false;
		if (kind !== 'incomplete') guardian = 'dead';
		else if (who.role === 'process') guardianTakesOver();
	};

	const die = (who: Actor): void => {
		who.alive = false;
		crashed = true;
		world.say(`${who.role} ${index}`, 'is killed');
		world.reach('crash');
		if (plan.crash?.guardianToo) guardian = 'dead';
		else guardianTakesOver();
	};

	const guardianTakesOver = (): void => {
		if (guardian !== 'waiting' || told === null) {
			guardian = 'dead';
			return;
		}
		guardian = 'releasing';
		const own = told;
		world.after(300, () => {
			if (guardian !== 'releasing') return;
			world.reach('guardian releases');
			const who = start('guardian', leftOverHold({...facts, patienceMs: Number.POSITIVE_INFINITY}, own));
			send(who, {on: 'release', why: 'left-over', message: 'the process is gone'});
		});
	};

	const perform = (who: Actor, command: Command & {readonly call: number}): void => {
		who.calls++;
		const place = who.role === 'process' ? who.calls : who.calls + 1000;
		const dies = who.role === 'process' && plan.crash?.call === who.calls && !crashed;
		if (dies && !plan.crash?.applied) {
			die(who);
			return;
		}
		const {applies, after, answer} = decide(who, command, place);
		const apply = () => {
			if (applies) applyCall(who, command, applies === 'late');
		};
		if (dies) {
			apply();
			die(who);
			return;
		}
		world.after(applies === 'late' ? after + 20_000 * chance(world.seed, index, place, 9) : after / 2, () => {
			apply();
		});
		world.after(after, () => send(who, {on: 'answered', call: command.call, answer: answer()}));
	};

	/** What becomes of a call: applied or not, answered or not, and when. */
	const decide = (who: Actor, command: Command & {readonly call: number}, place: number) => {
		const roll = chance(world.seed, index, place);
		const latency = 20 + Math.floor(280 * chance(world.seed, index, place, 1));
		const failing = (failure: CallFailure) => () => failed(command.do, failure);
		const local = ['note', 'remove-note', 'start-guardian'].includes(command.do);
		if (!local && world.isDenied(command.do))
			return {applies: false as const, after: latency, answer: failing({...settled, lasting: true})};
		if (local || roll >= world.faults)
			return {applies: true as const, after: latency, answer: () => succeed(who, command, place)};
		world.reach(`fault ${command.do}`);
		const kind = Math.floor(4 * chance(world.seed, index, place, 2));
		const slow = who.state.release === null ? 15_000 : 1500;
		if (kind === 0) return {applies: false as const, after: latency, answer: failing(settled)};
		if (kind === 1) return {applies: false as const, after: slow, answer: failing(lost)};
		// What is applied late was lost on its way, and may arrive after everything else.
		if (kind === 2) return {applies: 'late' as const, after: slow, answer: failing(lost)};
		return {applies: true as const, after: slow, answer: failing(lost)};
	};

	const succeed = (who: Actor, command: Command, place: number): Answer => {
		switch (command.do) {
			case 'read': {
				const stale = world.staleMs * chance(world.seed, index, place, 3);
				lastRead = world.now() - stale;
				return {of: 'read', result: {ok: true, value: world.aws.read(world.now() - stale)}};
			}
			case 'probe':
				return {of: 'probe', result: {ok: true, value: 'permitted'}};
			case 'note':
			case 'start-guardian':
			case 'put-tag':
			case 'suspend':
			case 'resume':
			case 'delete-tag':
			case 'remove-note':
				return {of: command.do, result: {ok: true, value: null}};
			default:
				throw new Error(`${who.role} cannot be answered`);
		}
	};

	const applyCall = (who: Actor, command: Command, late = false): void => {
		const name = `${who.role} ${index}`;
		switch (command.do) {
			case 'note':
				entry = {holdId: id, phase: command.phase, own: command.own};
				everOwned.push(command.own);
				if (guardian === 'waiting' && who.role === 'process') told = command.own;
				return;
			case 'remove-note':
				entry = null;
				return;
			case 'start-guardian':
				guardian = 'waiting';
				told = entry?.own ?? null;
				return;
			case 'put-tag':
				world.say(name, `tags: ${command.value}`);
				world.aws.putTag(holdTagKey(id), command.value, world.now());
				return;
			case 'delete-tag':
				world.say(name, 'deletes its tag');
				world.aws.deleteTag(holdTagKey(id), world.now());
				world.aws.deleteTag(brokenTagKey(id), world.now());
				return;
			case 'suspend':
				world.suspendByHold(id, command.processes);
				return;
			case 'resume':
				world.resumeByHold(id, command.processes, late ? 0 : lastRead);
				return;
			default:
		}
	};

	return {
		id,
		plan,
		begin: () => send(start('process', newHold(facts)), {on: 'begin'}),
		ask: input => {
			if (actor?.role === 'process') send(actor, input);
		},
		killGuardian: () => {
			if (guardian === 'waiting' && actor?.alive && actor.role === 'process') {
				guardian = 'none';
				world.say(`guardian ${index}`, 'is killed');
				send(actor, {on: 'guardian-lost'});
			}
		},
		sleep: ms => {
			if (actor === null) return;
			world.reach('sleep');
			world.say(`machine ${index}`, `sleeps ${ms / 1000} s`);
			actor.pausedUntil = Math.max(actor.pausedUntil, world.now() + ms);
			actor.slept += ms;
		},
		nextStart: () => {
			if (actor?.alive || guardian === 'releasing' || entry === null) return false;
			world.reach('next start');
			if (entry.phase === 'intent') {
				entry = null;
				return true;
			}
			const own = backedOwnership({...entryBase(index), ...entry}, world.aws.read(world.now()), 1);
			if (own === null) {
				reported = true;
				world.reach('reported only');
				return false;
			}
			send(start('next start', leftOverHold(facts, own)), {
				on: 'release',
				why: 'left-over',
				message: 'next start',
			});
			return true;
		},
		entry: () => entry,
		ownerships: () => [...everOwned, ...(actor === null ? [] : [actor.state.own])],
		busy: () => actor?.alive === true || guardian === 'releasing',
		reported: () => reported,
	};
};

const settled: CallFailure = {settled: true, lasting: false, message: 'ResourceContention', next: []};
const lost: CallFailure = {settled: false, lasting: false, message: 'no answer in time', next: []};

const failed = (of: Command['do'], failure: CallFailure): Answer =>
	({of, result: {ok: false, failure}}) as Answer;

const entryBase = (index: number): Omit<LedgerEntry, 'holdId' | 'phase' | 'own'> => ({
	version: 1,
	place: {account: '441200009012', partition: 'aws', region: 'eu-west-1', endpoint: null},
	group: 'web',
	machine: {host: 'host', bootId: 'boot', pidNamespace: 'ns'},
	owner: `user${index}@host`,
	reason: '',
	process: {pid: 1, startTime: '1'},
	guardian: null,
});

export {groupArn};
