import {
	cpSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {constants, gzipSync, zstdCompressSync} from 'node:zlib';
import {afterAll, expect, test} from 'vitest';
import {lifeOf} from '../../../src/lab/box/life.ts';
import {unpack} from '../../../src/lab/box/pack.ts';
import {loadRecordingFolder} from '../../../src/lab/boxes.ts';
import {sharedFolder} from '../../shared-folder.ts';

const boots = join(sharedFolder, 'fixtures/boots');
const folders: string[] = [];
const folder = () => {
	const made = mkdtempSync(join(tmpdir(), 'unflap-recording-'));
	folders.push(made);
	return made;
};
afterAll(() => {
	for (const made of folders) rmSync(made, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

const entry = (fields: Readonly<Record<string, unknown>> = {}) =>
	JSON.stringify({
		__CURSOR: 's=00000000000000000000000000000001;i=1;b=00000000000000000000000000000002;m=1;t=1;x=1',
		__REALTIME_TIMESTAMP: '1795373623144999',
		__MONOTONIC_TIMESTAMP: '1000000',
		_BOOT_ID: '00000000000000000000000000000002',
		MESSAGE: 'hello',
		...fields,
	});

test('a recording that is not in the package is read from its folder, the first flood too', async () => {
	const recording = await loadRecordingFolder(join(boots, 'S10b-noisy-small-disk'));
	expect(recording.name).toBe('S10b-noisy-small-disk');
	expect(recording.entries.length).toBeGreaterThan(50_000);
	expect(recording.healthySeconds).not.toBeNull();
	expect(lifeOf(recording).boots).toHaveLength(1);
}, 60_000);

test('a journal alone is enough', async () => {
	const own = folder();
	writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${entry()}\n`);
	const recording = await loadRecordingFolder(own);
	expect(recording.entries).toHaveLength(1);
	expect([...recording.units]).toEqual([]);
});

test('what keeps us from looking at a folder is said, not taken for its absence', async () => {
	await expect(loadRecordingFolder(join(boots, 'x'.repeat(300)))).rejects.toMatchObject({
		code: 'ENAMETOOLONG',
	});
	await expect(loadRecordingFolder(join(boots, 'README.md', 'below-a-file'))).rejects.toMatchObject({
		kind: 'bad-input',
	});
});

test('L4 a link in the place of a file is refused, wherever it leads', async () => {
	for (const name of [
		'journalctl-b-o-json.jsonl',
		'console.log',
		'systemctl-show-units.txt',
		'health-checks.json',
	]) {
		const own = folder();
		if (name !== 'journalctl-b-o-json.jsonl')
			writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${entry()}\n`);
		symlinkSync('/etc/passwd', join(own, name));
		await expect(loadRecordingFolder(own)).rejects.toThrow(/not a regular file/);
	}
});

test('L4 a linked folder below the recording is refused', async () => {
	const [own, elsewhere] = [folder(), folder()];
	cpSync(join(boots, 'S06-crash-loop/second-boot'), elsewhere, {recursive: true});
	writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${entry()}\n`);
	symlinkSync(elsewhere, join(own, 'second-boot'));
	await expect(loadRecordingFolder(own)).rejects.toThrow(/not a regular file/);
});

test('L4 a folder, a device or nothing where a folder is due is refused', async () => {
	const own = folder();
	mkdirSync(join(own, 'journalctl-b-o-json.jsonl'));
	await expect(loadRecordingFolder(own)).rejects.toThrow(/not a regular file/);
	await expect(loadRecordingFolder('/dev/null')).rejects.toThrow(/not a folder/);
	await expect(loadRecordingFolder(join(own, 'missing'))).rejects.toThrow(/not a folder/);
	await expect(loadRecordingFolder(folder())).rejects.toThrow(/holds no journal/);
});

test('L4 a hard link is a file like any other', async () => {
	const own = folder();
	writeFileSync(join(own, 'one'), `${entry()}\n`);
	linkSync(join(own, 'one'), join(own, 'journalctl-b-o-json.jsonl'));
	expect((await loadRecordingFolder(own)).entries).toHaveLength(1);
});

test.each([
	['no JSON', '{"MESSAGE":'],
	['an array', '[1,2]'],
	['a number for a field', entry({MESSAGE: 5})],
	['an object for a field', entry({MESSAGE: {a: 1}})],
	['no time', entry({__MONOTONIC_TIMESTAMP: 'x'})],
	['a negative time', entry({__MONOTONIC_TIMESTAMP: '-5'})],
	['a boot id that is a path', entry({_BOOT_ID: '../../../etc'})],
	['bytes that are none', entry({MESSAGE: [1, 2, 3000]})],
])('L4 a line with %s is refused as bad input', async (_what, line) => {
	const own = folder();
	writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${line}\n`);
	await expect(loadRecordingFolder(own)).rejects.toMatchObject({kind: 'bad-input'});
});

test('L4 hostile names stay data', async () => {
	const own = folder();
	const line = entry({UNIT: '__proto__', _PID: '1', MESSAGE: '\u001b]52;c;x\u0007'}).replace(
		'"MESSAGE"',
		'"__proto__":"x","MESSAGE"',
	);
	writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${line}\n`);
	writeFileSync(join(own, 'systemctl-show-units.txt'), 'Id=__proto__\nActiveState=active\n\nId=../../x\n');
	const recording = await loadRecordingFolder(own);
	expect(recording.units.get('__proto__')?.get('ActiveState')).toBe('active');
	expect(({} as Record<string, unknown>)['ActiveState']).toBeUndefined();
});

test('X1 a file larger than a recording may be is refused, not read', async () => {
	const own = folder();
	writeFileSync(join(own, 'journalctl-b-o-json.jsonl'), `${entry()}\n`);
	writeFileSync(join(own, 'console.log'), '');
	truncateSync(join(own, 'console.log'), 4 * 1024 ** 3);
	await expect(loadRecordingFolder(own)).rejects.toThrow(/larger than a recording may be/);
});

test('X1 bombs of gzip and zstd stop at the cap, with little memory', async () => {
	const line = Buffer.alloc(64 * 1024 * 1024, 'a');
	const member = gzipSync(line, {level: 1});
	const bombs: readonly (readonly [string, Buffer])[] = [
		['.gz', Buffer.concat(Array.from({length: 40}, () => member))],
		['.zst', zstdCompressSync(line, {params: {[constants.ZSTD_c_windowLog]: 20}})],
	];
	for (const [ending, bytes] of bombs) {
		const own = folder();
		writeFileSync(join(own, `journalctl-b-o-json.jsonl${ending}`), bytes);
		await expect(loadRecordingFolder(own)).rejects.toThrow(/larger than a recording may be/);
	}
	expect(process.memoryUsage().rss).toBeLessThan(900 * 1024 * 1024);
}, 60_000);

test('X1 a damaged package says so', () => {
	expect(() => unpack(Buffer.from('no package'))).toThrow();
});
