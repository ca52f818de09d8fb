import {expect, test} from 'vitest';
import {key, openLab, openScreen, type Screen} from './harness.ts';
import {heldWebProd} from './steps.ts';

const sizes = [
	[100, 30],
	[80, 24],
	[200, 50],
] as const;

/** Widths in cells, as the terminal counts them. */
const widthOf = (screen: Screen, row: number) =>
	screen.terminal.buffer.active.getLine(row)?.translateToString(true).length ?? 0;

/** What is wrong with the frame on the screen. */
const broken = (screen: Screen, columns: number): readonly string[] => {
	const lines = screen.lines();
	return [
		...(/^ unflap/.test(screen.header()) ? [] : [`header: ${screen.header()}`]),
		...(screen.footer().trim() === '' ? ['no footer'] : []),
		...(screen.text().includes('■ HELD') ? [] : ['no mark of the hold']),
		...lines.filter((_, index) => widthOf(screen, index) > columns),
		...lines.filter(line => /^[╭├╰┏┗]/.test(line) && !/[╮┤╯┓┛]$/.test(line)),
	];
};

test('story 22: every screen keeps its frame at every size, and says so when the terminal is too small', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	for (const view of ['1', '2', '3', '4', '5', '6', '?', 'H']) {
		await screen.press(view);
		await screen.settles();
		for (const [columns, rows] of sizes) {
			screen.resize(columns, rows);
			// A frame that is being painted is no broken frame: what stays broken is.
			await expect
				.poll(() => broken(screen, columns), {timeout: 15_000, message: `${view} ${columns}x${rows}`})
				.toEqual([]);
			await screen.settles();
			expect(broken(screen, columns), `${view} ${columns}x${rows}`).toEqual([]);
		}
		screen.resize(59, 15);
		await screen.sees('terminal too small: 59x15');
		await screen.sees('60x16');
		await screen.sees(/■ HELD \d+:\d\d/);
		screen.resize(100, 30);
		await screen.settles();
		if (view === '?' || view === 'H') await screen.press(key.escape);
	}
}, 180_000);
