/** The config file: JSON with positions, so that an error names key, file and line. */
import {readFileSync, realpathSync, statSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import {type Node, type ParseError, parseTree, printParseErrorCode} from 'jsonc-parser';
import {type ConfigValues, configRules} from './config-rules.ts';
import {UnflapError} from './errors.ts';
import {readOnlyFault} from './safe-modes.ts';

export type ConfigFile = {
	readonly values: ConfigValues;
	/** Key → 'config.json:3'. */
	readonly origin: Readonly<Record<string, string>>;
};

const maxConfigBytes = 1_048_576;

/** Reads and checks a config file; a missing one is empty, unless the user named it. */
export const readConfig = (path: string, named: boolean): ConfigFile => {
	const text = readTrusted(path, named);
	if (text === undefined) return {values: {}, origin: {}};
	const errors: ParseError[] = [];
	const root = parseTree(text, errors, {disallowComments: true, allowTrailingComma: false});
	const first = errors[0];
	if (first !== undefined)
		throw malformed(
			path,
			lineAt(text, first.offset),
			`is not JSON here (${printParseErrorCode(first.error)})`,
		);
	if (root?.type !== 'object') throw malformed(path, 1, 'must hold one JSON object');
	return readObject(root, path, text);
};

const readObject = (root: Node, path: string, text: string): ConfigFile => {
	const values: Record<string, unknown> = {};
	const origin: Record<string, string> = {};
	for (const property of root.children ?? []) {
		const [key, value] = property.children ?? [];
		if (key === undefined || value === undefined) continue;
		const name = String(key.value);
		const line = lineAt(text, key.offset);
		const rule = Object.hasOwn(configRules, name) ? configRules[name as keyof ConfigValues] : undefined;
		if (rule === undefined) throw malformed(path, line, `there is no setting "${name}"`, nearest(name));
		if (Object.hasOwn(values, name)) throw malformed(path, line, `"${name}" stands there twice`);
		const plain = plainValue(value);
		if (!rule.accepts(plain))
			throw malformed(path, lineAt(text, value.offset), `"${name}" must be ${rule.wants}`);
		values[name] = plain;
		origin[name] = `${basename(path)}:${line}`;
	}
	return {values: values as ConfigValues, origin};
};

/** Plain data without a prototype to be played with. */
const plainValue = (node: Node): unknown => {
	if (node.type === 'array') return (node.children ?? []).map(plainValue);
	if (node.type !== 'object') return node.value;
	const entries = (node.children ?? []).map(property => {
		const [key, value] = property.children ?? [];
		return [String(key?.value), value === undefined ? null : plainValue(value)] as const;
	});
	return Object.fromEntries(entries);
};

/** Config can name programs to run: it is read only where nobody else could have written it. */
const readTrusted = (path: string, named: boolean): string | undefined => {
	try {
		const real = realpathSync(path);
		for (const place of new Set([real, dirname(real), dirname(path)])) {
			const fault = readOnlyFault(statSync(place), process.geteuid?.() ?? 0);
			if (fault !== undefined) throw untrusted(path, place, fault);
		}
		if (statSync(real).size > maxConfigBytes)
			throw malformed(path, 1, `is larger than ${maxConfigBytes} bytes`);
		return readFileSync(real, 'utf8').replace(/^\ufeff/, '');
	} catch (error) {
		if (error instanceof UnflapError) throw error;
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
		if (code === 'ENOENT' && !named) return undefined;
		throw new UnflapError('config', `The config file ${path} cannot be read (${code})`, {
			cause: error,
			next: ['name another one with --config FILE or UNFLAP_CONFIG, or none'],
		});
	}
};

const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

const malformed = (path: string, line: number, what: string, hint?: string) =>
	new UnflapError('config', `${path}:${line}: ${what}`, {
		meaning: 'Nothing was started, and nothing was changed in AWS.',
		next: [hint ?? `mend line ${line}, or start with --config naming another file`],
	});

const untrusted = (path: string, place: string, fault: string) =>
	new UnflapError('config', `The config file ${path} is not used: ${place} ${fault}`, {
		meaning: 'A config can name programs to run, so only you or root may be able to write it or its folder.',
		next: [`take the right from others (chmod go-w ${place}), or name another file with --config FILE`],
	});

const nearest = (name: string) => {
	const known = Object.keys(configRules);
	const close = known.find(key => key.toLowerCase() === name.toLowerCase().replaceAll(/[-_]/g, ''));
	return close === undefined ? `settings are: ${known.join(', ')}` : `did you mean "${close}"?`;
};
