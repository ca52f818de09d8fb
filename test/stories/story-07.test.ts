import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen, runProgram} from './harness.ts';

test('story 7: the boot screen stands on the first fault, with its code and its own words', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	await screen.press(key.enter);
	await screen.sees(/Instances \d+ of/);
	await screen.press('3');
	// The box that is looked at may have begun to boot only now: it fails two minutes later.
	await screen.sees(/▸ s3-config-sync\.service +✖ failed/, 140);
	expect(screen.header()).toMatch(/▸ boot( |$)/);
	await screen.sees(/Boot waterfall .*1 failed · 1 cancelled/);
	await screen.sees(/foo-app\.service +✖ cancelled/);
	expect(screen.row(/foo-app\.service +✖ cancelled/)).toContain('never');
	await screen.sees(/instance-metadata ▸ s3-config-sync ▸ foo-app/);
	await screen.sees('AccessDenied');
	await screen.sees(/exit 1/);
	await screen.sees('outside the box');
	await screen.sees(/Requires= cancels foo-app/);
	expect(screen.shows('orphan')).toBe(false);
	expect(screen.shows(/try 2/)).toBe(false);
	const truth = JSON.parse(
		(await runProgram(['boot', 'web-prod/1', '-o', 'json'], lab.environment)).stdout,
	) as {firstFault: {unit: string; exitCode: number}};
	expect(truth.firstFault).toMatchObject({unit: 's3-config-sync.service', exitCode: 1});
	await screen.press('j', 'k', 'G', 'g');
	await screen.sees(/Boot waterfall/);
	expect(changes(await lab.requests())).toEqual([]);
}, 240_000);
