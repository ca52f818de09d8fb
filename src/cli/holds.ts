/** `unflap holds`: every live, expired and stray hold of the region, with owner and end. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {HeldElsewhere} from '../hold/types.ts';
import type {Command, CommandContext} from './command.ts';

export const holdsCommand: Command = {
	name: 'holds',
	summary: 'every live, expired and stray hold, with owner and end',
	usage: 'unflap holds',
	example: 'unflap holds -o json | jq .[].group',
	flags: {'all-regions': {type: 'boolean', help: 'not in this version: one region a call'}},
	outputs: ['text', 'json'],
	mostWords: 0,
	run: async (context, {output, flags, positionals}) => {
		if (positionals.length > 0)
			throw new UnflapError('usage', 'holds takes no group', {
				next: ['unflap show GROUP shows the holds of one'],
			});
		if (flags['all-regions'] === true)
			throw new UnflapError('usage', '--all-regions is not in this version', {
				next: ['give --region for each'],
			});
		const holds = await (await context.holds()).list();
		if (output === 'json') context.out.json(holds.map(toJson), 1);
		else printText(holds, context);
		return 0;
	},
};

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const toJson = (hold: HeldElsewhere) => ({
	holdId: hold.holdId === '' ? null : hold.holdId,
	group: hold.group,
	region: hold.region,
	owner: hold.state === 'stray' ? null : hold.owner,
	host: hold.state === 'stray' ? null : hold.host,
	since: iso(hold.since),
	until: iso(hold.until),
	state: hold.state,
	suspended: hold.suspended,
	mine: hold.mine,
	fuse: null,
});

const printText = (holds: readonly HeldElsewhere[], {out}: CommandContext): void => {
	if (holds.length === 0) out.line(ours`No holds, and nothing suspended by anybody.`);
	for (const hold of holds) {
		const own = (text: string) => shown(hostile(text));
		const mark =
			hold.state === 'stray' ? ours`‖ stray` : hold.state === 'live' ? ours`■ live` : ours`✖ expired`;
		const until = iso(hold.until)?.slice(11, 19);
		const who =
			hold.state === 'stray'
				? ours`no owner, since ${own(iso(hold.since) ?? '?')}`
				: ours`${own(hold.holdId)} ${own(hold.owner)}${hold.mine ? ours` (this machine)` : ours``} until ${own(until ?? '?')} UTC`;
		out.line(ours`${pad(mark, 10)} ${own(hold.group)}  ${who}: ${own(hold.suspended.join(' '))}`);
	}
};
