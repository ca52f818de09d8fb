/** Fault rules in force: which of them concern a request, a box, a channel; and those that wait to be told to go on. */
import {isDenial} from '../services/access.ts';
import type {ChannelFault, LabClock} from '../types.ts';
import type {FaultRule} from './rules.ts';

export type Subject = {
	readonly operation: string;
	readonly group: string | null;
	readonly box: string | null;
	/** DocumentName; absent: the request has none. */
	readonly document?: string | undefined;
	readonly caller: string;
	/** Whether a run of a runbook makes the call; absent: the caller itself. */
	readonly via?: 'automation';
};

export type Faults = {
	/** The id of the rule, for `remove` and `go`. */
	readonly add: (rule: FaultRule) => string;
	/** Also lets go what the rule holds. Without id: all rules. */
	readonly remove: (id?: string) => void;
	/** Lets go what the rule holds now; later requests are held again unless its count is used up. */
	readonly go: (id: string) => number;
	readonly list: () => readonly {
		readonly id: string;
		readonly rule: FaultRule;
		readonly applied: number;
		readonly holding: number;
	}[];
	/** The rules that apply to this request, each counted once. */
	readonly take: (subject: Subject) => readonly TakenFault[];
	/** Whether the caller would be denied now; counts nothing. */
	readonly denies: (asked: {
		readonly operation: string;
		readonly caller: string;
		readonly group?: string;
	}) => boolean;
	readonly agentAway: (instanceId: string) => boolean;
	readonly channelFaults: (instanceId: string) => readonly ChannelFault[];
};

export type TakenFault = {
	readonly rule: FaultRule;
	/** For rules of kind `wait`: resolves when told to go on. */
	readonly held: () => Promise<void>;
};

type Live = {
	readonly id: string;
	readonly rule: FaultRule;
	readonly from: number;
	readonly until: number;
	skipped: number;
	applied: number;
	readonly waiting: Set<() => void>;
};

export type FaultActions = {
	readonly groupOf: (instanceId: string) => string | null;
	readonly change: (rule: FaultRule) => void;
};

const requestKinds = new Set([
	'throttle',
	'deny',
	'contention',
	'late',
	'error',
	'expired-token',
	'lose',
	'reset',
	'delay',
	'stale',
	'wait',
]);

export const createFaults = (clock: LabClock, actions: FaultActions): Faults => {
	const rules: Live[] = [];
	let added = 0;

	const isOn = (live: Live): boolean => {
		const now = clock.now();
		return (
			now >= live.from && now < live.until && live.applied < (live.rule.count ?? Number.POSITIVE_INFINITY)
		);
	};
	const letGo = (live: Live): number => {
		const {size} = live.waiting;
		for (const resolve of live.waiting) resolve();
		live.waiting.clear();
		return size;
	};
	const concerns = (live: Live, instanceId: string): boolean =>
		isOn(live) &&
		(live.rule.box === undefined || live.rule.box === instanceId) &&
		(live.rule.group === undefined || live.rule.group === actions.groupOf(instanceId));

	return {
		add(rule) {
			added += 1;
			const from = clock.now() + (rule.afterSeconds ?? 0) * 1000;
			const until = rule.forSeconds === undefined ? Number.POSITIVE_INFINITY : from + rule.forSeconds * 1000;
			const live: Live = {id: `f${added}`, rule, from, until, skipped: 0, applied: 0, waiting: new Set()};
			rules.push(live);
			if (rule.kind === 'suspend' || rule.kind === 'resume' || rule.kind === 'terminate')
				clock.at(from, () => {
					if (!rules.includes(live)) return;
					live.applied += 1;
					actions.change(rule);
				});
			return live.id;
		},
		remove(id) {
			for (const live of [...rules])
				if (id === undefined || live.id === id) {
					letGo(live);
					rules.splice(rules.indexOf(live), 1);
				}
		},
		go: id => rules.filter(live => live.id === id).reduce((sum, live) => sum + letGo(live), 0),
		list: () => rules.map(({id, rule, applied, waiting}) => ({id, rule, applied, holding: waiting.size})),
		take: subject =>
			rules
				.filter(live => isOn(live) && matches(live.rule, subject) && !skips(live))
				.map(live => {
					live.applied += 1;
					return {
						rule: live.rule,
						held: () =>
							rules.includes(live)
								? new Promise<void>(resolve => {
										live.waiting.add(resolve);
									})
								: Promise.resolve(),
					};
				}),
		denies: ({operation, caller, group = null}) =>
			rules.some(
				live =>
					isOn(live) &&
					(live.rule.kind === 'deny' || (live.rule.kind === 'error' && isDenial(live.rule.code))) &&
					matches(live.rule, {operation, caller, group, box: null}),
			),
		agentAway: instanceId =>
			rules.some(live => live.rule.kind === 'agent-away' && concerns(live, instanceId)),
		channelFaults: instanceId =>
			rules.flatMap(live =>
				live.rule.kind === 'channel' && concerns(live, instanceId) ? [live.rule.fault] : [],
			),
	};
};

const matches = (rule: FaultRule, subject: Subject): boolean =>
	requestKinds.has(rule.kind) &&
	matchesName(rule.operation, subject.operation) &&
	(rule.group === undefined || rule.group === subject.group) &&
	(rule.box === undefined || rule.box === subject.box) &&
	(rule.document === undefined || rule.document === subject.document) &&
	(rule.caller === undefined || rule.caller === subject.caller) &&
	(rule.via === undefined || rule.via === (subject.via ?? 'caller'));

const matchesName = (wanted: string | undefined, operation: string): boolean => {
	if (wanted === undefined) return true;
	return wanted.endsWith('*') ? operation.startsWith(wanted.slice(0, -1)) : wanted === operation;
};

const skips = (live: Live): boolean => {
	if (live.skipped >= (live.rule.skip ?? 0)) return false;
	live.skipped += 1;
	return true;
};
