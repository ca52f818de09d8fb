import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';

test.each([
	['S06-crash-loop', /start limit|too quickly/],
	['S07-oom', /oom-kill/],
])(
	'story 8: the waterfall of %s draws every try, the last one given up',
	async (scenario, reason) => {
		const lab = await openLab('--scenario', scenario, '--seed', '7');
		const screen = openScreen({environment: lab.environment, rows: 40});
		await screen.sees(/▸ .*(FLAPS|calm|STRAY)/);
		await screen.press(key.enter);
		await screen.sees(/Instances \d+ of/);
		await screen.press('3');
		// The box that is looked at may have begun to boot only now: its last try comes two minutes later.
		await screen.sees(/try 5 /, 140);
		for (const number of [1, 2, 3, 4, 5]) await screen.sees(new RegExp(`try ${number} +`));
		await screen.sees(/try 5 .*gave up/, 20);
		await screen.sees('✖ failed');
		await screen.sees(reason);
		const selected = screen.row('▸ foo-app.service');
		expect(selected).not.toBe('');
		await screen.press(key.enter);
		await screen.sees(/─ foo-app[ .]/);
		await screen.press(key.escape);
		await screen.sees('▸ foo-app.service');
	},
	240_000,
);
