/** Done when 4, second half: a lab box that plays a recording tells the same first fault as the recording itself. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bootsFolder, scenarios} from '../../boot/recordings.ts';
import {openLab} from '../../e2e/open-lab.ts';

/** Those whose boot came to its end on the box; the floods and the cut boots are read from their files. */
const whole = scenarios.filter(({scenario}) =>
	existsSync(join(bootsFolder, scenario, 'journalctl-b-o-json.jsonl.gz')),
);

test.each(whole)('$scenario on a lab box: $expected_failing_unit', async ({scenario, ...expected}) => {
	const lab = await openLab('--scenario', scenario, '--seed', '11');
	try {
		const [group] = await lab.groups();
		const {code, stdout, stderr} = await lab.run(['boot', `${group?.name}/1`, '-o', 'json']);
		expect(stderr).not.toContain('unflap:');
		expect(code).toBe(0);
		const boot = JSON.parse(stdout);
		const fault =
			boot.firstFault === null ? null : {unit: boot.firstFault.unit, result: boot.firstFault.result};
		const {expected_failing_unit: unit, expected_result: result} = expected;
		expect(fault).toEqual(unit === null ? null : {unit, result});
		expect(boot.instanceId).toMatch(/^i-[0-9a-f]{17}$/);
		expect(boot.chain).toHaveLength(3);
		expect(group?.instances.map(({instanceId}) => instanceId)).toContain(boot.instanceId);
		expect((await lab.requests()).filter(({mutating}) => mutating).map(({operation}) => operation)).toEqual(
			expect.not.arrayContaining(['SuspendProcesses', 'SendCommand']),
		);
	} finally {
		await lab.close();
	}
});

test('text of a box has its id, and what happens outside on the same axis; an unknown box is one clear error', async () => {
	const lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '11');
	try {
		const [group] = await lab.groups();
		const drawn = await lab.run(['boot', `${group?.name}/1`]);
		expect(drawn.stdout).toMatch(/^i-[0-9a-f]{17} · boot [0-9a-f]{8} · /);
		expect(drawn.stdout).toMatch(/outside the box .*▲ in service/);
		expect(drawn.stdout).toMatch(/s3-config-sync\.service +✖ failed/);
		const earlier = await lab.run(['boot', `${group?.name}/1`, '--boot', '-1']);
		expect(earlier.code).toBe(1);
		expect(earlier.stderr).toContain('gave no journal');
		const unknown = await lab.run(['boot', 'i-0123456789abcdef0', '-o', 'json']);
		expect(unknown.code).toBe(1);
		expect(unknown.stdout).toBe('');
		expect(unknown.stderr).toMatch(/i-0123456789abcdef0/);
		const wrong = await lab.run(['boot', `${group?.name}/1`, '--boot', '$(reboot)']);
		expect(wrong.code).toBe(2);
	} finally {
		await lab.close();
	}
});
