/** Writes one setting to the config file; all else in it keeps its place and its value. */
import {existsSync, mkdirSync, realpathSync} from 'node:fs';
import {basename, dirname, extname} from 'node:path';
import type {ConfigValues} from './config-rules.ts';
import {UnflapError} from './errors.ts';
import {readConfig} from './read-config.ts';

/**
 * A file that cannot be read as config, or that others may write, is left alone. A link stays a link: what it names is
 * written. @throws {UnflapError} `config` when it cannot be written.
 */
export const saveSetting = async <Key extends keyof ConfigValues>(
	path: string,
	key: Key,
	value: NonNullable<ConfigValues[Key]>,
): Promise<void> => {
	readConfig(path, false);
	const {default: Conf} = await import('conf');
	try {
		if (!existsSync(dirname(path))) mkdirSync(dirname(path), {recursive: true, mode: 0o700});
		const real = existsSync(path) ? realpathSync(path) : path;
		const store = new Conf<Record<string, unknown>>({
			cwd: dirname(real),
			configName: basename(real, extname(real)),
			fileExtension: extname(real).slice(1),
			clearInvalidConfig: false,
			accessPropertiesByDotNotation: false,
			...(existsSync(real) ? {} : {configFileMode: 0o600}),
		});
		if (store.get(key) !== value) store.set(key, value);
	} catch (error) {
		throw new UnflapError('config', `The config file ${path} cannot be written (${codeIn(error)})`, {
			next: ['check its owner and mode, or set the value by hand'],
			cause: error,
		});
	}
};

const codeIn = (error: unknown): string =>
	error instanceof Error && 'code' in error
		? String(error.code)
		: error instanceof Error
			? error.message
			: String(error);
