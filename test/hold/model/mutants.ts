/**
 * Broken cores: each wraps `step` and drops one rule of hold.md. A model that misses one of them proves nothing. One of
 * them breaks the ledger's lock instead, which is no part of the core.
 */
import {step as realStep} from '../../../src/hold/core.ts';
import type {Answer, Command, CoreEvent} from '../../../src/hold/core-events.ts';
import type {HoldState, SeenFuse, SeenGroup} from '../../../src/hold/core-state.ts';
import {inOrder} from '../../../src/hold/processes.ts';
import type {HolderOptions, Step} from './holder.ts';

type Rewrite = (command: Command, state: HoldState) => readonly Command[];

const rewriting =
	(rewrite: Rewrite): Step =>
	(state, event) => {
		const turn = realStep(state, event);
		return {state: turn.state, commands: turn.commands.flatMap(command => rewrite(command, turn.state))};
	};

const hearing =
	(change: (event: CoreEvent, state: HoldState) => CoreEvent): Step =>
	(state, event) =>
		realStep(state, change(event, state));

const knowing =
	(change: (state: HoldState) => HoldState): Step =>
	(state, event) => {
		const turn = realStep(state, event);
		return {...turn, state: change(turn.state)};
	};

/** The command is answered as if it had been done, and is not. */
const pretending =
	(isSkipped: (command: Command, state: HoldState) => boolean): Step =>
	(state, event) => {
		let turn = realStep(state, event);
		for (;;) {
			const skipped = turn.commands.find(command => 'call' in command && isSkipped(command, turn.state));
			if (skipped === undefined || !('call' in skipped)) return turn;
			const answer = {of: skipped.do, result: {ok: true, value: null}} as Answer;
			const next = realStep(turn.state, {on: 'answered', call: skipped.call, answer, moment: event.moment});
			const others = turn.commands.filter(command => command !== skipped);
			turn = {state: next.state, commands: [...others, ...next.commands]};
		}
	};

const readAs = (event: CoreEvent, change: (group: SeenGroup) => SeenGroup): CoreEvent => {
	if (event.on !== 'answered' || event.answer.of !== 'read' || !event.answer.result.ok) return event;
	const group = event.answer.result.value;
	if (group === null) return event;
	return {...event, answer: {of: 'read', result: {ok: true, value: change(group)}}};
};

const runsAs = (
	event: CoreEvent,
	change: (runs: readonly SeenFuse[], event: CoreEvent) => readonly SeenFuse[],
): CoreEvent => {
	if (event.on !== 'answered' || event.answer.of !== 'see-fuses' || !event.answer.result.ok) return event;
	return {
		...event,
		answer: {of: 'see-fuses', result: {ok: true, value: change(event.answer.result.value, event)}},
	};
};

const fuseAs = (
	event: CoreEvent,
	change: (fuse: SeenFuse, state: HoldState) => SeenFuse,
	state: HoldState,
): CoreEvent => {
	if (event.on !== 'answered' || event.answer.of !== 'see-fuse' || !event.answer.result.ok) return event;
	const fuse = event.answer.result.value;
	if (fuse === null) return event;
	return {...event, answer: {of: 'see-fuse', result: {ok: true, value: change(fuse, state)}}};
};

/** A claim in a tag counts as a run of that hold: what threats.md H1 and H2 forbid. */
const believingTags = (): Step => {
	let lastTags: SeenGroup['tags'] = [];
	return hearing((event, state) => {
		if (event.on === 'answered' && event.answer.of === 'read' && event.answer.result.ok)
			lastTags = event.answer.result.value?.tags ?? lastTags;
		return runsAs(event, runs => [...runs, ...lastTags.flatMap(tag => claimOf(tag, state, event))]);
	});
};

const letters: Readonly<Record<string, string>> = {
	R: 'ReplaceUnhealthy',
	H: 'HealthCheck',
	T: 'Terminate',
	Z: 'AZRebalance',
	A: 'AlarmNotification',
	S: 'ScheduledActions',
	I: 'InstanceRefresh',
	L: 'Launch',
	B: 'AddToLoadBalancer',
};

