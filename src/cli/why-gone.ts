/** Boxes that cannot be looked at any more: how their lives ended, from what AWS says alone. */
import type {Aws} from '../aws/types.ts';
import type {Hostile} from '../base/text.ts';
import {loadGroup} from '../groups/load-group.ts';
import type {GroupDetail, Life} from '../groups/types.ts';
import {lifeFacts} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import type {Verdict} from '../verdict/types.ts';
import {type WithBackground, withBackground} from './background-beside.ts';
import type {CommandContext} from './command.ts';
import {goodBootsWith} from './kept-good-boots.ts';

export type GoneVerdict = {
	readonly subject: Hostile;
	readonly verdict: Verdict;
	readonly beside: WithBackground;
};

type Reading = Pick<Aws, 'polling' | 'clock'>;

export const judgeDeath = async (
	context: Pick<CommandContext, 'settings' | 'out' | 'signal'>,
	aws: Reading & Pick<Aws, 'facts'>,
	{detail, life}: {readonly detail: GroupDetail; readonly life: Life},
): Promise<GoneVerdict> => {
	const beside = await withBackground(aws, detail, life, context.signal);
	const good = await goodBootsWith(context, aws, detail, null);
	const facts = {
		...lifeFacts(life.instanceId, detail, {background: beside.background, good}),
		boot: null,
		marks: [],
		listening: null,
		over: true,
	};
	return {subject: life.instanceId, verdict: judge(facts), beside};
};

/** The last that died; undefined where nobody has. */
export const lastDead = ({view}: GroupDetail): Life | undefined =>
	view.lives.find(({diedAt, instanceId}) => diedAt !== null && instanceId !== '');

/** Activities of the account that are looked through for the group of a dead box. */
const mostActivities = 300;

/** The group and the life of an instance that no longer runs; null where it runs, or nothing tells of it. */
export const findDead = async (
	aws: Reading,
	instanceId: string,
	signal: AbortSignal,
): Promise<{readonly detail: GroupDetail; readonly life: Life} | null> => {
	const [instance] = await aws.polling.instances([instanceId], {signal});
	if (instance !== undefined && instance.state !== 'terminated') return null;
	const activities = await aws.polling.activities({max: mostActivities, signal});
	const told = activities.find(({description}) => description.includes(instanceId));
	if (told === undefined) return null;
	const detail = await loadGroup(aws, told.group, {signal});
	const life = detail.view.lives.find(one => one.instanceId === instanceId && one.diedAt !== null);
	return life === undefined ? null : {detail, life};
};
