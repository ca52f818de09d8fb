/** `unflap diff`: two recorded boots as files, and boxes of a lab. */
import {expect, test} from 'vitest';
import {journalOf} from '../boot/recordings.ts';
import {openLab} from '../e2e/open-lab.ts';
import {runProgram} from '../run-program.ts';

test('a broken boot beside a good one: the first difference, and what followed from it', async () => {
	const {code, stdout} = await runProgram([
		'diff',
		journalOf('S05-s3-access-denied'),
		journalOf('S01-healthy'),
	]);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^ {2}instance-metadata\.service +up 29\.\ds +up 3\d\.\ds$/m);
	expect(stdout).toMatch(/^≠ s3-config-sync\.service +failed .*up 2\d\.\ds$/m);
	expect(stdout).toMatch(/^≠ foo-app\.service +never +up/m);
	expect(stdout).toMatch(
		/First difference: s3-config-sync\.service at 1:4\d: failed .*All before it ended the same way\./,
	);
});

test('a boot beside itself differs in nothing, and json says the same', async () => {
	const path = journalOf('S01-healthy');
	const {stdout} = await runProgram(['diff', path, path, '-o', 'json']);
	const document = JSON.parse(stdout);
	expect(document.firstDifference).toBeNull();
	expect(
		document.units.every(
			({here, there}: {here: object; there: object}) => JSON.stringify(here) === JSON.stringify(there),
		),
	).toBe(true);
});

test('a box of the lab is compared with a file, and wrong use is one clear error', async () => {
	const lab = await openLab('--scenario', 'S06-crash-loop', '--seed', '11');
	try {
		const [group] = await lab.groups();
		const {stdout, code} = await lab.run([
			'diff',
			`${group?.name}/1`,
			journalOf('S01-healthy'),
			'-o',
			'json',
		]);
		expect(code).toBe(0);
		expect(JSON.parse(stdout).firstDifference).toMatchObject({
			unit: 'foo-app.service',
			here: {outcome: 'failed'},
			there: {outcome: 'up'},
		});
		expect((await lab.run(['diff', 'web-prod/1'])).code).toBe(2);
		expect((await lab.run(['diff', 'no-such-box/1', journalOf('S01-healthy')])).code).toBe(1);
	} finally {
		await lab.close();
	}
});
