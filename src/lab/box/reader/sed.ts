/** The part of sed that is needed: `-n`, `-e`, addresses, `s///`, `p`, `d`, `q`. No `w`, no `e`, no `r`. */

import {type Address, type Instruction, parseSed} from './parse-sed.ts';
import {type Input, type Output, readLines} from './pipe.ts';
import {Refusal} from './script.ts';

/** Throws `Refusal` on what is not part of it. */
export const sed = async (args: readonly string[], input: Input, output: Output): Promise<number> => {
	const {scripts, isQuiet, isExtended} = options(args);
	const instructions = scripts.flatMap(script => parseSed(script, isExtended));
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
