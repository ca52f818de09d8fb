/** What becomes of a call of the core in the model: applied or not, at once or late, answered or not, and how. */
import type {Answer, Command} from '../../../src/hold/core-events.ts';
import type {CallFailure, Ownership} from '../../../src/hold/core-state.ts';
import {brokenTagKey, holdTagKey} from '../../../src/hold/tag.ts';
import type {Actor} from './holder.ts';
import {chance} from './random.ts';
import type {World} from './world.ts';

type CallsOptions = {
	readonly index: number;
	readonly id: string;
	readonly note: (who: Actor, phase: 'intent' | 'changing' | 'held' | 'releasing', own: Ownership) => void;
	readonly removeNote: () => void;
	readonly startGuardian: () => void;
};

type Fate = {
	readonly applies: boolean | 'late';
	readonly after: number;
	readonly answer: () => Answer;
};

export type Calls = {
	/** Plans what the call does; the answer may only be asked for after `after`. `now`: the caller dies at once. */
	readonly perform: (
		who: Actor,
		command: Command & {readonly call: number},
		now: boolean,
	) => Pick<Fate, 'after' | 'answer'>;
};

/** They reach no network. */
export const localCalls: ReadonlySet<string> = new Set(['note', 'remove-note', 'start-guardian']);
const groupChanges: ReadonlySet<string> = new Set([
	'suspend',
	'resume',
	'put-tag',
	'delete-tag',
	'absorb-tag',
]);

/** The moments of which its caller had last read the group, and the runs, when it was sent. */
type Arrival = {readonly late: boolean; readonly knownAt: number; readonly runsKnownAt: number};

