/** The user's editor on a copy of a file: one path in a folder of its own, no shell, and nothing left behind (threats.md M2). */
import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {UnflapError} from '../base/errors.ts';
import {ensureOwnFolder, openExclusive} from '../base/safe-files.ts';
import {splitWords} from '../base/split-words.ts';

export type Edited =
	| {readonly kind: 'changed'; readonly content: Buffer; readonly copy: string}
	| {readonly kind: 'unchanged'}
	/** The editor ended otherwise than well. */
	| {readonly kind: 'aborted'; readonly why: string};

export type EditorOptions = {
	readonly stateFolder: string;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	/** How the copy is called: letters, digits, dots, never at the start. */
	readonly name: string;
	readonly content: Uint8Array;
};

/** The folder is gone when this resolves, but for `changed`: then `forgetCopy` removes it. */
export const editCopy = async ({stateFolder, environment, name, content}: EditorOptions): Promise<Edited> => {
	const words = editorWords(environment);
	const parent = await ensureOwnFolder(join(stateFolder, 'edit'));
	reap(parent);
	const folder = await ensureOwnFolder(join(parent, `${process.pid}-${randomBytes(8).toString('hex')}`));
	const copy = join(folder, safeName(name));
	try {
		const file = await openExclusive(copy);
		await file.writeFile(content);
		await file.close();
		const end = await run([...words, copy], folder, environment);
		if (end !== null) {
			forgetCopy(copy);
			return {kind: 'aborted', why: end};
		}
		const after = readFileSync(copy);
		if (!after.equals(content)) return {kind: 'changed', content: after, copy};
	} catch (error) {
		forgetCopy(copy);
		throw error;
	}
	forgetCopy(copy);
	return {kind: 'unchanged'};
};

/** With everything the editor left beside it: swap files, backups. */
export const forgetCopy = (copy: string): void => rmSync(join(copy, '..'), {recursive: true, force: true});

/** Out of the way of the next run, which removes what is left over: for another try. Gives its new path. */
export const keepCopy = (copy: string): string => {
	const folder = dirname(copy);
	const kept = join(dirname(folder), `kept-${basename(folder)}`);
	if (existsSync(folder)) renameSync(folder, kept);
	return join(kept, basename(copy));
};

/** `$VISUAL`, `$EDITOR`, vi. @throws `usage` for a line whose quotes are open. */
const editorWords = (environment: Readonly<NodeJS.ProcessEnv>): readonly string[] => {
	const line = environment['VISUAL'] || environment['EDITOR'] || 'vi';
	const words = splitWords(line);
	if (words !== null && words.length > 0) return words;
	throw new UnflapError('usage', 'The editor in VISUAL or EDITOR has an open quote', {
		next: ['EDITOR="vim -n" unflap edit …'],
	});
};

const safeName = (name: string): string =>
	name
		.replace(/[^A-Za-z0-9._]/g, '_')
		.replace(/^\.+/, '')
		.slice(-60) || 'file';

/** Null when it ended well. It gets the terminal and no other descriptor (G1). */
const run = (
	[program = '', ...args]: readonly string[],
	cwd: string,
	environment: Readonly<NodeJS.ProcessEnv>,
): Promise<string | null> =>
	new Promise(resolve => {
		const child = spawn(program, args, {stdio: 'inherit', cwd, env: environment});
		// ctrl-c in an editor is the editor's.
		const ignore = () => undefined;
		process.on('SIGINT', ignore);
		const done = (why: string | null) => {
			process.off('SIGINT', ignore);
			resolve(why);
		};
		child.once('error', error => done(`${program} could not be started: ${error.message}`));
		child.once('exit', (code, signal) =>
			done(code === 0 ? null : `${program} ended with ${signal ?? `exit ${code}`}`),
		);
	});

/** Copies of runs that were killed, whose process is gone; and those that were kept for another try, after a week. */
const reap = (parent: string): void => {
	for (const name of readdirSync(parent)) {
		const [, kept, pid] = /^(kept-)?(\d{1,10})-[0-9a-f]{16}$/.exec(name) ?? [];
		const path = join(parent, name);
		if (pid === undefined || !statSync(path).isDirectory()) continue;
		const isOver = kept === undefined ? !isAlive(Number(pid)) : Date.now() - statSync(path).mtimeMs > keptMs;
		if (isOver) rmSync(path, {recursive: true, force: true});
	}
};

const keptMs = 7 * 86_400_000;

const isAlive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
};
