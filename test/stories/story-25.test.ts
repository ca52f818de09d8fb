import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup} from './steps.ts';

/** Where each digit leads, as the header says it. */
const places = {
	'1': /^ unflap ▸ fleet {2}/,
	'2': /^ unflap ▸ fleet ▸ web-prod {2}/,
	'3': /^ unflap ▸ .*boot/,
	'4': /^ unflap ▸ .*logs/,
	'5': /^ unflap ▸ .*why/,
	'6': /^ unflap ▸ .*activity/,
} as const;

test('story 25: help begins with this screen, searches as one types, and gives the screen back', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, rows: 50});
	await opensGroup(screen);
	for (const [view, place] of Object.entries(places)) {
		await screen.press(view);
		await screen.sees(place);
		await screen.settles();
		const labels = screen
			.footer()
			.trim()
			.split(/ {2,}/)
			.flatMap(entry => entry.split(' ').slice(0, 1));
		await screen.press('?');
		await screen.sees('Keys, this screen first');
		const unnamed = () => labels.filter(label => !screen.text().includes(label));
		await expect.poll(unnamed, {message: `not in the help of ${view}`}).toEqual([]);
		await screen.press(key.escape);
		await screen.losesSight('Keys, this screen first');
	}
	await screen.press('4');
	await screen.sees(places['4']);
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
