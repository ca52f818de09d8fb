/** Of a group none of whose boxes can be looked at: how the last of its dead ended, from what AWS says alone. */
import type {Aws} from '../aws/types.ts';
import type {Hostile} from '../base/text.ts';
import type {GroupDetail} from '../groups/types.ts';
import {lifeFacts} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import type {Verdict} from '../verdict/types.ts';
import {type WithBackground, withBackground} from './background-beside.ts';

export type GoneVerdict = {
	readonly subject: Hostile;
	readonly verdict: Verdict;
	readonly beside: WithBackground;
};

/** null where nobody has died. */
export const judgeLastDeath = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	detail: GroupDetail,
	signal: AbortSignal,
): Promise<GoneVerdict | null> => {
	const life = detail.view.lives.find(({diedAt, instanceId}) => diedAt !== null && instanceId !== '');
	if (life === undefined) return null;
	const beside = await withBackground(aws, detail, life, signal);
	const facts = {
		...lifeFacts(life.instanceId, detail, beside.background),
		boot: null,
		marks: [],
		listening: null,
		over: true,
	};
	return {subject: life.instanceId, verdict: judge(facts), beside};
};
