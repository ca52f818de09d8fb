/** The command of `unflap run`: the agent splits it into exactly the words that were given, and starts no shell. */
import {UnflapError} from '../base/errors.ts';
import {shlexWord} from '../base/quote.ts';

/** What Systems Manager takes for one parameter of a session. */
const longestLine = 60_000;

/** @throws `usage` without words, `bad-input` for words that cannot be sent unharmed. */
export const runLine = (argv: readonly string[]): string => {
	const [program = ''] = argv;
	if (program === '')
		throw new UnflapError('usage', 'run wants a command after --', {
			next: [
				'unflap run web-prod/1 -- systemctl status app',
				"unflap run web-prod/1 -- sh -c 'df -h | tail'",
			],
		});
	const line = argv.map(shlexWord).join(' ');
	// AWS puts parameters of its own store in place of such words, here as in Run Command (threats.md Q4).
	if (line.includes('{{'))
		throw new UnflapError(
			'bad-input',
			'A word holds {{, which AWS would take for a name of its parameter store',
			{
				next: ['let a shell put it together: sh -c \'printf "{"{…\''],
			},
		);
	if (line.length > longestLine)
		throw new UnflapError(
			'bad-input',
			`The command has ${line.length} characters, more than a session takes`,
		);
	return line;
};
