/** The good boots that earlier runs saw in a group, and what this one adds. */
import type {Aws} from '../aws/types.ts';
import type {Boot} from '../boot/types.ts';
import {createGoodBoots, type GoodBoot} from '../groups/good-boots.ts';
import type {Box, GroupDetail} from '../groups/types.ts';
import {goodBootOf} from '../verdict/pace.ts';
import type {CommandContext} from './command.ts';

/** What is known of a group's good boots; this box's, where it is one, is kept for the next time. */
export const goodBootsWith = async (
	{settings, out}: Pick<CommandContext, 'settings' | 'out'>,
	aws: Pick<Aws, 'facts'>,
	detail: GroupDetail,
	seen: {readonly box: Box; readonly boot: Boot | null} | null,
): Promise<readonly GoodBoot[]> => {
	const kept = createGoodBoots({
		folder: settings.paths.cache,
		endpoint: aws.facts.endpoint,
		tell: out.note,
	});
	const {group} = detail.view;
	const good = seen === null ? null : goodBootOf(detail, seen.box, seen.boot);
	if (good !== null) await kept.add(group, [good]);
	return kept.read(group);
};
