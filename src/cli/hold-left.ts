/** What the end of a hold could not take away, with the lines that do. */
import {deleteTagLine, stopAutomationLine} from '../aws/cli-line.ts';
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {holdTagKey} from '../hold/tag.ts';
import type {HoldOutcome, HoldSession} from '../hold/types.ts';
import type {CommandContext} from './command.ts';

export type EndedHold = {
	readonly session: HoldSession;
	readonly group: string;
	/** Every fuse this hold has had. */
	readonly armed: ReadonlySet<string>;
};

export const sayLeft = async (
	context: CommandContext,
	ended: EndedHold,
	outcome: HoldOutcome,
): Promise<void> => {
	const {out} = context;
	const own = (text: string) => shown(hostile(text));
	const {holdId} = ended.session.view();
	if (outcome.kind === 'refused' && !outcome.clean) {
		out.warn(ours`unflap: a tag or a fuse of this hold is left; it runs out by itself`);
		out.warn(ours`  → ${own(`unflap release --hold ${holdId}`)}`);
	}
	if (outcome.kind !== 'released') return;
	const {facts} = await context.aws();
	if (outcome.tagLeft) {
		out.warn(ours`unflap: the tag of this hold could not be deleted; it runs out by itself`);
		const line = deleteTagLine(ended.group, holdTagKey(holdId), facts);
		if (line !== null) out.warn(own(line));
	}
	if (!outcome.fuseLeft) return;
	out.warn(ours`unflap: a fuse of this hold could not be stopped; it finds nothing of ours to resume`);
	for (const executionId of await burning(context, ended.armed)) {
		const line = stopAutomationLine(executionId, facts);
		if (line !== null) out.warn(own(line));
	}
};

/** Those that have ended need no line; one that cannot be asked about gets it. */
const burning = async (context: CommandContext, armed: ReadonlySet<string>): Promise<readonly string[]> => {
	const {release} = await context.aws();
	const states = await Promise.all(
		[...armed].map(async executionId => {
			try {
				const run = await release.automation(executionId);
				return run === null || run.endedAt !== null ? null : executionId;
			} catch (error) {
				if (!(error instanceof UnflapError)) throw error;
				return executionId;
			}
		}),
	);
	return states.filter(executionId => executionId !== null);
};
