/** The arguments of `unflap catch`; what is wrong with them alone is exit 2, before any call. */
import type {Aws, Group, LifecycleHook} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Settings} from '../base/settings.ts';
import {deploymentGroupOf} from '../groups/deployments.ts';
import {resolveBox, resolveGroup} from '../groups/resolve.ts';
import type {CatchWish} from '../hold/catch-types.ts';
import {holdTimeBounds, parseHoldTime} from '../hold/hold-time.ts';
import type {HoldRequest} from '../hold/types.ts';
import type {CommandArgs} from './command.ts';
import {readFor, readHoldRequest} from './hold-request.ts';

export type CatchWords = {
	/** A whole group name, or a box. */
	readonly subject: string;
	readonly what: CatchWish['what'];
	readonly existing: boolean;
	readonly every: boolean;
	/** Without its group yet. */
	readonly hold: HoldRequest | null;
	readonly command: {readonly line: string; readonly timeoutMs: number} | null;
	readonly hook: string | null;
	readonly rescue: boolean;
	readonly yes: boolean;
	readonly reason: string;
	readonly keepMs: number;
	readonly waitMs: number | null;
	readonly quiet: boolean;
};

export const readCatchWords = (args: CommandArgs, settings: Settings): CatchWords => {
	const {positionals, flags} = args;
	const [subject = ''] = positionals;
	if (subject === '')
		throw usage('catch takes the exact name of one group, or a box', ['unflap catch web-prod --hold']);
	const is = (name: string) => flags[name] === true;
	const line = flags['exec'];
	if (line !== undefined && (typeof line !== 'string' || line.trim() === '' || line.includes('\0')))
		throw usage('--exec wants a line of sh', ["--exec './provision.sh'"]);
	const hold = is('hold') ? readHoldRequest({...args, positionals: [subject]}, settings) : null;
	checkTogether(flags, hold !== null);
	return {
		subject,
		what: is('dying') ? 'dying' : 'launch',
		existing: is('existing'),
		every: is('every') || (typeof line === 'string' && !is('once')),
		hold,
		command: typeof line === 'string' ? {line, timeoutMs: timeOf(flags, 'exec-timeout', '30m') * 1000} : null,
		hook: typeof flags['hook'] === 'string' ? flags['hook'] : null,
		rescue: is('rescue'),
		yes: is('yes'),
		reason: String(flags['reason'] ?? ''),
		keepMs: (hold?.forSeconds ?? readFor(String(flags['for'] ?? '60m'))) * 1000,
		waitMs: flags['wait'] === undefined ? null : waitOf(String(flags['wait'])) * 1000,
		quiet: is('quiet'),
	};
};

/** Flag → what it needs beside it, or does not go with. */
const checkTogether = (flags: CommandArgs['flags'], hold: boolean): void => {
	const given = (name: string) => flags[name] !== undefined && flags[name] !== false;
	for (const name of ['preset', 'processes', 'no-fuse'])
		if (given(name) && !hold) throw usage(`--${name} goes with --hold`, ['add --hold']);
	for (const name of ['exec-timeout', 'hook'])
		if (given(name) && !given('exec')) throw usage(`--${name} goes with --exec COMMAND`, ['leave it out']);
	if (given('once') && given('every')) throw usage('--once and --every say opposite things', ['give one']);
	if (given('rescue') && !hold)
		throw usage('--rescue goes with --hold: without it the box would be in service and die there', [
			'add --hold',
		]);
	if (given('rescue') && given('exec'))
		throw usage('--rescue and --exec would both answer a hook', ['give one of them']);
	for (const name of ['hold', 'exec', 'rescue', 'existing'])
		if (given('dying') && given(name))
			throw usage(`--${name} does not go with --dying: nothing keeps a box that dies but its hook`, [
				'leave it out',
			]);
};

const timeOf = (flags: CommandArgs['flags'], name: string, usual: string): number => {
	const text = String(flags[name] ?? usual);
	const seconds = parseHoldTime(text);
	if (seconds === null) throw usage(`--${name} ${text} is no time ${holdTimeBounds}`, [`--${name} 20m`]);
	return seconds;
};

/** Longer than a hold may be: nothing is held while nobody comes. */
const waitOf = (text: string): number => {
	const parts = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/.exec(text);
	const [hours = 0, minutes = 0, seconds = 0] = (parts ?? []).slice(1).map(part => Number(part ?? 0));
	const total = hours * 3600 + minutes * 60 + seconds;
	if (parts === null || total < 1) throw usage(`--wait ${text} is no time`, ['--wait 30m, --wait 8h']);
	return total;
};

