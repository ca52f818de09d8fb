/** Things to try. A command is offered only where every word of it can be quoted safely. */
import {pasteableLine} from '../base/quote.ts';
import type {Hostile} from '../base/text.ts';
import type {Advice} from './types.ts';

export const advice = (text: Hostile, command: readonly string[] | null = null): Advice => ({
	text,
	command: command === null ? null : pasteableLine(command),
});

/** The unit's own log on the box. */
export const unitLog = (unit: Hostile): Advice =>
	advice(`read what ${unit} wrote in this boot`, ['journalctl', '-b', '-u', unit, '-o', 'short-precise']);

/** Reruns it the way systemd would; its dependants are started after it. */
export const rerun = (unit: Hostile): Advice =>
	advice(
		`once mended, run ${unit} again on the held box, without a new boot: unflap retry BOX ${unit} (x on screen) also starts what it cancelled`,
		['systemctl', 'restart', unit],
	);
