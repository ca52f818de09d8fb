/** The activities that earlier runs kept on disk, for commands that look at one group. */
import type {Aws} from '../aws/types.ts';
import {type ActivityCache, createActivityCache} from '../groups/activity-cache.ts';
import type {CommandContext} from './command.ts';

export const keptActivities = (
	{settings, out}: Pick<CommandContext, 'settings' | 'out'>,
	aws: Pick<Aws, 'facts'>,
): ActivityCache =>
	createActivityCache({folder: settings.paths.cache, endpoint: aws.facts.endpoint, tell: out.note});
