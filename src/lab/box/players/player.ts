/** A program of a box: it plays the recording and honours the options unflap uses; anything else it refuses loudly. */
import type {PlayedBox} from '../played-box.ts';

export type PlayerIo = {
	/** Resolves when more may be written. */
	readonly write: (output: string | Buffer) => Promise<void>;
	readonly complain: (text: string) => void;
	/** Aborted when nobody reads any more. */
	readonly gone: AbortSignal;
};

export type PlayerCall = {
	readonly box: PlayedBox;
	readonly args: readonly string[];
	/** Whether it was started by sudo. */
	readonly isRoot: boolean;
	/** What was written to it, for those that read it (`readsInput`); empty otherwise. */
	readonly input: Buffer;
	readonly io: PlayerIo;
};

/** Gives the exit status. */
export type Player = (call: PlayerCall) => Promise<number> | number;

/** `jq`, and curl that takes its options from a pipe; player-script.ts says the same in sh. */
export const readsInput = (name: string, args: readonly string[]): boolean =>
	name === 'jq' ||
	name === 'tee' ||
	name === 'lab-tee' ||
	(name === 'curl' && args.some((arg, index) => arg === '-' && args[index - 1] === '-K'));

/** What a player says of an option it does not have: loud, so that no test passes by accident. */
export const refuseOption = (program: string, option: string, io: PlayerIo): number => {
	io.complain(`${program}: unrecognized option '${option}' (this lab box has no such option)\n`);
	return 1;
};

export class OptionError extends Error {
	override readonly name = 'OptionError';
}

export type OptionTable = Readonly<Record<string, 'flag' | 'value' | 'optional'>>;

export type ParsedOptions = {
	readonly values: ReadonlyMap<string, readonly string[]>;
	readonly operands: readonly string[];
};

/**
 * getopt_long as GNU has it: `--name value`, `--name=value`, `-nvalue`, `-n value`, flags in one word, operands anywhere,
 * `--` ends the options. Throws `OptionError` on what the table does not have. Short names stand in `aliases`.
 */
export const parseOptions = (
	args: readonly string[],
	table: OptionTable,
	aliases: Readonly<Record<string, string>>,
): ParsedOptions => {
	const values = new Map<string, string[]>();
	const operands: string[] = [];
	const add = (name: string, value: string) => values.set(name, [...(values.get(name) ?? []), value]);
	const rest = [...args];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === '--') {
			operands.push(...rest);
			break;
		}
		if (word.startsWith('--')) parseLong(word, rest, table, add);
		else if (word.startsWith('-') && word.length > 1) parseShort(word, rest, {table, aliases, add});
		else operands.push(word);
	}
	return {values, operands};
};

type Add = (name: string, value: string) => void;

const parseLong = (word: string, rest: string[], table: OptionTable, add: Add) => {
	const equals = word.indexOf('=');
	const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
	const kind = Object.hasOwn(table, name) ? table[name] : undefined;
	if (kind === undefined || (kind === 'flag' && equals >= 0)) throw new OptionError(word);
	if (equals >= 0) add(name, word.slice(equals + 1));
	else if (kind === 'value') add(name, needed(word, rest));
	else add(name, '');
};

const parseShort = (
	word: string,
	rest: string[],
	{table, aliases, add}: {table: OptionTable; aliases: Readonly<Record<string, string>>; add: Add},
) => {
	for (let index = 1; index < word.length; index += 1) {
		const letter = word[index] ?? '';
		const name = Object.hasOwn(aliases, letter) ? (aliases[letter] ?? '') : '';
		const kind = Object.hasOwn(table, name) ? table[name] : undefined;
		if (kind === undefined) throw new OptionError(`-${letter}`);
		const glued = word.slice(index + 1);
		if (kind === 'flag') add(name, '');
		else {
			if (glued !== '') add(name, glued);
			else if (kind === 'value') add(name, needed(word, rest));
			else add(name, optionalBoot(rest));
			return;
		}
	}
};

/** `-b -1` and `-b ID`: the next word belongs to it when it can be a boot. */
const optionalBoot = (rest: string[]) =>
	/^([+-]?\d+|[0-9a-f]{32}([+-]\d+)?|all)$/.test(rest[0] ?? '') ? (rest.shift() ?? '') : '';

const needed = (word: string, rest: string[]): string => {
	const value = rest.shift();
	if (value === undefined) throw new OptionError(`${word} (its argument is missing)`);
	return value;
};
