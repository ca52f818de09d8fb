import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen} from './harness.ts';

const real = (requests: Parameters<typeof changes>[0]) =>
	changes(requests).filter(({operation}) => operation !== 'ResumeProcesses');

test('story 24: keys typed before the first paint are kept, and none is echoed', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	screen.write('/web\r');
	await screen.sees(/· \/web/);
	expect(screen.header()).toMatch(/^ unflap/);
	const other = openScreen({environment: lab.environment});
	other.write('q');
	expect((await other.ended()).exitCode).toBe(0);
});

test('story 24: a confirming key counts only when it was read after the preview was painted', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	screen.write('H\r');
	await screen.sees('enter holds');
	await new Promise(resolve => {
		setTimeout(resolve, 1500);
	});
	expect(screen.shows(/■ HELD/)).toBe(false);
	expect(real(await lab.requests())).toEqual([]);
});

test('story 24: a paste does nothing in a list, and is plain text in a field', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await screen.sees(/▸ web-prod .*FLAPS/);
	screen.write('\u001B[200~Hx+q\r\r\u001B[201~');
	await screen.sees('paste ignored');
	await screen.press('/');
	screen.write('\u001B[200~web-pr\nod\u001B[201~');
	await screen.sees(/\/web-prod/);
	await screen.press(key.escape);
	expect(real(await lab.requests())).toEqual([]);
});