export type CatchTarget = {readonly group: Group; readonly first: string | null};

/** A box by what reads like one, else a group by its exact name; with `existing` its youngest box that is coming up. */
export const resolveTarget = async (
	aws: Pick<Aws, 'polling'>,
	{subject, existing}: CatchWords,
	signal: AbortSignal,
): Promise<CatchTarget> => {
	if (/^i-[0-9a-f]+$/i.test(subject) || /\/\d{1,4}$/.test(subject)) {
		const box = await resolveBox(aws, subject, {signal});
		if (box.group === '')
			throw new UnflapError(
				'refused',
				`${box.instanceId} stands in no group: nothing kills it that this could stop`,
				{
					next: [`unflap logs ${box.instanceId} -f`],
				},
			);
		return {group: await resolveGroup(aws, box.group, {exact: true, signal}), first: box.instanceId};
	}
	const group = await resolveGroup(aws, subject, {exact: true, signal});
	return {group, first: existing ? await youngest(aws, group, signal) : null};
};

/** One that waits for its hook before one that comes up before one in service; of those the youngest. */
const youngest = async (
	aws: Pick<Aws, 'polling'>,
	group: Group,
	signal: AbortSignal,
): Promise<string | null> => {
	const alive = group.instances.filter(
		({lifecycleState}) => !/^Terminat|^Detach|Standby/.test(lifecycleState),
	);
	const rank = (state: string) => (state === 'Pending:Wait' ? 0 : state.startsWith('Pending') ? 1 : 2);
	const best = Math.min(...alive.map(({lifecycleState}) => rank(lifecycleState)));
	const among = alive.filter(({lifecycleState}) => rank(lifecycleState) === best);
	const known = await aws.polling.instances(
		among.map(({instanceId}) => instanceId),
		{signal},
	);
	const bornAt = (id: string) => known.find(({instanceId}) => instanceId === id)?.launchedAt ?? 0;
	const [first] = among.toSorted((a, b) => bornAt(b.instanceId) - bornAt(a.instanceId));
	return first?.instanceId ?? null;
};

export type ChosenHooks = Pick<CatchWish, 'hasLaunchHook' | 'rescueHook' | 'command'>;

/** Which hook is answered. CodeDeploy's never by chance: its deployment would be skipped. */
export const chooseHooks = (
	words: CatchWords,
	group: Group,
	hooks: readonly LifecycleHook[],
): ChosenHooks => {
	const launch = hooks.filter(({transition}) => transition.endsWith('EC2_INSTANCE_LAUNCHING'));
	const ofDeployments = launch.filter(({name}) => deploymentGroupOf(name) !== null);
	const chosen = {
		hasLaunchHook: launch.length > 0,
		rescueHook: words.rescue ? rescueHookOf(group, ofDeployments) : null,
		command: words.command === null ? null : {hook: commandHook(words.hook, group, launch)},
	};
	return chosen;
};

const rescueHookOf = (group: Group, found: readonly LifecycleHook[]): string => {
	const [only, ...others] = found;
	if (only !== undefined && others.length === 0) return only.name;
	throw new UnflapError(
		'refused',
		only === undefined
			? `${group.name} has no launch hook of CodeDeploy: there is nothing to rescue from`
			: `${group.name} has ${found.length} launch hooks of CodeDeploy: one CONTINUE would not do`,
		{meaning: 'Nothing was changed.', next: [`unflap show ${group.name} lists its hooks`]},
	);
};

const commandHook = (named: string | null, group: Group, launch: readonly LifecycleHook[]): string | null => {
	if (named !== null) {
		if (launch.some(({name}) => name === named)) return named;
		throw new UnflapError('not-found', `${group.name} has no launch hook named ${named}`, {
			next: launch.map(({name}) => `--hook ${name}`),
		});
	}
	const own = launch.filter(({name}) => deploymentGroupOf(name) === null);
	if (launch.length === 0) return null;
	const [only, ...others] = own;
	if (only !== undefined && others.length === 0) return only.name;
	throw new UnflapError(
		'refused',
		only === undefined
			? `The only launch hook of ${group.name} is CodeDeploy's: answered by COMMAND, its deployment would be skipped`
			: `${group.name} has ${own.length} launch hooks: which one COMMAND completes is for you to say`,
		{
			meaning: 'Nothing was changed.',
			next: (only === undefined ? launch : own).map(({name}) => `--hook ${name}`),
		},
	);
};

const usage = (message: string, next: readonly string[]): UnflapError =>
	new UnflapError('usage', message, {next});
