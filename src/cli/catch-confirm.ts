/** The question before a rescue: scripts say --yes. */
import {createInterface} from 'node:readline/promises';
import {UnflapError} from '../base/errors.ts';
import {ours} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {rescueLines} from './catch-text.ts';
import type {CommandContext} from './command.ts';

/** Says what it means first, whether it asks or not. */
export const confirmRescue = async ({out}: CommandContext, hook: Hostile, yes: boolean): Promise<void> => {
	for (const line of rescueLines(hook)) out.note(line);
	if (yes) return;
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new UnflapError('usage', '--rescue asks first; there is no terminal to ask on', {
			next: ['give --yes'],
		});
	const reader = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await reader.question(ours`Rescue the next box in this way? [y/N] `);
		if (!/^y/i.test(answer)) throw new UnflapError('refused', 'Not confirmed: nothing was changed');
	} finally {
		reader.close();
	}
};
