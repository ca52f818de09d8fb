/**
 * What the user's own programs learn of a hold or of a caught box: COMMAND of `hold … -- COMMAND`, `--exec`, `notify`. The names are fixed and
 * never derived, since a name from outside could be LD_PRELOAD; every value is one printable line (threats.md M1).
 */
import {hostile, masked} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';

/** Ids are dropped whole where they break their grammar, so that a name never turns into that of another group. */
const ids = {
	UNFLAP_EVENT: /^[a-z0-9-]{1,40}$/,
	UNFLAP_GROUP: /^[A-Za-z0-9 !#%&()*+,./:;<=>?@[\]^_{|}~-]{1,255}$/,
	UNFLAP_HOLD_ID: /^[0-9a-f]{8}$/,
	UNFLAP_REGION: /^[a-z0-9-]{1,40}$/,
	UNFLAP_UNTIL: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
	UNFLAP_FUSE_UNTIL: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
	UNFLAP_PROCESSES: /^[A-Za-z]{1,40}(?: [A-Za-z]{1,40}){0,15}$/,
	UNFLAP_INSTANCE_ID: /^i-[0-9a-f]{8,17}$/,
	UNFLAP_PRIVATE_IP: /^[0-9a-f.:]{2,45}$/,
	UNFLAP_AVAILABILITY_ZONE: /^[a-z0-9-]{1,60}$/,
	UNFLAP_LIFECYCLE_STATE: /^[A-Za-z:]{1,60}$/,
	UNFLAP_INSTANCE_TYPE: /^[a-z0-9.-]{1,60}$/,
	UNFLAP_HOOK: /^[A-Za-z0-9_/-]{1,255}$/,
} as const;

const texts = ['UNFLAP_OWNER', 'UNFLAP_REASON', 'UNFLAP_MESSAGE'] as const;

export type ChildFacts = Readonly<Partial<Record<keyof typeof ids | (typeof texts)[number], Hostile>>>;

/** Every variable of ours is set, so that none is left over from a hold or a catch around this one. */
export const childEnvironment = (
	environment: Readonly<NodeJS.ProcessEnv>,
	facts: ChildFacts,
): NodeJS.ProcessEnv => ({
	...environment,
	...Object.fromEntries(
		Object.entries(ids).map(([name, grammar]) => {
			const value = facts[name as keyof typeof ids] ?? '';
			return [name, grammar.test(value) ? value : ''];
		}),
	),
	...Object.fromEntries(texts.map(name => [name, oneLine(facts[name] ?? '')])),
});

const longest = 200;

/** Printable ASCII without what a careless script would let its shell read: quotes, backticks, dollars, backslashes. */
const oneLine = (text: Hostile): string =>
	masked(hostile(text))
		.replaceAll(/\s+/g, ' ')
		.replaceAll(/["'`$\\]|[^\x20-\x7e]/gu, '.')
		.slice(0, longest);
