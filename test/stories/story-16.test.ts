import {expect, test} from 'vitest';
import {key, openLab, openScreen, pause} from './harness.ts';
import {becomes, heldWebProd, seesFleet} from './steps.ts';

test.each([
	['logs', ['4']],
	['help', ['?']],
	['an open filter', ['1', '/', 'w']],
] as const)(
	'story 16: on %s one ctrl-c asks, and escape goes back to where it was',
	async (_, keys) => {
		const lab = await openLab('--seed', '7');
		const screen = openScreen({environment: lab.environment});
		await heldWebProd(lab, screen);
		await screen.press(...keys, key.ctrlC);
		await screen.sees(/━ Release web-prod ━/);
		await screen.press(key.escape);
		await screen.losesSight(/━ Release web-prod ━/);
		expect(screen.shows(/■ HELD/)).toBe(true);
		await screen.press(key.ctrlC);
		await screen.sees(/━ Release web-prod ━/);
		await screen.press(key.ctrlC);
		expect((await screen.ended(40)).exitCode).toBe(130);
		expect(screen.text()).toContain('resumed and verified');
		await becomes(lab, 'web-prod', ['AZRebalance']);
	},
	120_000,
);

test('story 16: a third ctrl-c while releasing leaves at once, and the guardian finishes', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const {id} = (await lab.control('POST', '/faults', {
		kind: 'wait',
		when: 'before',
		operation: 'ResumeProcesses',
	})) as {readonly id: string};
	await screen.press(key.ctrlC);
	await screen.sees(/━ Release web-prod ━/);
	await screen.press(key.ctrlC);
	await screen.sees('releasing');
	await pause(500);
	await screen.press(key.ctrlC);
	expect((await screen.ended(5)).exitCode).toBe(4);
	expect(screen.text()).toContain('guardian');
	expect(screen.text().replaceAll('\n', '')).toContain('aws autoscaling resume-processes');
	await lab.control('DELETE', `/faults/${id}`);
	await becomes(lab, 'web-prod', ['AZRebalance'], 20);
}, 120_000);

test('story 16: without a hold one ctrl-c ends', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press(key.ctrlC);
	expect((await screen.ended()).exitCode).toBe(130);
});
