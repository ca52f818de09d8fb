/** A script of sed as instructions; POSIX patterns as those of JavaScript. */
import {Refusal} from './script.ts';

export type Address = number | '$' | RegExp;
export type Instruction = {
	readonly from: Address | null;
	readonly to: Address | null;
	readonly negated: boolean;
	readonly action:
		| {readonly kind: 'p' | 'd' | 'q'}
		| {
				readonly kind: 's';
				readonly pattern: RegExp;
				readonly replacement: string;
				readonly prints: boolean;
				readonly nth: number;
		  };
};

const longestPattern = 1000;

export const parseSed = (script: string, isExtended: boolean): readonly Instruction[] => {
	const text = Buffer.from(script).toString('latin1');
	const instructions: Instruction[] = [];
	let at = 0;
	const delimited = (delimiter: string): string => {
		let body = '';
		for (; text[at] !== delimiter; at += 1) {
			if (at >= text.length) throw new Refusal('sed: an expression has no end');
			if (text[at] === '\\' && at + 1 < text.length) {
				if (text[at + 1] === delimiter && delimiter !== '\\') at += 1;
				else {
					body += text[at] ?? '';
					at += 1;
				}
			}
			body += text[at] ?? '';
		}
		at += 1;
		return body;
	};
	const address = (): Address | null => {
		const number = /^\d{1,9}/.exec(text.slice(at, at + 9))?.[0];
		if (number !== undefined) {
			at += number.length;
			return Number(number);
		}
		if (text[at] === '$') {
			at += 1;
			return '$';
		}
		if (text[at] !== '/') return null;
		at += 1;
		return toPattern(delimited('/'), isExtended, '');
	};
	while (at < text.length) {
		if (/[\s;]/.test(text[at] ?? '')) {
			at += 1;
			continue;
		}
		const from = address();
		let to: Address | null = null;
		if (from !== null && text[at] === ',') {
			at += 1;
			to = address();
			if (to === null) throw new Refusal('sed: an address is missing');
		}
		const negated = text[at] === '!';
		if (negated) at += 1;
		const kind = text[at] ?? '';
		at += 1;
		if (kind === 'p' || kind === 'd' || kind === 'q') instructions.push({from, to, negated, action: {kind}});
		else if (kind === 's') {
			const delimiter = text[at] ?? '';
			at += 1;
			const pattern = delimited(delimiter);
			const replacement = delimited(delimiter);
			const flags = /^[gpI0-9]*/.exec(text.slice(at))?.[0] ?? '';
			at += flags.length;
			const nth = flags.includes('g') ? 0 : Number(/\d+/.exec(flags)?.[0] ?? 1);
			instructions.push({
				from,
				to,
				negated,
				action: {
					kind,
					pattern: toPattern(pattern, isExtended, flags.includes('I') ? 'gi' : 'g'),
					replacement,
					prints: flags.includes('p'),
					nth,
				},
			});
		} else throw new Refusal(`sed: command ${JSON.stringify(kind)} is not on this lab box`);
		if (at < text.length && !/[\s;]/.test(text[at] ?? ''))
			throw new Refusal('sed: extra characters after a command');
	}
	return instructions;
};

/** A POSIX basic (or extended) expression as one of JavaScript. */
export const toPattern = (source: string, isExtended: boolean, flags: string): RegExp => {
	if (source.length > longestPattern) throw new Refusal('the pattern is too long');
	const translated = source.replace(
		/\[\^?\]?(?:\[:\w+:\]|[^\]])*\]|\\([\s\S])|([+?(){}|])|[\s\S]/g,
		(found: string, escaped: string | undefined, special: string | undefined) => {
			if (found.startsWith('[') && found.length > 1) return bracket(found);
			if (escaped !== undefined) return !isExtended && '(){}+?|'.includes(escaped) ? escaped : `\\${escaped}`;
			if (special !== undefined) return isExtended ? special : `\\${special}`;
			return found;
		},
	);
	try {
		return new RegExp(translated, flags);
	} catch (error) {
		throw new Refusal(
			`the pattern ${source.slice(0, 40)} is not understood: ${error instanceof Error ? error.message : ''}`,
		);
	}
};

const classes: Readonly<Record<string, string>> = {
	alpha: 'A-Za-z',
	digit: '0-9',
	alnum: 'A-Za-z0-9',
	space: '\\s',
	blank: ' \\t',
	upper: 'A-Z',
	lower: 'a-z',
	xdigit: '0-9A-Fa-f',
	punct: '!-\\/:-@\\[-`{-~',
};

const bracket = (found: string): string => {
	const negated = found.startsWith('[^');
	const inner = found
		.slice(negated ? 2 : 1, -1)
		.replace(/\[:(\w+):\]|[\\[\]]/g, (part, name: string | undefined) =>
			name === undefined ? `\\${part}` : (classes[name] ?? ''),
		);
	return `[${negated ? '^' : ''}${inner}]`;
};