export const createCalls = (world: World, options: CallsOptions): Calls => {
	const {index, id} = options;

	return {
		perform: (who, command, now) => {
			const place = who.calls + (who.role === 'process' ? 0 : who.role === 'guardian' ? 1000 : 2000);
			let result: Answer | null = null;
			if (command.do === 'read') world.looks(id, who);
			if (command.do === 'arm') world.arms(id, who, command.deadline);
			if (command.do === 'suspend') world.sendsSuspend({hold: id, who, processes: command.processes});
			const fate = decide(who, command, place, () => result);
			// What a call was made by, however late it arrives.
			const {lastRead: knownAt, lastRuns: runsKnownAt} = who;
			const apply = () => {
				if (fate.applies)
					result = applyCall(who, command, {late: fate.applies === 'late', knownAt, runsKnownAt});
			};
			if (now) apply();
			else if (localCalls.has(command.do)) apply();
			else if (fate.applies === 'late')
				world.after(fate.after + 20_000 * chance(world.seed, index, place, 9), apply);
			else if (fate.applies) world.after(fate.after / 2, apply);
			return fate;
		},
	};

	function decide(
		who: Actor,
		command: Command & {readonly call: number},
		place: number,
		result: () => Answer | null,
	): Fate {
		const after = 20 + Math.floor(280 * chance(world.seed, index, place, 1));
		const failing = (failure: CallFailure) => () => failed(command.do, failure);
		const refused = (message: string, lasting: boolean): Fate => ({
			applies: false,
			after,
			answer: failing({settled: true, lasting, message, next: []}),
		});
		const fine = () => result() ?? answerOf(who, command, place);
		if (localCalls.has(command.do)) return {applies: true, after: 5, answer: fine};
		if (world.now() > who.keysUntil) return refused('ExpiredToken', true);
		if (world.isDenied(command.do)) return refused('AccessDenied', true);
		if (world.isContended() && groupChanges.has(command.do)) return refused('ResourceContention', false);
		if (chance(world.seed, index, place) >= world.faults) return {applies: true, after, answer: fine};
		world.reach(`fault ${command.do}`);
		const kind = Math.floor(4 * chance(world.seed, index, place, 2));
		const slow = who.state.release === null ? 15_000 : 1500;
		if (kind === 0) return refused('ResourceContention', false);
		if (kind === 1) return {applies: false, after: slow, answer: failing(lost)};
		// What is applied late was lost on its way, and may arrive after everything else.
		return {applies: kind === 2 ? 'late' : true, after: slow, answer: failing(lost)};
	}

	function answerOf(who: Actor, command: Command, place: number): Answer {
		switch (command.do) {
			case 'read': {
				const at = world.now() - world.staleMs * chance(world.seed, index, place, 3);
				who.lastRead = at;
				return {of: 'read', result: {ok: true, value: world.aws.read(at)}};
			}
			case 'probe':
				return {of: 'probe', result: {ok: true, value: 'permitted'}};
			case 'see-fuse':
				return {of: 'see-fuse', result: {ok: true, value: world.runs.see(command.executionId)}};
			case 'see-fuses':
				who.lastRuns = world.now();
				return {of: 'see-fuses', result: {ok: true, value: world.runs.list(command.since)}};
			case 'arm':
				return failed('arm', lost);
			default:
				return {of: command.do, result: {ok: true, value: null}} as Answer;
		}
	}

	/** The answer when the change itself decides it. */
	function applyCall(who: Actor, command: Command, arrival: Arrival): Answer | null {
		const {late} = arrival;
		const name = `${who.role} ${index}`;
		switch (command.do) {
			case 'note':
				options.note(who, command.phase, command.own);
				return null;
			case 'remove-note':
				options.removeNote();
				return null;
			case 'start-guardian':
				options.startGuardian();
				return null;
			case 'arm':
				return arm(who, command, arrival);
			case 'stop-fuse':
				world.say(name, () => `stops fuse ${command.executionId.slice(0, 8)}`);
				world.stopsFuse(id, who, command.executionId, late);
				world.runs.cancel(command.executionId);
				return null;
			case 'put-tag':
				world.say(name, () => `tags: ${command.value}`);
				return world.aws.putTag(holdTagKey(id), command.value, world.now())
					? null
					: failed('put-tag', {settled: true, lasting: true, message: 'LimitExceeded', next: []});
			case 'delete-tag':
				world.say(name, () => 'deletes its tag');
				world.deletesTag(id, who);
				world.aws.deleteTag(holdTagKey(id), world.now());
				world.aws.deleteTag(brokenTagKey(id), world.now());
				return null;
			case 'absorb-tag':
				world.reach('absorbed');
				world.say(name, () => `absorbs ${command.holdId}`);
				world.aws.deleteTag(holdTagKey(command.holdId), world.now());
				return null;
			case 'suspend':
				world.suspendByHold({hold: id, who, processes: command.processes});
				return null;
			case 'resume':
				world.resumeByHold({hold: id, who, processes: command.processes, lastRead: late ? 0 : who.lastRead});
				return null;
			default:
				return null;
		}
	}

	function arm(who: Actor, command: Extract<Command, {do: 'arm'}>, arrival: Arrival): Answer {
		const {clientToken: token, deadline, processes} = command;
		const {knownAt, runsKnownAt} = arrival;
		const {keysUntil} = who;
		const run = world.runs.start({token, holdId: id, deadline, processes, knownAt, runsKnownAt, keysUntil});
		if (run === null) {
			world.reach('limit of automations');
			return failed('arm', {
				settled: true,
				lasting: false,
				message: 'AutomationExecutionLimitExceeded',
				next: [],
			});
		}
		world.say(
			`${who.role} ${index}`,
			() => `arms fuse ${run.executionId.slice(0, 8)} for ${processes.join(' ')}`,
		);
		return {of: 'arm', result: {ok: true, value: run.executionId}};
	}
};

const lost: CallFailure = {settled: false, lasting: false, message: 'no answer in time', next: []};

const failed = (of: Command['do'], failure: CallFailure): Answer =>
	({of, result: {ok: false, failure}}) as Answer;
