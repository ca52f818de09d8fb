import {spawnSync} from 'node:child_process';
import {chmod, chown, lstat, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {
	checkOwnFolder,
	ensureOwnFolder,
	openAppend,
	openExclusive,
	readOwnFile,
	removeFile,
	writeAtomic,
} from '../../src/base/safe-files.ts';
import {folderFault} from '../../src/base/safe-modes.ts';
import {makeHome} from '../run-program.ts';
import {repositoryRoot} from '../shared-folder.ts';

let home: string;
let forget: () => Promise<void>;
beforeAll(async () => {
	({home, forget} = await makeHome());
});
afterAll(() => forget());

const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;
const refused = expect.objectContaining({kind: 'refused', exitCode: 3}) as Error;

describe('P2 planted folders and links', () => {
	test('P2 a missing folder is made with its parents, for us alone', async () => {
		const folder = join(home, 'fresh/state/unflap');
		await ensureOwnFolder(folder);
		expect(await modeOf(folder)).toBe(0o700);
		expect(await modeOf(join(home, 'fresh'))).toBe(0o700);
		expect(await checkOwnFolder(join(home, 'none'))).toBe(false);
	});

	test.each([0o777, 0o755, 0o770, 0o701])('P2 a folder of mode %o is refused', async mode => {
		const folder = join(home, `mode-${mode}`);
		await mkdir(folder);
		await chmod(folder, mode);
		await expect(ensureOwnFolder(folder)).rejects.toThrow(refused);
	});

	test('P2 a link is refused, wherever it leads', async () => {
		await mkdir(join(home, 'target'), {mode: 0o700});
		await symlink(join(home, 'target'), join(home, 'link'));
		await expect(ensureOwnFolder(join(home, 'link'))).rejects.toThrow(refused);
	});

	test('P2 a file for a folder is refused', async () => {
		await writeFile(join(home, 'plain'), '');
		await expect(ensureOwnFolder(join(home, 'plain'))).rejects.toThrow();
	});

	test('P2 a folder in a place that everybody can write is refused', async () => {
		await mkdir(join(home, 'open/unflap'), {recursive: true, mode: 0o700});
		await chmod(join(home, 'open'), 0o777);
		await expect(ensureOwnFolder(join(home, 'open/unflap'))).rejects.toThrow(refused);
	});

	test('P2 owner decides', () => {
		const facts = (uid: number) => ({
			uid,
			gid: 0,
			mode: 0o40700,
			isDirectory: () => true,
			isSymbolicLink: () => false,
		});
		expect(folderFault(facts(1000), 1000)).toBeUndefined();
		expect(folderFault(facts(65534), 1000)).toBe('belongs to uid 65534');
		expect(folderFault(facts(0), 1000)).toBe('belongs to uid 0');
	});
});

describe('P2 files', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await ensureOwnFolder(join(home, 'files'));
	});

	test.each([0, 0o077, 0o022])('P2 is 0600 under umask %o', async umask => {
		const before = process.umask(umask);
		try {
			await writeAtomic(folder, `u${umask}`, 'text');
			await (await openExclusive(join(folder, `x${umask}`))).close();
			await (await openAppend(join(folder, `a${umask}`))).close();
		} finally {
			process.umask(before);
		}
		for (const name of [`u${umask}`, `x${umask}`, `a${umask}`])
			expect(await modeOf(join(folder, name))).toBe(0o600);
	});

	test('P2 writing replaces a planted link, and never follows it', async () => {
		const victim = join(home, 'victim');
		await writeFile(victim, 'untouched');
		await symlink(victim, join(folder, 'planted'));
		await writeAtomic(folder, 'planted', 'ours');
		expect(await readFile(victim, 'utf8')).toBe('untouched');
		expect(await readOwnFile(join(folder, 'planted'))).toBe('ours');
		await symlink(victim, join(folder, 'second'));
		await expect(readOwnFile(join(folder, 'second'))).rejects.toThrow(refused);
		await expect(openAppend(join(folder, 'second'))).rejects.toThrow();
		await expect(openExclusive(join(folder, 'second'))).rejects.toThrow(/EEXIST/);
		expect(await readFile(victim, 'utf8')).toBe('untouched');
	});

	test('a write leaves one file, a removal none', async () => {
		const own = await ensureOwnFolder(join(home, 'one'));
		await Promise.all(Array.from({length: 20}, (_, index) => writeAtomic(own, 'entry', `text ${index}`)));
		expect(await readdir(own)).toEqual(['entry']);
		expect(await readOwnFile(join(own, 'entry'))).toMatch(/^text \d+$/);
		expect(await removeFile(join(own, 'entry'))).toBe(true);
		expect(await removeFile(join(own, 'entry'))).toBe(false);
		expect(await readOwnFile(join(own, 'entry'))).toBeUndefined();
	});

	test('P2 a file that others can read, or that is too large, is no file of ours', async () => {
		await writeFile(join(folder, 'open'), 'x', {mode: 0o600});
		await chmod(join(folder, 'open'), 0o644);
		await expect(readOwnFile(join(folder, 'open'))).rejects.toThrow(refused);
		await writeAtomic(folder, 'large', 'x'.repeat(2000));
		await expect(readOwnFile(join(folder, 'large'), 1000)).rejects.toThrow(refused);
	});
});

/** A check by another user, as on a shared bastion; root may become one, others already are. */
const asOther = (folder: string) => {
	const script = `
		import {ensureOwnFolder} from ${JSON.stringify(join(repositoryRoot, 'src/base/safe-files.ts'))};
		try { await ensureOwnFolder(process.argv[1]); console.log('accepted'); } catch (error) { console.log(error.kind ?? error.code); }`;
	const isRoot = process.geteuid?.() === 0;
	const {stdout} = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], {
		...(isRoot ? {uid: 65534, gid: 65534} : {}),
		encoding: 'utf8',
	});
	return stdout.trim();
};

test('P2 another owner: a folder that somebody else made first is refused', async () => {
	const place = join(home, 'shared');
	await mkdir(join(place, 'unflap'), {recursive: true, mode: 0o700});
	await chmod(home, 0o711);
	await chmod(place, 0o1777);
	const isRoot = process.geteuid?.() === 0;
	if (isRoot) {
		expect(asOther(join(place, 'unflap'))).toBe('refused');
		await mkdir(join(place, 'theirs'), {mode: 0o700});
		await chown(join(place, 'theirs'), 65534, 65534);
		expect(asOther(join(place, 'theirs'))).toBe('accepted');
		await expect(ensureOwnFolder(join(place, 'theirs'))).rejects.toThrow(refused);
	} else {
		await expect(ensureOwnFolder('/root/unflap')).rejects.toThrow();
	}
	await chmod(home, 0o700);
});
