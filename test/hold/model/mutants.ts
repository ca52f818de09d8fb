/** Broken cores: each wraps `step` and drops one rule. A model that misses one of them proves nothing. */
import {step} from '../../../src/hold/core.ts';
import type {Command, CoreEvent, HoldState} from '../../../src/hold/core-state.ts';
import type {Step} from './holder.ts';

type Rewrite = (command: Command, state: HoldState) => readonly Command[];

const rewriting =
	(rewrite: Rewrite): Step =>
	(state, event) => {
		const turn = step(state, event);
		return {state: turn.state, commands: turn.commands.flatMap(command => rewrite(command, turn.state))};
	};

const hearing =
	(change: (event: CoreEvent) => CoreEvent): Step =>
	(state, event) =>
		step(state, change(event));

/** Every suspension looks like ours: nobody's reason is remembered. */
const withoutReasons = (event: CoreEvent): CoreEvent => {
	if (event.on !== 'answered' || event.answer.of !== 'read' || !event.answer.result.ok) return event;
	const group = event.answer.result.value;
	if (group === null) return event;
	const suspended = group.suspended.map(({process}) => ({process, reason: ''}));
	return {...event, answer: {of: 'read', result: {ok: true, value: {...group, suspended}}}};
};

export const mutants: Readonly<Record<string, Step>> = {
	'resumes the baseline too': rewriting((command, state) =>
		command.do === 'resume'
			? [{...command, processes: [...command.processes, ...state.own.baseline] as typeof command.processes}]
			: [command],
	),
	'takes every suspension for its own': hearing(withoutReasons),
	'notes a suspend only after it was made': rewriting(command =>
		command.do === 'note' && command.phase === 'changing'
			? [{...command, phase: 'intent', own: {...command.own, sent: false}}]
			: [command],
	),
	'forgets a suspend that was never answered': (state, event) => {
		const turn = step(state, event);
		return {...turn, state: {...turn.state, own: {...turn.state.own, unanswered: false, windows: []}}};
	},
	'closes the ledger before the resume': rewriting(command =>
		command.do === 'resume' ? [{...command, do: 'remove-note'} as Command, command] : [command],
	),
};
