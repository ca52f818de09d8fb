/** The part of sed that is needed: `-n`, `-e`, addresses, `s///`, `p`, `d`, `q`. No `w`, no `e`, no `r`. */
import {type Input, type Output, readLines} from './pipe.ts';
import {Refusal} from './script.ts';

type Address = number | '$' | RegExp;
type Instruction = {
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

/** Throws `Refusal` on what is not part of it. */
export const sed = async (args: readonly string[], input: Input, output: Output): Promise<number> => {
	const {scripts, isQuiet, isExtended} = options(args);
	const instructions = scripts.flatMap(script => parse(script, isExtended));
	let number = 0;
	const ranges = new Set<Instruction>();
	let held: {line: Buffer; ended: boolean} | null = null;
	const flush = async (isLast: boolean): Promise<boolean> => {
		if (held === null) return false;
		number += 1;
		const result = apply(instructions, held.line.toString('latin1'), {number, isLast, isQuiet, ranges});
		const end = held.ended ? '\n' : '';
		for (const line of result.lines) await output.write(Buffer.from(line + end, 'latin1'));
		return result.quits;
	};
	for await (const next of readLines(input)) {
		if (await flush(false)) {
			input.leave();
			return 0;
		}
		held = next;
	}
	await flush(true);
	return 0;
};

const options = (args: readonly string[]) => {
	const scripts: string[] = [];
	let isQuiet = false;
	let isExtended = false;
	const rest = [...args];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === '-n' || word === '-u') isQuiet ||= word === '-n';
		else if (word === '-E' || word === '-r') isExtended = true;
		else if (word === '-e') scripts.push(rest.shift() ?? '');
		else if (word === '-ne') {
			isQuiet = true;
			scripts.push(rest.shift() ?? '');
		} else if (!word.startsWith('-') && scripts.length === 0) scripts.push(word);
		else throw new Refusal(`sed: ${word}: not on this lab box`);
	}
	return {scripts, isQuiet, isExtended};
};

type State = {
	readonly number: number;
	readonly isLast: boolean;
	readonly isQuiet: boolean;
	readonly ranges: Set<Instruction>;
};

const apply = (instructions: readonly Instruction[], given: string, state: State) => {
	let line = given;
	const lines: string[] = [];
	const done = (quits: boolean, shows: boolean) => ({
		lines: shows && !state.isQuiet ? [...lines, line] : lines,
		quits,
	});
	for (const instruction of instructions) {
		if (isChosen(instruction, line, state) === instruction.negated) continue;
		const {action} = instruction;
		if (action.kind === 'd') return done(false, false);
		if (action.kind === 'q') return done(true, true);
		if (action.kind === 'p') lines.push(line);
		else if (action.kind === 's') {
			const changed = replaced(line, action);
			if (changed !== null) line = changed;
			if (changed !== null && action.prints) lines.push(line);
		}
	}
	return done(false, true);
};

const isAt = (address: Address, line: string, {number, isLast}: State): boolean =>
	typeof address === 'number' ? address === number : address === '$' ? isLast : address.test(line);

const isChosen = (instruction: Instruction, line: string, state: State): boolean => {
	const {from, to} = instruction;
	if (from === null) return true;
	if (to === null) return isAt(from, line, state);
	if (state.ranges.has(instruction)) {
		if (isAt(to, line, state) || (typeof to === 'number' && state.number >= to))
			state.ranges.delete(instruction);
		return true;
	}
	if (!isAt(from, line, state)) return false;
	if (!(typeof to === 'number' && to <= state.number)) state.ranges.add(instruction);
	return true;
};

const replaced = (
	line: string,
	{pattern, replacement, nth}: {pattern: RegExp; replacement: string; nth: number},
): string | null => {
	let count = 0;
	let isChanged = false;
	const text = line.replace(pattern, (...found: (string | number)[]) => {
		count += 1;
		if (nth !== 0 && count !== nth) return String(found[0]);
		isChanged = true;
		return replacement.replace(/\\([0-9&\\n/|#,])|&/g, (whole, escaped: string | undefined) => {
			if (escaped === undefined) return String(found[0]);
			if (escaped === 'n') return '\n';
			return /[0-9]/.test(escaped) ? String(found[Number(escaped)] ?? '') : (escaped ?? whole);
		});
	});
	return isChanged ? text : null;
};

const parse = (script: string, isExtended: boolean): readonly Instruction[] => {
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