const claimOf = (tag: SeenGroup['tags'][number], state: HoldState, event: CoreEvent): readonly SeenFuse[] => {
	const holdId = /^unflap:hold:([0-9a-f]{8})$/.exec(tag.key)?.[1];
	const named = /procs=([A-Z]+)/.exec(tag.value)?.[1];
	if (holdId === undefined || named === undefined || holdId === state.facts.holdId) return [];
	return [
		{
			executionId: `tag-${holdId}`,
			status: 'InProgress',
			onSleepStep: true,
			genuine: true,
			deadline: event.moment.awsMs + 1_800_000,
			processes: inOrder([...named].map(letter => letters[letter] ?? '')),
			startedAt: event.moment.awsMs - 172_800_000,
			endedAt: null,
			holdId,
			final: null,
		},
	];
};

/** Every suspension looks like ours: nobody's reason is remembered. */
const withoutReasons = hearing(event =>
	readAs(event, group => ({
		...group,
		suspended: group.suspended.map(({process}) => ({process, reason: ''})),
	})),
);

const isResume = (command: Command): boolean => command.do === 'resume';

const resumingMore = (more: (state: HoldState) => readonly string[]): Step =>
	rewriting((command, state) =>
		command.do === 'resume'
			? [{...command, processes: inOrder([...command.processes, ...more(state)])}]
			: [command],
	);

/** As if process time and AWS time never ran apart, and no deadline had passed. */
const neverSpent: Step = (state, event) => {
	const moment = {...event.moment};
	const turn = realStep({...state, spent: false, moment: null}, {...event, moment});
	return {...turn, state: {...turn.state, spent: false}};
};

/** The old fuse goes on as it was, and knows nothing of what was adopted. */
const adoptingUnarmed: Step = (state, event) => {
	const {step} = state;
	const isArming = (step.at === 'arm' || step.at === 'arm-look') && step.plan.purpose === 'adopt';
	if (!isArming || event.on !== 'answered') return realStep(state, event);
	const fuse = state.own.fuses.find(({clientToken}) => clientToken === step.plan.fuse);
	if (event.answer.of === 'see-fuse' && fuse !== undefined)
		return realStep(
			state,
			fuseAs(event, seen => ({...seen, processes: fuse.processes, deadline: fuse.deadline}), state),
		);
	const known = state.fuse?.executionId;
	if (event.answer.of !== 'arm' || known === undefined) return realStep(state, event);
	return realStep(state, {...event, answer: {of: 'arm', result: {ok: true, value: known}}});
};

export type Mutant = HolderOptions;

