import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup} from './steps.ts';

test('story 25: help begins with this screen, searches as one types, and gives the screen back', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, rows: 50});
	await opensGroup(screen);
	for (const view of ['1', '2', '3', '4', '5', '6']) {
		await screen.press(view);
		await screen.settles();
		const labels = screen
			.footer()
			.trim()
			.split(/ {2,}/)
			.flatMap(entry => entry.split(' ').slice(0, 1));
		await screen.press('?');
		await screen.sees('Keys, this screen first');
		const help = screen.text();
		for (const label of labels) expect(help, `${view}: ${label}`).toContain(label);
		await screen.press(key.escape);
		await screen.losesSight('Keys, this screen first');
	}
	await screen.press('4');
	await screen.settles();
	await screen.press('?', 'w', 'r', 'a', 'p');
	await screen.sees(/wrap/);
	await screen.losesSight(/density strip/);
	await screen.press(key.escape);
	await screen.sees(/density strip/);
	await screen.press('q');
	await screen.sees('Keys, this screen first');
	await screen.press(key.escape, key.escape);
	await screen.losesSight('Keys, this screen first');
	await screen.sees(/unflap ▸ .*logs/);
});
