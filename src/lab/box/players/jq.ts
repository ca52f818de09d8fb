/** `jq empty`: whether what it reads is JSON, and where it stops being so. */
import type {Player} from './player.ts';
import {refuse} from './small.ts';

export const jq: Player = call => {
	if (call.args.join(' ') !== 'empty') return refuse('jq')(call);
	const text = call.input.toString('utf8');
	const at = breaksAt(text);
	if (at === null || text.trim() === '') return 0;
	const before = text.slice(0, at);
	const column = at - before.lastIndexOf('\n');
	call.io.complain(
		`jq: parse error: Invalid literal at line ${before.split('\n').length}, column ${column}\n`,
	);
	return 5;
};

/** The place of the first character that no JSON can have there; null where it is JSON. A cut text breaks at its end. */
const breaksAt = (text: string): number | null => {
	if (isBroken(text) === 'no') return null;
	let [good, bad] = [0, text.length];
	while (good < bad) {
		const middle = (good + bad) >> 1;
		if (isBroken(text.slice(0, middle + 1)) === 'yes') bad = middle;
		else good = middle + 1;
	}
	return good;
};

/** `cut`: the beginning of something that may yet be JSON. */
const isBroken = (text: string): 'no' | 'cut' | 'yes' => {
	try {
		JSON.parse(text);
		return 'no';
	} catch (error) {
		const {message} = error as SyntaxError;
		const at = Number(/position (\d+)/.exec(message)?.[1] ?? -1);
		return /end of JSON|Unterminated/.test(message) || at === text.length ? 'cut' : 'yes';
	}
};
