/** What a reader takes for one character. */

let made: Intl.Segmenter | undefined;

/** The segmenter is made when first needed: the first one of a process loads the ICU tables, 20 ms of the start. */
export const graphemesOf = (text: string): readonly string[] =>
	Array.from(
		(made ??= new Intl.Segmenter('en', {granularity: 'grapheme'})).segment(text),
		one => one.segment,
	);
