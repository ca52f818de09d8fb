/** The terminal's title: a countdown that is seen from another tab. Printable ASCII and our own mark alone. */
import type {Shown} from '../base/text.ts';
import {formatCountdown} from './format.ts';
import {isOn, type Model} from './model.ts';

const mostColumns = 60;

/** '■ web-prod 26:14' while held, else null: the terminal's own title stays. */
export const titleOf = ({holds, now}: Pick<Model, 'holds' | 'now'>): string | null => {
	const held = holds.filter(isOn).toSorted((a, b) => a.until - b.until);
	const [first] = held;
	if (first === undefined) return null;
	const left: Shown = formatCountdown((first.until - now) / 1000);
	const more = held.length > 1 ? ` +${held.length - 1}` : '';
	const name = first.group
		.replaceAll(/[^\x20-\x7e]/g, '?')
		.slice(0, mostColumns - 4 - left.length - more.length);
	return `■ ${name}${more} ${left}`;
};

/** The terminal keeps its own title on a stack meanwhile. */
export const saveTitle = '\u001B[22;2t';
export const restoreTitle = '\u001B[23;2t';
export const setTitle = (title: string): string => `\u001B]2;${title}\u0007`;
