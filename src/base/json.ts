/** The one JSON encoder for everything that is printed or stored: what a terminal or an eye could be fooled by is escaped. */

/** DEL, C1, soft hyphen, bidi marks, zero-width characters, line separators, fillers, tag characters, selectors. */
const dangerous =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code units are meant, combining ones too.
	/[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\udb40-\udb43][\udc00-\udfff]|\ud82f[\udca0-\udca3]|\ud834[\udd73-\udd7a]/g;

/**
 * JSON text of `value`; `JSON.parse` of it gives the same value. Never undefined: absent is null. `mask` may change each
 * text on its way (secrets); keys are ours and stay.
 */
export const encodeJson = (value: unknown, indent?: number, mask?: (text: string) => string): string => {
	const replace =
		mask === undefined
			? undefined
			: (_key: string, inner: unknown) => (typeof inner === 'string' ? mask(inner) : inner);
	return (JSON.stringify(value, replace, indent) ?? 'null').replace(dangerous, escapeUnits);
};

const escapeUnits = (text: string) =>
	Array.from(
		{length: text.length},
		(_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
	).join('');
