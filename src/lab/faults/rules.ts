/**
 * Fault rules, as a JSON list in a file or one by one through the control endpoint. All of `operation`, `group`,
 * `box`, `document` (the request's DocumentName), `caller` and `via` that are given must match. `operation` may end in `*`. `caller` is an access key id, or
 * the ARN of a role that a runbook runs with. The calls of a run are those of whoever started it; `via` is
 * "automation" for these alone, "caller" for direct calls alone. `count` is how often the rule applies, `skip` how
 * many matching requests it lets pass before, `afterSeconds` and `forSeconds` are lab time. Where several rules match
 * a request, delays and waits come first, then the first refusal in the order of the rules.
 *
 *   {"kind": "throttle", "operation": "DescribeAutoScalingGroups", "forSeconds": 30}
 *   {"kind": "error", "operation": "CreateOrUpdateTags", "code": "AccessDenied", "message": "…", "status": 403}
 *   {"kind": "deny", "operation": "ResumeProcesses", "caller": "AKIA…"}
 *                                                 refused in the service's own words; the policy simulator agrees,
 *                                                 as it does with rules of kind error whose code says AccessDenied
 *   {"kind": "expired-token", "caller": "AKIA…", "afterSeconds": 3600}   the credentials end in an hour, for runs too
 *   {"kind": "contention", "group": "web-prod", "forSeconds": 20}        ResourceContention 500 for every change
 *   {"kind": "lose", "when": "before" | "after", "operation": "SuspendProcesses", "count": 1}
 *   {"kind": "late", "seconds": 30, "operation": "SuspendProcesses", "count": 1}
 *                                                 the connection is cut, and the change is applied that much later
 *   {"kind": "reset", …}                          the connection is cut before anything is applied
 *   {"kind": "delay", "ms": 500, …}               wall milliseconds
 *   {"kind": "stale", "seconds": 20, …}           reads show processes and tags of that long ago
 *   {"kind": "stale", "seconds": 20, "only": "tags"}   … tags alone, or "processes" alone
 *   {"kind": "wait", "when": "before" | "after", …}   held until POST /faults/ID/go, or the rule's removal
 *   {"kind": "suspend" | "resume", "group": "web-prod", "processes": ["AZRebalance"], "afterSeconds": 5}
 *                                                 as a third party; "suspend" takes a "reason" to stand in the group
 *   {"kind": "terminate", "box": "i-…", "afterSeconds": 5}
 *   {"kind": "agent-away", "box": "i-…"}          without `box` or `group`: all agents
 *   {"kind": "channel", "box": "i-…", "fault": {"kind": "drop", "share": 0.1}}
 */
import type {ChannelFault} from '../types.ts';

export type FaultScope = {
	readonly operation?: string;
	readonly group?: string;
	readonly box?: string;
	readonly document?: string;
	readonly caller?: string;
	readonly via?: 'automation' | 'caller';
	readonly count?: number;
	readonly skip?: number;
	readonly afterSeconds?: number;
	readonly forSeconds?: number;
};

export type FaultRule = FaultScope &
	(
		| {
				readonly kind:
					| 'throttle'
					| 'deny'
					| 'contention'
					| 'expired-token'
					| 'reset'
					| 'agent-away'
					| 'terminate';
		  }
		| {readonly kind: 'error'; readonly code: string; readonly message: string; readonly status: number}
		| {readonly kind: 'lose' | 'wait'; readonly when: 'before' | 'after'}
		| {readonly kind: 'delay'; readonly ms: number}
		| {readonly kind: 'late'; readonly seconds: number}
		| {readonly kind: 'stale'; readonly seconds: number; readonly only?: 'tags' | 'processes'}
		| {
				readonly kind: 'suspend' | 'resume';
				readonly processes: readonly string[];
				/** Of a suspension: what stands in SuspendedProcesses. */
				readonly reason?: string;
		  }
		| {readonly kind: 'channel'; readonly fault: ChannelFault}
	);

export class FaultRuleError extends Error {
	override readonly name = 'FaultRuleError';
}

type Json = Readonly<Record<string, unknown>>;

const scopeTexts = ['operation', 'group', 'box', 'document', 'caller'] as const;
const scopeNumbers = ['count', 'skip', 'afterSeconds', 'forSeconds'] as const;
const mostRules = 1000;

