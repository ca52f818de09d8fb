/** A journal whose every field somebody hostile wrote, read by `boot --journal` on a terminal, in a file, in CI. */

import {readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {corpus} from '../hostile/corpus.ts';
import {makeHome, runProgram} from '../run-program.ts';
import {sharedFolder} from '../shared-folder.ts';
import {bothAreHarmless, drivesNoCi} from './terminal-grammar.ts';

type Entry = Record<string, unknown>;

let home: string;
let forget: () => Promise<void>;
let file: string;
beforeAll(async () => {
	({home, forget} = await makeHome());
	await mkdir(join(home, 'journals'));
	file = join(home, 'journals', 'hostile.jsonl.gz');
	await writeFile(file, gzipSync(hostileJournal()));
});
afterAll(() => forget());

/** A real boot in which each text is now awkward: messages, identifiers, units, results, even ids. */
const hostileJournal = () => {
	const real = gunzipSync(
		readFileSync(join(sharedFolder, 'fixtures/boots/S05-s3-access-denied/journalctl-b-o-json.jsonl.gz')),
	)
		.toString('utf8')
		.split('\n')
		.filter(line => line !== '')
		.map(line => JSON.parse(line) as Entry);
	const fields = [
		'MESSAGE',
		'SYSLOG_IDENTIFIER',
		'UNIT',
		'_SYSTEMD_UNIT',
		'_COMM',
		'JOB_RESULT',
		'UNIT_RESULT',
		'COMMAND',
		'_HOSTNAME',
		'EXIT_STATUS',
	];
	return real
		.map((entry, index) => {
			const awkward = corpus[index % corpus.length]?.text ?? '';
			const field = fields[Math.floor(index / corpus.length) % fields.length] ?? 'MESSAGE';
			const changed = index % 3 === 0 ? {...entry, MESSAGE: awkward} : {...entry, [field]: awkward};
			// journalctl writes what is not printable as a list of bytes.
			if (index % 7 === 0) return {...changed, MESSAGE: [...Buffer.from(awkward.slice(0, 3000), 'latin1')]};
			return changed;
		})
		.map(entry => JSON.stringify(entry))
		.join('\n');
};

const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
	runProgram(['boot', '--journal', file, ...args], {home, environment});

describe('T1 a hostile journal', () => {
	test.each([[[]], [['-o', 'json']], [['-o', 'svg']], [['--ascii']]])(
		'T1 boot %j writes nothing that drives a terminal',
		async args => {
			const result = await run(args);
			bothAreHarmless(result);
			expect(result.code).toBe(0);
		},
	);

	test('T1 in colour, only our own colours are there', async () => {
		bothAreHarmless(await run([], {FORCE_COLOR: '1'}), true);
	});

	test('T4 nothing of it drives a CI system', async () => {
		for (const args of [[], ['-o', 'json']]) {
			const {stdout, stderr} = await run(args, {GITHUB_ACTIONS: 'true'});
			drivesNoCi(stdout);
			drivesNoCi(stderr);
		}
	});

	test('T3 its JSON is one document', async () => {
		const {stdout} = await run(['-o', 'json']);
		expect(JSON.parse(stdout)).toHaveProperty('units');
	});

	test('R1 its picture is well-formed and without script', async () => {
		const {stdout} = await run(['-o', 'svg']);
		expect(stdout).not.toMatch(/<script|<foreignObject|\son[a-z]+=|href=/i);
		expect(stdout).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
	});
});
