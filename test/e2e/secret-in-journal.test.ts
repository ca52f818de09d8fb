/** Secrets that a box logs: in colour, cut by journald's own pieces, in a key over many lines; on no way out. */
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {writeRecording} from '../hostile/hostile-recording.ts';
import {environmentOf} from '../run-program.ts';
import {key, openScreen, pause} from '../stories/harness.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const canary = 'hunter2canary';
const keyLine = `MIIEcanary${'kQ1zX9'.repeat(8)}`;
const marker = 'secrets follow here';

/** Said one after the other by one service, as one stream of journald. */
const said: readonly Readonly<Record<string, string>>[] = [
	{MESSAGE: marker},
	{MESSAGE: `\u001b[32mconnect\u001b[0m pass\u001b[1mword=hunter2\u001b[0mcanary now`},
	{MESSAGE: `${'x'.repeat(49_100)} password=hunter2`, _LINE_BREAK: 'line-max'},
	{MESSAGE: `canary after the border`},
	{MESSAGE: `-----BEGIN RSA ${'PRIVATE'} KEY-----`},
	{MESSAGE: keyLine},
	{MESSAGE: `-----END RSA ${'PRIVATE'} KEY-----`},
	{MESSAGE: `url postgres://app:${canary}@db/x and ${Buffer.from(`password=${canary}`).toString('base64')}`},
	{MESSAGE: 'secrets end here'},
];

let folder: string;
let lab: OpenLab;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'unflap-secret-'));
	let planted = false;
	writeRecording(join(folder, 'secret-boot'), entry => {
		if (planted || entry['_SYSTEMD_UNIT'] !== 'instance-metadata.service') return [entry];
		planted = true;
		return [
			entry,
			...said.map((fields, index) => ({
				...entry,
				...fields,
				_STREAM_ID: '0123456789abcdef0123456789abcdef',
				__CURSOR: `s=0123456789abcdef0123456789abcdef;i=${(4000 + index).toString(16)}`,
			})),
		];
	});
	lab = await openLab('--seed', '7', '--speed', '30', '--scenario', join(folder, 'secret-boot'));
});
afterAll(async () => {
	await lab.close();
	await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

const isClean = (text: string) => {
	const plain = text.replace(/\u001b\[[0-9;]*[A-Za-z]|·/g, '');
	const decoded = Array.from(plain.matchAll(/[A-Za-z0-9+/]{16,}/g), ([run]) =>
		Buffer.from(run, 'base64').toString('latin1'),
	).join('\n');
	for (const secret of [canary, keyLine.slice(4, 20)]) {
		expect(plain.includes(secret)).toBe(false);
		expect(decoded.includes(secret)).toBe(false);
	}
};

const keptFiles = async () => {
	const entries = await readdir(lab.home, {withFileTypes: true, recursive: true});
	const files = entries.filter(entry => entry.isFile() && !entry.parentPath.includes('compiled'));
	return Promise.all(
		files.map(async entry => {
			const bytes = await readFile(join(entry.parentPath, entry.name));
			return entry.name.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
		}),
	);
};

/** What `logs` prints of a box that has said all of it; the oldest box may die, and a younger one has not yet. */
const logsOf = async (output: string) => {
	let stdout = '';
	await expect
		.poll(
			async () => {
				({stdout} = await lab.run(['logs', 'web-prod', '-o', output]));
				return stdout;
			},
			{timeout: 40_000, interval: 1000},
		)
		.toContain('secrets end here');
	return stdout;
};

test.each([['text'], ['cat'], ['json'], ['jsonl']])('S5 S6 logs -o %s shows no secret', async output => {
	const stdout = await logsOf(output);
	expect(stdout).toContain(marker);
	isClean(stdout);
});

test('S5 S6 boot shows no secret, and what was kept holds none', async () => {
	await logsOf('cat');
	for (const args of [
		['boot', 'web-prod/1'],
		['boot', 'web-prod/1', '-o', 'json'],
		['boot', 'web-prod/1', '-o', 'svg'],
	])
		isClean((await lab.run(args)).stdout);
	const kept = await keptFiles();
	expect(kept.join('')).toContain(marker);
	for (const text of kept) isClean(text);
});

test('S5 S6 the screen, a copy, a search and saved lines show no secret', async () => {
	await logsOf('cat');
	const view = openScreen({
		environment: environmentOf(lab.home, {...lab.env, TERM: 'xterm-256color', COLORTERM: 'truecolor'}),
	});
	await view.sees(/web-prod/, 20);
	await view.press(key.enter, '4');
	await view.sees(/ 0 lost/, 30);
	await pause(3000);
	await view.press('/', ...'secrets follow', key.enter, 'N');
	await view.sees(/secrets follow here/, 20);
	for (let row = 0; row < 9; row++) await view.press('c', 'j');
	await view.press(key.escape, '/', ...canary, key.enter, 'n', key.escape, key.ctrlS);
	await pause(1000);
	view.write(key.ctrlC);
	await view.ended();
	const typed = view.bytes().replaceAll(new RegExp(`/${canary.slice(0, 3)}[a-z0-9]*`, 'g'), '');
	const copies = Array.from(view.bytes().matchAll(/\u001b\]52;c;([A-Za-z0-9+/=]*)/g), match =>
		Buffer.from(match[1] ?? '', 'base64').toString('utf8'),
	);
	expect(copies.length).toBeGreaterThan(5);
	for (const text of copies) isClean(text);
	expect(typed).not.toContain(keyLine.slice(4, 20));
	for (const text of await keptFiles()) isClean(text);
});
