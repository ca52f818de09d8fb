/**
 * Recordings in one small file: journals as columns, repeated texts as numbers of a dictionary, times as differences,
 * cursors taken apart, all of it as JSON under brotli. `unpack(pack(lives))` gives the same lives.
 */
import {brotliCompressSync, brotliDecompressSync, constants} from 'node:zlib';
import type {JournalField, JournalFields, RecordedBoot, RecordedLife} from './life.ts';
import {packedFields} from './packed-fields.ts';

const format = 1;
/** What a package of our own may unpack to. */
const maxBytes = 32 * 1024 * 1024;

export const pack = (lives: readonly RecordedLife[]): Buffer => {
	const texts = createDictionary();
	const packed = {
		format,
		fields: packedFields,
		lives: lives.map(life => packLife(life, texts)),
		texts: texts.all,
	};
	const json = Buffer.from(JSON.stringify(packed));
	return brotliCompressSync(json, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
			[constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
			[constants.BROTLI_PARAM_SIZE_HINT]: json.length,
		},
	});
};

/** Journals are unpacked on first use. */
export const unpack = (bytes: Buffer): readonly RecordedLife[] => {
	const json = brotliDecompressSync(bytes, {maxOutputLength: maxBytes}).toString('utf8');
	const packed = JSON.parse(json) as {format: number; lives: PackedLife[]; texts: string[]};
	if (packed.format !== format)
		throw new Error('the packed recordings are of another version of this program');
	return packed.lives.map(life => ({...life, boots: life.boots.map(boot => unpackBoot(boot, packed.texts))}));
};

type Dictionary = {readonly all: string[]; readonly number: (text: string) => number};

type PackedBoot = Omit<RecordedBoot, 'entries' | 'units'> & {
	readonly shapes: readonly (readonly number[])[];
	readonly rows: readonly number[];
	readonly columns: Readonly<Record<string, Column>>;
	readonly units: readonly (readonly (readonly [number, number])[])[];
};
type PackedLife = Omit<RecordedLife, 'boots'> & {readonly boots: readonly PackedBoot[]};

type Column =
	| {readonly kind: 'text'; readonly values: readonly (number | JournalField)[]}
	/** Numbers as differences to the value before. */
	| {readonly kind: 'steps'; readonly values: readonly number[]}
	/** Numbers as differences to another column of the same entry, and those to the one before. */
	| {readonly kind: 'beside'; readonly column: string; readonly values: readonly number[]}
	| {
			readonly kind: 'cursor';
			readonly file: string;
			readonly steps: readonly number[];
			readonly hashes: string;
	  };

const packLife = (life: RecordedLife, texts: Dictionary): PackedLife => ({
	...life,
	boots: life.boots.map(boot => packBoot(boot, texts)),
});

const packBoot = ({entries, units, ...facts}: RecordedBoot, texts: Dictionary): PackedBoot => {
	const shapes = new Map<string, number>();
	const rows = entries.map(entry => {
		const shape = packedFields.flatMap((name, index) => (Object.hasOwn(entry, name) ? [index] : [])).join();
		const known = shapes.get(shape) ?? shapes.size;
		shapes.set(shape, known);
		return known;
	});
	return {
		...facts,
		shapes: [...shapes.keys()].map(shape => shape.split(',').map(Number)),
		rows,
		columns: Object.fromEntries(packedFields.map(name => [name, packColumn(name, entries, texts)])),
		units: [...units.values()].map(properties =>
			[...properties].map(([name, value]) => [texts.number(name), texts.number(value)] as const),
		),
	};
};

/** What a time is written beside: the clock it runs with. */
const companions: Readonly<Record<string, string>> = {
	__REALTIME_TIMESTAMP: '__MONOTONIC_TIMESTAMP',
	_SOURCE_MONOTONIC_TIMESTAMP: '__MONOTONIC_TIMESTAMP',
	_SOURCE_REALTIME_TIMESTAMP: '__REALTIME_TIMESTAMP',
};

const packColumn = (name: string, entries: readonly JournalFields[], texts: Dictionary): Column => {
	const present = entries.filter(entry => Object.hasOwn(entry, name));
	const values = present.map(entry => entry[name] as JournalField);
	if (name === '__CURSOR') return packCursors(present) ?? packTexts(values, texts);
	if (name === '__MONOTONIC_TIMESTAMP' && values.every(isInteger))
		return {kind: 'steps', values: steps(values.map(Number))};
	const column = companions[name];
	if (
		column !== undefined &&
		values.every(isInteger) &&
		present.every(entry => isInteger(entry[column] ?? null))
	)
		return {
			kind: 'beside',
			column,
			values: steps(present.map(entry => Number(entry[name]) - Number(entry[column]))),
		};
	return packTexts(values, texts);
};

