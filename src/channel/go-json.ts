/** JSON as the plugin's encoder writes it, which also escapes what HTML would read. Texts sent to the agent are byte equal to the plugin's. */
export const goJson = (value: unknown): string =>
	JSON.stringify(value).replace(
		/[<>&\u2028\u2029]/g,
		character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
