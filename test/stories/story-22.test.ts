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

test('story 22: every screen keeps its frame at every size, and says so when the terminal is too small', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	for (const view of ['1', '2', '3', '4', '5', '6', '?', 'H']) {
		await screen.press(view);
		await screen.settles();
		for (const [columns, rows] of sizes) {
			screen.resize(columns, rows);
			// A busy machine paints later than a frame takes to look settled.
			await expect.poll(() => screen.footer().trim(), {timeout: 15_000}).not.toBe('');
			await screen.settles();
			const lines = screen.lines();
			expect(lines[0], `${view} ${columns}x${rows}`).toMatch(/^ unflap/);
			expect(lines.at(-1)?.trim(), `${view} ${columns}x${rows}`).not.toBe('');
			for (const [index, line] of lines.entries()) {
				expect(widthOf(screen, index), line).toBeLessThanOrEqual(columns);
				if (/^[╭├╰┏┗]/.test(line)) expect(line, `${view} ${columns}x${rows}`).toMatch(/[╮┤╯┓┛]$/);
			}
			expect(screen.text()).toContain('■ HELD');
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
