/** The corpus as plain texts, each short enough for a name. */
import * as corpus from '../hostile/corpus.ts';

export const hostileTexts: readonly string[] = Object.values(corpus)
	.flatMap(list => (Array.isArray(list) ? list : []))
	.flatMap(one => (typeof one === 'object' && one !== null && 'text' in one ? [String(one.text)] : []))
	.map(text => text.slice(0, 2000));
