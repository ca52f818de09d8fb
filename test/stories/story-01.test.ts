import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen, runProgram} from './harness.ts';

test('story 1: at the first start the flapping group stands first, and says why it flaps', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod +\d+\.\d .*▲ FLAPS/);
	expect(screen.header()).toMatch(/^ unflap ▸ fleet .*eu-west-1 +polled \d+s ago ●/);
	await screen.sees(/Auto Scaling Groups 6 .*worst first/);
	for (const name of ['web-canary', 'api-staging', 'worker'])
		await screen.sees(new RegExp(`${name}.*▲ FLAPS`));
	await screen.sees(/batch .*● calm/);
	await screen.sees(/legacy .*‖ STRAY/);
	const pane = () => screen.pane('web-prod').join('\n');
	await expect.poll(pane).toMatch(/web-prod .*why it flaps/);
	await expect.poll(pane).toMatch(/\d+ launches and \d+ deaths since \d\d:\d\d/);
	await expect.poll(pane).toMatch(/lived \d+m\d\ds ±\d+s/);

	const truth = JSON.parse((await runProgram(['ls', '-o', 'json'], lab.environment)).stdout) as {
		name: string;
		flapsPerHour: number;
		inService: number;
		desired: number;
	}[];
	const worst = truth.find(({name}) => name === 'web-prod');
	// The clock went on between the two.
	const rate = Number(/▸ web-prod +([\d.]+) /.exec(screen.row(/▸ web-prod/) ?? '')?.[1]);
	expect(Math.abs(rate - (worst?.flapsPerHour ?? 0))).toBeLessThan(0.5);
	expect(screen.row(/▸ web-prod/)).toContain(`${worst?.inService}/${worst?.desired}`);

	await screen.press('G');
	await screen.losesSight(/▸ web-prod/);
	await screen.sees(/^│ ▸ /);
	await screen.press('g');
	await screen.sees(/▸ web-prod/);
	await screen.press('d');
	await screen.press(key.escape);
	await screen.sees(/▸ web-prod/);
	for (const line of screen.lines()) expect(line.length).toBeLessThanOrEqual(100);
	expect(changes(await lab.requests())).toEqual([]);
});