/** @throws {FaultRuleError} naming the rule and the field that is wrong. */
export const parseFaultFile = (text: string): readonly FaultRule[] => {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new FaultRuleError(
			`the faults are not JSON: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
	if (!Array.isArray(value)) throw new FaultRuleError('the faults must be a JSON list of rules');
	if (value.length > mostRules) throw new FaultRuleError(`more than ${mostRules} fault rules`);
	return value.map((rule: unknown, index) => parseFaultRule(rule, `rule ${index + 1}`));
};

/** @param name how the rule is called in errors. */
export const parseFaultRule = (value: unknown, name = 'the rule'): FaultRule => {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new FaultRuleError(`${name} is not an object`);
	const rule = value as Json;
	const scope = parseScope(rule, name);
	const {kind} = rule;
	switch (kind) {
		case 'throttle':
		case 'deny':
		case 'contention':
		case 'expired-token':
		case 'reset':
		case 'agent-away':
			return checked(rule, name, {...scope, kind}, []);
		case 'terminate':
			textOf(rule, 'box', name);
			return checked(rule, name, {...scope, kind}, []);
		case 'error':
			return checked(rule, name, {...scope, kind, ...errorOf(rule, name)}, ['code', 'message', 'status']);
		case 'lose':
		case 'wait':
			return checked(rule, name, {...scope, kind, when: whenOf(rule, name)}, ['when']);
		case 'delay':
			return checked(rule, name, {...scope, kind, ms: numberOf(rule, 'ms', name)}, ['ms']);
		case 'late':
			return checked(rule, name, {...scope, kind, seconds: numberOf(rule, 'seconds', name)}, ['seconds']);
		case 'stale':
			return checked(rule, name, {...scope, kind, ...staleOf(rule, name)}, ['seconds', 'only']);
		case 'suspend':
		case 'resume':
			textOf(rule, 'group', name);
			return checked(rule, name, {...scope, kind, ...changeOf(rule, name)}, ['processes', 'reason']);
		case 'channel':
			return checked(rule, name, {...scope, kind, fault: channelFaultOf(rule['fault'], name)}, ['fault']);
		default:
			throw new FaultRuleError(`${name} has no known kind`);
	}
};

const checked = (rule: Json, name: string, made: FaultRule, fields: readonly string[]): FaultRule => {
	const known = new Set<string>(['kind', 'via', ...scopeTexts, ...scopeNumbers, ...fields]);
	const unknown = Object.keys(rule).find(key => !known.has(key));
	if (unknown !== undefined)
		throw new FaultRuleError(`${name} has an unknown field "${unknown.slice(0, 40)}"`);
	return made;
};

const parseScope = (rule: Json, name: string): FaultScope => ({
	...('via' in rule ? {via: oneOf(rule, 'via', ['automation', 'caller'], name)} : {}),
	...Object.fromEntries(scopeTexts.flatMap(key => (key in rule ? [[key, textOf(rule, key, name)]] : []))),
	...Object.fromEntries(scopeNumbers.flatMap(key => (key in rule ? [[key, numberOf(rule, key, name)]] : []))),
});

const textOf = (rule: Json, key: string, name: string): string => {
	const value = rule[key];
	if (typeof value === 'string' && value !== '' && value.length <= 300) return value;
	throw new FaultRuleError(`${name}: "${key}" must be a text of 1 to 300 characters`);
};

const numberOf = (rule: Json, key: string, name: string): number => {
	const value = rule[key];
	if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e9) return value;
	throw new FaultRuleError(`${name}: "${key}" must be a number, 0 or more`);
};

const wordsOf = (rule: Json, key: string, name: string): readonly string[] => {
	const value = rule[key];
	if (
		Array.isArray(value) &&
		value.length <= 50 &&
		value.every((item): item is string => typeof item === 'string')
	)
		return value;
	throw new FaultRuleError(`${name}: "${key}" must be a list of texts`);
};

const oneOf = <Word extends string>(rule: Json, key: string, words: readonly Word[], name: string): Word => {
	const found = words.find(word => word === rule[key]);
	if (found !== undefined) return found;
	throw new FaultRuleError(`${name}: "${key}" must be ${words.map(word => `"${word}"`).join(' or ')}`);
};

const whenOf = (rule: Json, name: string) => oneOf(rule, 'when', ['before', 'after'], name);

const staleOf = (rule: Json, name: string) => ({
	seconds: numberOf(rule, 'seconds', name),
	...('only' in rule ? {only: oneOf(rule, 'only', ['tags', 'processes'], name)} : {}),
});

const changeOf = (rule: Json, name: string) => ({
	processes: wordsOf(rule, 'processes', name),
	...('reason' in rule ? {reason: textOf(rule, 'reason', name)} : {}),
});

const errorOf = (rule: Json, name: string) => ({
	code: textOf(rule, 'code', name),
	message: 'message' in rule ? textOf(rule, 'message', name) : 'injected by the lab',
	status: 'status' in rule ? numberOf(rule, 'status', name) : 400,
});

let disconnects = 0;

const channelFaultOf = (value: unknown, name: string): ChannelFault => {
	if (typeof value !== 'object' || value === null)
		throw new FaultRuleError(`${name}: "fault" must be an object`);
	const fault = value as Json;
	const {kind} = fault;
	if (kind === 'drop' || kind === 'duplicate' || kind === 'reorder' || kind === 'delay')
		return {
			kind,
			share: 'share' in fault ? Math.min(1, numberOf(fault, 'share', name)) : 1,
			...('ms' in fault ? {ms: numberOf(fault, 'ms', name)} : {}),
		};
	if (kind === 'disconnect' || kind === 'pause') {
		disconnects += 1;
		const id = 'id' in fault ? textOf(fault, 'id', name) : `${kind}-${disconnects}`;
		return {kind, ms: numberOf(fault, 'ms', name), id};
	}
	throw new FaultRuleError(`${name}: the channel fault has no known kind`);
};
