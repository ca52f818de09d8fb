/** The right to resume, proven before anything is suspended and without naming a real process (hold.md, preflight). */
import type {Aws, CallOptions, Permission} from '../aws/types.ts';

/**
 * IAM's simulator where the caller may ask it: it costs nobody anything. Otherwise one ResumeProcesses with a name that
 * is no process. `arn` is null where the group was not read.
 */
export const mayResume = async (
	aws: Pick<Aws, 'release'>,
	{group, arn}: {readonly group: string; readonly arn: string | null},
	options: CallOptions = {},
): Promise<Permission> => {
	const simulated = arn === null ? 'unknown' : await simulate(aws, arn, options);
	return simulated === 'unknown' ? aws.release.probeResume(group, options) : simulated;
};

const simulate = async (
	aws: Pick<Aws, 'release'>,
	arn: string,
	options: CallOptions,
): Promise<Permission> => {
	const [said = 'unknown'] = await aws.release.simulate(['autoscaling:ResumeProcesses'], arn, options);
	return said;
};
