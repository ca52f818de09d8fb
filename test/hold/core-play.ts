/** One hold of the pure core against a small AWS in memory that answers every call at once, for tests of single rows. */
import {newHold, step} from '../../src/hold/core.ts';
import type {Answer, Command, HoldInput} from '../../src/hold/core-events.ts';
import type {CallFailure, HoldFacts, HoldState, SeenFuse, SeenGroup} from '../../src/hold/core-state.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {holdTagKey} from '../../src/hold/tag.ts';

export const holdId = '7f3a90c1';
export const startAws = Date.UTC(2026, 10, 22, 13, 0, 0);
const arn = 'arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:1111:autoScalingGroupName/web';

export const reasonAt = (at: number): string =>
	`User suspended at ${new Date(at).toISOString().slice(0, 19)}Z`;

export const denied = (message: string): CallFailure => ({settled: true, lasting: true, message, next: []});
export const unanswered: CallFailure = {
	settled: false,
	lasting: false,
	message: 'no answer in time',
	next: [],
};

type CallName = Answer['of'];
type WorldRun = {-readonly [Key in keyof SeenFuse]: SeenFuse[Key]} & {token: string};

export const play = (facts: Partial<HoldFacts> = {}) => {
	const suspended = new Map<string, string>();
	const tags = new Map<string, string>();
	const runs: WorldRun[] = [];
	const failing = new Map<CallName, CallFailure>();
	const asked: Command[] = [];
	let state: HoldState = newHold({
		holdId,
		group: 'web',
		owner: 'ana@lap7',
		reason: '',
		aim: presetProcesses('no-replace'),
		forMs: 3_600_000,
		leaseMs: 1_800_000,
		patienceMs: 180_000,
		net: 'fuse',
		tokenSeed: 'a'.repeat(24),
		interactive: false,
		adopt: [],
		...facts,
	});
	let awsMs = startAws;
	let processMs = 0;
	let commands: readonly Command[] = [];

	const send = (input: HoldInput) => {
		const turn = step(state, {...input, moment: {awsMs, processMs, rate: 1}});
		state = turn.state;
		// What is only noted leaves the call or the timer that waits as it is.
		if (turn.commands.some(({do: name}) => name !== 'tell')) commands = turn.commands;
		asked.push(...commands);
	};
	const waiting = () => commands.find(command => 'call' in command && command.do !== 'abort');
	const group = (): SeenGroup => ({
		arn,
		status: null,
		operator: null,
		suspended: [...suspended].map(([process, reason]) => ({process, reason})),
		tags: [...tags].map(([key, value]) => ({key, value})),
	});

	const apply = (command: Command): unknown => {
		switch (command.do) {
			case 'read':
				return group();
			case 'probe':
				return 'permitted';
			case 'arm': {
				const known = runs.find(({token}) => token === command.clientToken);
				return (known ?? start(command)).executionId;
			}
			case 'see-fuse':
				return runs.find(({executionId}) => executionId === command.executionId) ?? null;
			case 'see-fuses':
				return [...runs];
			case 'stop-fuse':
				end(command.executionId, 'other');
				return null;
			case 'put-tag':
				tags.set(holdTagKey(holdId), command.value);
				return null;
			case 'delete-tag':
				tags.delete(holdTagKey(holdId));
				return null;
			case 'absorb-tag':
				tags.delete(holdTagKey(command.holdId));
				return null;
			case 'suspend':
				for (const process of command.processes)
					if (!suspended.has(process)) suspended.set(process, reasonAt(awsMs));
				return null;
			case 'resume':
				for (const process of command.processes) suspended.delete(process);
				return null;
			default:
				return null;
		}
	};

	const start = ({clientToken, deadline, processes}: Extract<Command, {do: 'arm'}>): WorldRun =>
		addRun({token: clientToken, holdId, deadline, processes});

	const addRun = (run: Partial<WorldRun> & Pick<WorldRun, 'holdId' | 'processes'>): WorldRun => {
		const whole: WorldRun = {
			token: '',
			executionId: `0000000${runs.length + 1}-0000-4000-8000-000000000000`,
			status: 'InProgress',
			onSleepStep: true,
			genuine: true,
			deadline: awsMs + 1_800_000,
			startedAt: awsMs,
			endedAt: null,
			final: null,
			...run,
		};
		runs.push(whole);
		return whole;
	};

	const end = (executionId: string, final: 'success' | 'other') => {
		const run = runs.find(one => one.executionId === executionId);
		if (run === undefined || run.final !== null) return;
		Object.assign(run, {
			final,
			status: final === 'success' ? 'Success' : 'Cancelled',
			onSleepStep: false,
			endedAt: awsMs,
		});
	};

	/** Answers the call that waits as this AWS would. */
	const answer = () => {
		const command = waiting();
		if (command === undefined || !('call' in command)) throw new Error('nothing waits for an answer');
		const failure = failing.get(command.do);
		const result = failure === undefined ? {ok: true, value: apply(command)} : {ok: false, failure};
		send({on: 'answered', call: command.call, answer: {of: command.do, result} as Answer});
	};

	const wake = (sleptMs = 0) => {
		const command = commands.find(one => one.do === 'wake');
		if (command?.do !== 'wake') throw new Error('nothing sleeps');
		awsMs += command.ms + sleptMs;
		processMs += command.ms;
		send({on: 'woke', timer: command.timer});
	};

	/** Answers calls and lets time pass until the named call waits, `idle`, or the end. */
	const until = (name: CallName | 'idle' | 'ended'): void => {
		for (let turns = 0; turns < 500; turns++) {
			if (state.step.at === 'ended' || (name === 'idle' && state.step.at === 'idle')) return;
			const command = waiting();
			if (command?.do === name) return;
			if (command === undefined) wake();
			else answer();
		}
		throw new Error(`never came to ${name}: ${state.step.at}`);
	};

	/** One round of the loop. */
	const round = () => {
		wake();
		until('idle');
	};

	return {
		send,
		answer,
		wake,
		until,
		round,
		addRun,
		end,
		suspended,
		tags,
		runs,
		failing,
		state: () => state,
		waiting,
		now: () => awsMs,
		pass: (ms: number) => {
			awsMs += ms;
			processMs += ms;
		},
		hold: () => {
			send({on: 'begin'});
			until('idle');
			return state;
		},
		release: () => {
			send({on: 'release', why: 'asked', message: ''});
			until('ended');
		},
		calls: (...names: readonly string[]) =>
			asked.filter(command => 'call' in command && (names.length === 0 || names.includes(command.do))),
		names: () => asked.flatMap(command => ('call' in command && command.do !== 'abort' ? [command.do] : [])),
		told: () => asked.flatMap(command => (command.do === 'tell' ? [command.told] : [])),
		outcome: () => asked.flatMap(command => (command.do === 'finish' ? [command.outcome] : []))[0],
	};
};

export type Play = ReturnType<typeof play>;
