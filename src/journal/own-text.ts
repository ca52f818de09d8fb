/** A copy of its own, so that a kept name or line does not keep the whole (up to 1 MiB) line it was cut from in memory. */
import type {Hostile} from '../base/text.ts';

export const ownText = (text: Hostile, maxCharacters = 1000): Hostile => {
	const short = text.length > maxCharacters ? text.slice(0, maxCharacters) : text;
	return short.length < 2 ? short : Buffer.from(short, 'utf16le').toString('utf16le');
};