export const mutants: Readonly<Record<string, Mutant>> = {
	'ignores the baseline': {step: resumingMore(state => state.own.baseline)},
	'takes every suspension for its own': {step: withoutReasons},
	'ignores what others changed': {step: resumingMore(state => Object.keys(state.own.changed))},
	'resumes what other live holds want': {
		step: resumingMore(state => state.release?.left.backed ?? []),
	},
	'sends an empty list, which AWS takes for all nine': {
		step: rewriting(command =>
			command.do === 'resume' ? [{...command, processes: inOrder(Object.values(letters))}] : [command],
		),
	},
	'notes a suspend only after it was made': {
		step: pretending((command, state) => command.do === 'note' && state.step.at === 'note-suspend'),
	},
	'starts a fuse before its token is in the ledger': {
		step: pretending((command, state) => command.do === 'note' && state.step.at === 'note-fuse'),
	},
	'forgets a suspend that was never answered': {
		step: knowing(state => ({
			...state,
			own: {...state.own, unanswered: false, windows: state.own.windows.slice(0, 0)},
		})),
	},
	'closes the ledger before the resume': {
		step: rewriting(command =>
			isResume(command) && 'call' in command ? [{do: 'remove-note', call: -1}, command] : [command],
		),
	},
	'stops the fuse before the resume': {
		step: rewriting((command, state) => [
			...(command.do === 'resume'
				? state.own.fuses.flatMap(({executionId}) =>
						executionId === null ? [] : [{do: 'stop-fuse', executionId, call: -1} as const],
					)
				: []),
			command,
		]),
	},
	'deletes the tag before the resume': {
		step: rewriting(command =>
			command.do === 'resume' ? [{do: 'delete-tag', call: -1}, command] : [command],
		),
	},
	'suspends before its fuse is seen asleep': {
		step: hearing((event, state) =>
			fuseAs(
				event,
				(fuse, {own}) => ({
					...fuse,
					status: 'InProgress',
					onSleepStep: true,
					final: null,
					deadline:
						own.fuses.find(({executionId}) => executionId === fuse.executionId)?.deadline ?? fuse.deadline,
				}),
				state,
			),
		),
	},
	'never looks at its fuse again': {
		step: pretendingFuseAsleep(),
	},
	'suspends after a sleep, or after its fuse is spent': {step: neverSpent},
	'keeps a fuse whose deadline is past the credentials': {
		step: hearing(event => (event.on === 'credentials' ? {...event, until: null} : event)),
	},
	'believes tags': {},
	'claims nothing of other holds': {step: hearing(event => runsAs(event, () => []))},
	'believes fuses that end in a week': {
		step: hearing((event, state) =>
			runsAs(event, runs =>
				runs.map(run =>
					run.holdId === state.facts.holdId
						? run
						: {...run, deadline: Math.min(run.deadline, event.moment.awsMs + 1_800_000)},
				),
			),
		),
	},
	'stops the fuse of a stranger': {
		step: rewriting((command, state) => [
			...(command.do === 'arm'
				? state.runs.runs.flatMap(({executionId, holdId, final}) =>
						holdId === state.facts.holdId || final !== null
							? []
							: [{do: 'stop-fuse', executionId, call: -1} as const],
					)
				: []),
			command,
		]),
	},
	'takes every fuse for stopped': {
		step: hearing((event, state) =>
			state.step.at === 'stop-look'
				? fuseAs(event, fuse => ({...fuse, final: fuse.final ?? 'other'}), state)
				: event,
		),
	},
	'forgets a start that was never answered': {
		step: knowing(state =>
			state.release === null
				? state
				: {
						...state,
						own: {...state.own, fuses: state.own.fuses.filter(({executionId}) => executionId !== null)},
					},
		),
	},
	'adopts without a new fuse': {step: adoptingUnarmed},
	'drops the second read: leaves to others by a read older than its own word': {
		step: knowing(state =>
			state.release === null || state.release.tagSaidMs === null
				? state
				: {...state, release: {...state.release, tagSaidMs: -1e12, readsDue: []}},
		),
	},
	'fights a third party for ever': {
		step: knowing(state => ({...state, watch: {...state.watch, repairs: []}, question: null})),
	},
	'suspends again after somebody ended the hold': {
		step: hearing((event, state) =>
			readAs(event, group => {
				const key = `unflap:hold:${state.facts.holdId}`;
				const value = state.own.tagValues.at(-1);
				if (
					state.release !== null ||
					value === undefined ||
					group.tags.some(tag => tag.key === key && tag.value === value)
				)
					return group;
				return {...group, tags: [...group.tags.filter(tag => tag.key !== key), {key, value}]};
			}),
		),
	},
	'resumes again what its fuse had resumed': {
		step: hearing((event, state) =>
			event.on === 'answered' && state.release !== null
				? fuseAs(event, fuse => (fuse.final === 'success' ? {...fuse, final: 'other'} : fuse), state)
				: event,
		),
	},
	'finishes an entry without the lock': {locks: false},
};

function pretendingFuseAsleep(): Step {
	return (state, event) => {
		const turn = realStep(state, event);
		const {fuse} = turn.state;
		if (fuse === null || turn.state.release !== null) return turn;
		const processMs = event.moment.processMs;
		const watch = {...turn.state.watch, fuseAskedMs: processMs, netLostMs: null};
		return {...turn, state: {...turn.state, watch, fuse: {...fuse, seenMs: processMs, asleep: true}}};
	};
}

/** Some broken cores remember what they heard: each run of the model gets a fresh one. */
export const mutantOf = (name: string): Mutant => {
	if (name === 'believes tags') return {step: believingTags()};
	return mutants[name] ?? {};
};
