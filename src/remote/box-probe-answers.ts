/** Takes apart what the probe's script wrote. A line without this probe's nonce is text like any other (threats.md Q6). */
import type {Hostile} from '../base/text.ts';

export type ProbeAnswer = {
	/** The program that was asked; 'none' where the box has none. */
	readonly tool: string;
	/** Exit or HTTP status; two of them stand with a comma between. */
	readonly status: string;
	readonly lines: readonly Hostile[];
};

export type ProbeAnswers = {
	readonly of: (name: string) => ProbeAnswer | null;
	/** The script came to its end. */
	readonly isWhole: boolean;
};

/** As many as the script sends of one answer. */
export const mostLines = 400;
const longestLine = 2000;

/** The first answer to a question counts; what is not of the right form is left out. */
export const readProbeAnswers = (text: string, nonce: string): ProbeAnswers => {
	const answers = new Map<string, {tool: string; status: string; lines: Hostile[]}>();
	const start = `:${nonce}:`;
	let isWhole = false;
	for (const line of text.split('\n')) {
		if (!line.startsWith(start)) continue;
		const rest = line.slice(start.length, start.length + longestLine);
		const [, name, body] = /^([a-z0-9-]{1,20})\| (.*)$/s.exec(rest) ?? [];
		if (name !== undefined && body !== undefined) {
			const lines = answers.get(name)?.lines;
			if (lines !== undefined && lines.length < mostLines) lines.push(body);
			continue;
		}
		const [, asked, tool = '', status = ''] =
			/^([a-z0-9-]{1,20}) ([a-z0-9-]{1,20}) ([0-9]{1,4}(?:,[0-9]{1,4})?)$/.exec(rest) ?? [];
		if (asked !== undefined && !answers.has(asked)) answers.set(asked, {tool, status, lines: []});
		if (rest === 'end') isWhole = true;
	}
	return {of: name => answers.get(name) ?? null, isWhole};
};
