import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';

const colour = /\u001B\[(?:[\d;]*;)?(?:3\d|4\d|9\d|10[0-7])(?:;[\d;]*)?m/;

test.each([
	['NO_COLOR=1', {NO_COLOR: '1'}, []],
	['--no-color', {}, ['--no-color']],
] as const)(
	'story 23: with %s marks tell every state and no colour is sent',
	async (_, extra, args) => {
		const lab = await openLab('--seed', '7');
		const screen = openScreen({environment: {...lab.environment, ...extra}, args});
		await screen.sees(/▸ web-prod .*▲ FLAPS/);
		await screen.sees(/‖ STRAY/);
		await screen.sees(/● calm/);
		await screen.press(key.enter);
		await screen.sees(/Instances \d+ of/);
		await screen.press('3');
		// A box that has just begun its boot is a minute from its failure.
		await screen.sees(/✖ failed/, 55);
		await screen.press('4');
		await screen.sees(/following|FOLLOW/);
		await screen.press('H');
		await screen.sees('enter holds');
		await screen.press(key.escape, 'T');
		await screen.sees('no colour');
		expect(colour.exec(screen.bytes())?.[0]).toBeUndefined();
	},
	120_000,
);
