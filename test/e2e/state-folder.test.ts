/** A state folder that others could have planted: what changes AWS is refused, what reads goes on without it. */
import {chmod, chown, mkdir, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
let place: string;
let count = 0;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
});
afterAll(() => lab.close());
beforeEach(async () => {
	place = join(lab.home, `state-${++count}`);
	await mkdir(place, {mode: 0o700});
});
afterEach(() => rm(place, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

const isRoot = process.geteuid?.() === 0;

const planted: readonly (readonly [string, () => Promise<unknown>])[] = [
	[
		'is a link',
		async () => {
			await mkdir(join(place, 'elsewhere'), {mode: 0o700});
			await symlink(join(place, 'elsewhere'), join(place, 'unflap'));
		},
	],
	[
		'has mode 777',
		async () => {
			await mkdir(join(place, 'unflap'));
			await chmod(join(place, 'unflap'), 0o777);
		},
	],
	['is a file', () => writeFile(join(place, 'unflap'), '')],
	...(isRoot
		? [
				[
					'belongs to somebody else',
					async () => {
						await mkdir(join(place, 'unflap'), {mode: 0o700});
						await chown(join(place, 'unflap'), 65534, 65534);
					},
				] as const,
			]
		: []),
];

const run = (...args: readonly string[]) => lab.run(args, {environment: {XDG_STATE_HOME: place}});

describe.each(planted)('P2 a state folder that %s', (_name, plant) => {
	test('P2 refuses a hold with exit 3, and nothing is changed in AWS', async () => {
		await plant();
		const before = (await lab.requests()).length;
		const {code, stdout, stderr} = await run('hold', 'batch', '--for', '1m', '--', 'true');
		expect(code).toBe(3);
		expect(stdout + stderr).toContain(join(place, 'unflap'));
		const changes = (await lab.requests()).slice(before).filter(({mutating, applied}) => mutating && applied);
		expect(changes).toEqual([]);
	});

	test('P2 leaves reading alone, without state', async () => {
		await plant();
		for (const args of [
			['ls'],
			['show', 'batch'],
			['holds'],
			['logs', 'batch/1', '-n', '2'],
			['boot', 'batch/1'],
			['info'],
		])
			expect([args, (await run(...args)).code]).toEqual([args, 0]);
		const names = await readdir(place, {recursive: true});
		expect(names.filter(name => !/^(?:unflap|elsewhere)$/.test(name))).toEqual([]);
	});
});

test('P3 nothing is made in the temporary folder by a hold', async () => {
	const temporary = join(lab.home, 'tmp');
	await mkdir(temporary);
	for (const args of [
		['hold', 'batch', '--for', '1m', '--', 'true'],
		['logs', 'batch/1', '-n', '2'],
		['boot', 'batch/1'],
	]) {
		const {code} = await lab.run(args, {environment: {TMPDIR: temporary}});
		expect([args, code]).toEqual([args, 0]);
	}
	expect(await readdir(temporary)).toEqual([]);
});
