/** Nesting of a JSON text, without parsing it. Real entries have three levels; hostile ones a million. */

/** Only a text that opens two brackets in a row can be deep, so that ordinary lines cost one search. */
export const isDeeperThan = (text: string, limit: number): boolean =>
	(text.includes('[[') || text.includes(':{') || text.includes('[{') || text.includes(': {')) &&
	scanDepth(text, limit);

const scanDepth = (text: string, limit: number): boolean => {
	let depth = 0;
	let inString = false;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (inString) {
			if (code === 0x5c) {
				index++;
			} else if (code === 0x22) {
				inString = false;
			}
		} else if (code === 0x22) {
			inString = true;
		} else if (code === 0x7b || code === 0x5b) {
			depth++;
			if (depth > limit) {
				return true;
			}
		} else if (code === 0x7d || code === 0x5d) {
			depth--;
		}
	}

	return false;
};
