/** What the program may send to a terminal, a file or a CI log. */
import {expect} from 'vitest';
import type {Finished} from '../run-program.ts';

/** Anything a terminal acts on, or an eye is fooled by; a newline ends a line. */
const dangerous =
	/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u;
/** Our theme's colours: the only escapes of a command. */
const ownColours = /\u001b\[(?:\d{1,3}(?:;\d{1,3})*)?m/g;

export const isHarmless = (text: string, colours = false) => {
	const rest = colours ? text.replace(ownColours, '') : text;
	const found = dangerous.exec(rest);
	expect(
		found === null ? null : JSON.stringify(rest.slice(Math.max(0, found.index - 60), found.index + 20)),
	).toBeNull();
};

export const bothAreHarmless = ({stdout, stderr}: Finished, colours = false) => {
	isHarmless(stdout, colours);
	isHarmless(stderr, colours);
};

/** GitHub trims blanks before `::` and looks for `##[` anywhere; others want the number signs at the start. */
export const drivesNoCi = (text: string) => {
	for (const line of text.split('\n'))
		expect(/^\s*(?:::|##|%%)|##(?:\[|vso\[|teamcity\[)/i.test(line) ? line : null).toBeNull();
};