const packTexts = (values: readonly JournalField[], texts: Dictionary): Column => ({
	kind: 'text',
	values: values.map(value => (typeof value === 'string' ? texts.number(value) : value)),
});

/** Numbers that survive the way through Number and back, digit by digit. */
const isInteger = (value: JournalField) =>
	typeof value === 'string' && /^\d{1,16}$/.test(value) && String(Number(value)) === value;

const cursorPattern =
	/^s=([0-9a-f]{32});i=([0-9a-f]+);b=([0-9a-f]{32});m=([0-9a-f]+);t=([0-9a-f]+);x=([0-9a-f]+)$/;

const packCursors = (entries: readonly JournalFields[]): Column | null => {
	const parts = entries.map(entry => cursorPattern.exec(String(entry['__CURSOR'])));
	const file = parts[0]?.[1] ?? '';
	const numbers = parts.map(part => Number.parseInt(part?.[2] ?? '', 16));
	const hashes = parts.map(part => part?.[6] ?? '').join(' ');
	const column: Column = {kind: 'cursor', file, steps: steps(numbers), hashes};
	const again = unpackCursors(column, entries);
	return entries.every((entry, index) => entry['__CURSOR'] === again[index]) ? column : null;
};

const unpackCursors = (
	column: Column & {kind: 'cursor'},
	entries: readonly JournalFields[],
): readonly string[] => {
	const hashes = column.hashes.split(' ');
	return sums(column.steps).map((number, index) => {
		const entry = entries[index];
		const [m, t] = ['__MONOTONIC_TIMESTAMP', '__REALTIME_TIMESTAMP'].map(name =>
			Number(entry?.[name]).toString(16),
		);
		return `s=${column.file};i=${number.toString(16)};b=${entry?.['_BOOT_ID']};m=${m};t=${t};x=${hashes[index]}`;
	});
};

const steps = (values: readonly number[]) => values.map((value, index) => value - (values[index - 1] ?? 0));
const sums = (values: readonly number[]) => {
	let sum = 0;
	return values.map(value => (sum += value));
};

const unpackBoot = (
	{shapes, rows, columns, units, ...facts}: PackedBoot,
	texts: readonly string[],
): RecordedBoot => {
	let entries: readonly JournalFields[] | undefined;
	return {
		...facts,
		get entries() {
			entries ??= unpackEntries({shapes, rows, columns}, texts);
			return entries;
		},
		units: new Map(
			units.map(properties => {
				const map = new Map(properties.map(([name, value]) => [texts[name] ?? '', texts[value] ?? '']));
				return [map.get('Id') ?? '', map];
			}),
		),
	};
};

const unpackEntries = (
	{shapes, rows, columns}: Pick<PackedBoot, 'shapes' | 'rows' | 'columns'>,
	texts: readonly string[],
): readonly JournalFields[] => {
	const entries: Record<string, JournalField>[] = rows.map(() => ({}));
	// Times first, cursors last: they are written beside other columns.
	for (const name of unpackOrder) {
		const index = packedFields.indexOf(name);
		const has = shapes.map(shape => shape.includes(index));
		const present = entries.filter((_, row) => has[rows[row] ?? -1]);
		const values = unpackColumn(columns[name], present, texts);
		for (const [row, entry] of present.entries()) entry[name] = values[row] ?? null;
	}
	return entries.map(entry =>
		Object.fromEntries(
			packedFields.filter(name => Object.hasOwn(entry, name)).map(name => [name, entry[name] ?? null]),
		),
	);
};

const unpackOrder = [
	'__MONOTONIC_TIMESTAMP' as const,
	'__REALTIME_TIMESTAMP' as const,
	...packedFields.filter(name => !/^__/.test(name)),
	'__CURSOR' as const,
];

const unpackColumn = (
	column: Column | undefined,
	entries: readonly JournalFields[],
	texts: readonly string[],
): readonly JournalField[] => {
	if (column === undefined) return [];
	if (column.kind === 'text')
		return column.values.map(value => (typeof value === 'number' ? (texts[value] ?? '') : value));
	if (column.kind === 'cursor') return unpackCursors(column, entries);
	const numbers = sums(column.values);
	if (column.kind === 'steps') return numbers.map(String);
	return numbers.map((number, index) => String(number + Number(entries[index]?.[column.column])));
};

const createDictionary = (): Dictionary => {
	const all: string[] = [];
	const numbers = new Map<string, number>();
	return {
		all,
		number: text => {
			const known = numbers.get(text);
			if (known !== undefined) return known;
			numbers.set(text, all.length);
			return all.push(text) - 1;
		},
	};
};
