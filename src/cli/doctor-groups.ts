/** `doctor`: holds and what they left, room for tags, and whether the boxes of a group can be reached. */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {PatientView} from '../hold/care-types.ts';
import type {DyingHookView} from '../hold/dying-hooks.ts';
import {isDyingHookName} from '../hold/dying-records.ts';
import type {HeldElsewhere} from '../hold/types.ts';
import {area, type Check} from './doctor-report.ts';

const holdLines = area('Holds');
const boxLines = area('Boxes');

export const checkHolds = (holds: readonly HeldElsewhere[], only: string | null): readonly Check[] => {
	const here = holds.filter(({group}) => only === null || group === only);
	if (here.length === 0) return [holdLines.ok(only ?? 'holds', 'nothing is held, and nothing is suspended')];
	return here.map(holdCheck);
};

const holdCheck = (hold: HeldElsewhere): Check => {
	const {group, suspended} = hold;
	const what = suspended.length === 0 ? 'nothing any more' : suspended.join(' ');
	switch (hold.state) {
		case 'live':
			return holdLines.ok(group, `held by ${hold.owner}: ${what}`);
		case 'expired':
			return holdLines.warn(group, `a hold of ${hold.owner} is over and not cleaned up: ${what}`, [
				hold.mine ? 'unflap release --all' : `unflap release --hold ${hold.holdId}`,
			]);
		case 'stray':
			return holdLines.warn(group, `suspended, and no hold says why: ${what}`, [
				'ask who did it: CloudTrail, SuspendProcesses',
				'unflap never resumes it by itself',
			]);
	}
};

export const checkPatients = (patients: readonly PatientView[]): readonly Check[] =>
	patients.map(({group, instanceId, way, undo}) =>
		holdLines.warn(
			group,
			way === 'standby'
				? `${instanceId} was put into Standby by unflap`
				: `${instanceId} was detached by unflap: it runs, and costs, outside the group`,
			undo === null ? ['bring it back in the console'] : [undo],
		),
	);

/** Hooks that make deaths wait for a post-mortem: those made here, and those of a group that nobody here knows of. */
export const checkDying = (
	made: readonly DyingHookView[],
	found: readonly {readonly group: Hostile; readonly hook: Hostile}[],
): readonly Check[] => [
	...made.map(({group, hook, owner, seconds, life, command}) =>
		life === 'alive'
			? holdLines.ok(group, `${hook}: ${owner} watches boxes die, each waits ${seconds} s at least`)
			: holdLines.warn(group, `${hook} is left over of ${owner}: each death waits ${seconds} s`, [
					`unflap release ${group} takes it away where it was made`,
					...(command === null ? [] : [command]),
				]),
	),
	...found
		.filter(({hook}) => isDyingHookName(hook) && !made.some(one => one.hook === hook))
		.map(({group, hook}) =>
			holdLines.warn(group, `${hook} was made by unflap elsewhere: each death waits for it`, [
				'ask who watches; it goes with their command, or at their next start',
			]),
		),
];

/** A group carries 50 tags at most; each hold needs one. */
const mostTags = 50;

export const checkTagRoom = (groups: readonly Group[], named: boolean): readonly Check[] => {
	const tight = groups.filter(group => countedTags(group) >= mostTags - 1);
	const lines = tight.map(group => {
		const count = countedTags(group);
		return count >= mostTags
			? holdLines.fail(group.name, `it has ${count} tags: no room for that of a hold`, ['remove one'])
			: holdLines.warn(group.name, `it has ${count} tags: room for one hold, not for two`, ['remove one']);
	});
	const [only] = groups;
	if (lines.length > 0) return lines;
	return named && only !== undefined
		? [holdLines.ok('tags', `${countedTags(only)} of ${mostTags}: there is room for a hold`)]
		: [holdLines.ok('tags', 'every group has room for the tag of a hold')];
};

/** Those of AWS itself do not count. */
const countedTags = ({tags}: Group): number => tags.filter(({key}) => !key.startsWith('aws:')).length;

export const checkGroup = ({name, status, operator}: Group): readonly Check[] => [
	...(status === null ? [] : [holdLines.fail(name, `it is being deleted (${status})`, [])]),
	...(operator === null
		? []
		: [
				holdLines.fail(name, `only ${operator} may change it: holds are refused`, [
					'hold it where it is managed',
				]),
			]),
];

/** Whether Systems Manager reaches each box: what `logs`, `boot` and the TUI need. */
export const checkBoxes = async (aws: Aws, {instances}: Group): Promise<readonly Check[]> => {
	if (instances.length === 0) return [boxLines.ok('boxes', 'there are none just now')];
	try {
		const ids = instances.map(({instanceId}) => instanceId);
		const known = new Map((await aws.polling.ssmInfo(ids)).map(info => [info.instanceId, info]));
		return await Promise.all(
			instances.map(async ({instanceId, lifecycleState}) => {
				const info = known.get(instanceId);
				if (info === undefined)
					return boxLines.warn(instanceId, `${lifecycleState}; Systems Manager does not know it`, unmanaged);
				const agent = info.agentVersion === null ? '' : `, agent ${info.agentVersion}`;
				const isReachable = info.pingStatus === 'Online' && (await isConnected(aws, instanceId));
				return isReachable
					? boxLines.ok(instanceId, `${lifecycleState}; it can be reached${agent}`)
					: boxLines.warn(
							instanceId,
							`${lifecycleState}; Systems Manager says ${info.pingStatus}${agent}`,
							disconnected,
						);
			}),
		);
	} catch (error) {
		return [boxLines.unanswered('boxes', error, 'warn')];
	}
};

const isConnected = async (aws: Aws, instanceId: string): Promise<boolean> => {
	try {
		return await aws.polling.ssmConnected(instanceId);
	} catch (error) {
		// Who may not ask this takes the word of the list.
		if (error instanceof UnflapError && error.kind === 'denied') return true;
		throw error;
	}
};

const unmanaged: readonly Hostile[] = [
	'wait two or three minutes after its start',
	'check its instance profile (AmazonSSMManagedInstanceCore) and port 443 to ssm and ssmmessages',
];
const disconnected: readonly Hostile[] = [
	'look at its console output: unflap boot BOX',
	'check port 443 to ssmmessages, and that the agent runs',
];
