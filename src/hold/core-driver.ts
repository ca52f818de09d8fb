/** Runs the pure core: hands it the time, performs its commands, feeds the answers back. */
import type {AwsClock, ProcessClock} from '../base/clock.ts';
import {step} from './core.ts';
import type {Answer, Call, Command, HoldInput, Told} from './core-events.ts';
import type {CoreOutcome, HoldState} from './core-state.ts';

export type Perform = (
	call: Call,
	options: {
		readonly signal: AbortSignal /** A release is under way: short timeouts. */;
		readonly hurry: boolean;
	},
) => Promise<Answer>;

export type DriverOptions = {
	readonly state: HoldState;
	readonly perform: Perform;
	readonly awsClock: Pick<AwsClock, 'now' | 'rate'>;
	readonly processClock: ProcessClock;
	readonly onTold: (told: Told, state: HoldState) => void;
	readonly onFinish: (outcome: CoreOutcome, state: HoldState) => void;
	readonly onChange: (state: HoldState) => void;
};

export type Driver = {
	readonly state: () => HoldState;
	readonly send: (input: HoldInput) => void;
	/** Nothing is performed any more; calls under way are cut off. */
	readonly stop: () => void;
};

export const createDriver = (options: DriverOptions): Driver => {
	const {perform, awsClock, processClock} = options;
	const stopped = new AbortController();
	const inFlight = new Map<number, AbortController>();
	let sleeping = new AbortController();
	let state = options.state;

	const send = (input: HoldInput) => {
		if (stopped.signal.aborted) return;
		const moment = {awsMs: awsClock.now(), processMs: processClock.now(), rate: awsClock.rate};
		const turn = step(state, {...input, moment});
		state = turn.state;
		for (const command of turn.commands) run(command);
		options.onChange(state);
	};

	const run = (command: Command) => {
		switch (command.do) {
			case 'abort':
				inFlight.get(command.call)?.abort();
				return;
			case 'wake':
				void wake(command.timer, command.jitter ? command.ms * (0.75 + Math.random() / 2) : command.ms);
				return;
			case 'tell':
				options.onTold(command.told, state);
				return;
			case 'finish':
				options.onFinish(command.outcome, state);
				return;
			default:
				void ask(command);
		}
	};

	const wake = async (timer: number, ms: number) => {
		sleeping.abort();
		sleeping = new AbortController();
		const {signal} = sleeping;
		await processClock.sleep(ms, signal);
		if (!signal.aborted) send({on: 'woke', timer});
	};

	const ask = async (command: Call & {readonly call: number}) => {
		const controller = new AbortController();
		inFlight.set(command.call, controller);
		const answer = await perform(command, {signal: controller.signal, hurry: state.release !== null});
		inFlight.delete(command.call);
		send({on: 'answered', call: command.call, answer});
	};

	return {
		state: () => state,
		send,
		stop: () => {
			stopped.abort();
			sleeping.abort();
			for (const controller of inFlight.values()) controller.abort();
		},
	};
};
