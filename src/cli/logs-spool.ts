/** Spools for the boxes of one `unflap logs`: a copy outlives the box. */
import type {Aws} from '../aws/types.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {createSpool, pruneSpool, type Spool} from '../stream/spool.ts';
import type {BoxStreamOptions} from '../stream/types.ts';
import type {CommandContext} from './command.ts';

export type Spools = {
	/** What the stream of a box is opened with beside the rest. */
	readonly optionFor: (
		instanceId: string,
		group: {readonly name: Hostile; readonly arn: string} | null,
	) => Pick<BoxStreamOptions, 'spool'>;
	/** Folder of the box's copies, or null where nothing is kept. */
	readonly folderOf: (instanceId: string) => string | null;
	readonly close: () => Promise<void>;
};

/** Without the account's id, or with a spool of 0 MB, nothing is kept; the logs come all the same. */
export const openSpools = async ({settings, out, signal}: CommandContext, aws: Aws): Promise<Spools> => {
	const accountId = settings.spoolMaxMegabytes > 0 ? await accountOf(aws, signal, out.note) : null;
	const spools = new Map<string, Spool>();
	const root = settings.paths.spool;
	const limits = {maxMegabytes: settings.spoolMaxMegabytes, wallNow: Date.now};
	return {
		optionFor: (instanceId, group) => {
			if (accountId === null) return {};
			const spool = createSpool({
				...limits,
				root,
				accountId,
				region: aws.facts.region,
				group: group ?? {name: 'no-group', arn: 'no-group'},
				instanceId,
			});
			spools.set(instanceId, spool);
			return {spool};
		},
		folderOf: instanceId => spools.get(instanceId)?.folder ?? null,
		close: async () => {
			await Promise.all([...spools.values()].map(spool => spool.close()));
			for (const spool of spools.values()) {
				const problem = spool.problem();
				if (problem !== null) out.note(ours`No copy was kept: ${shown(problem)}`);
			}
			if (accountId !== null) await pruneSpool({root, ...limits});
		},
	};
};

const accountOf = async (aws: Aws, signal: AbortSignal, note: CommandContext['out']['note']) => {
	try {
		return (await aws.polling.identity({signal})).accountId;
	} catch (error) {
		note(ours`No copy is kept: ${shown(error instanceof Error ? error.message : String(error))}`);
		return null;
	}
};
