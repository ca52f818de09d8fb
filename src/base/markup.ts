/** Text for HTML, SVG and XML, in elements and in attributes. */
import type {Hostile, Markup} from './text.ts';

const special: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Escapes for text and attributes alike; characters outside XML 1.0, and those that hide or turn text, become `·`. */
export const markup = (text: Hostile): Markup =>
	text
		.toWellFormed()
		.replace(
			/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu,
			'·',
		)
		.replace(/[&<>"']/g, character => special[character] ?? character) as Markup;
