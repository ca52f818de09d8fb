/** The questions `unflap hold` asks before it begins: the command line is the decision, only `quiet` asks. */
import {createInterface} from 'node:readline/promises';
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {HoldRequest} from '../hold/types.ts';
import type {CommandArgs} from './command.ts';

/** `quiet` stops launches too, so it is asked twice; scripts say --yes. */
export const confirmQuiet = async ({preset, group}: HoldRequest, {flags}: CommandArgs): Promise<void> => {
	if (preset !== 'quiet' || flags['yes'] === true) return;
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new UnflapError(
			'usage',
			'quiet also stops launches and asks first; there is no terminal to ask on',
			{
				next: ['give --yes'],
			},
		);
	const reader = createInterface({input: process.stdin, output: process.stderr});
	try {
		const shownGroup = shown(hostile(group));
		const first = await reader.question(
			ours`quiet stops launches too: lost capacity is not refilled. Go on? [y/N] `,
		);
		const second = /^y/i.test(first)
			? await reader.question(ours`Really hold ${shownGroup} quiet? [y/N] `)
			: '';
		if (!/^y/i.test(second)) throw new UnflapError('refused', 'Not confirmed: nothing was changed');
	} finally {
		reader.close();
	}
};
