import {readFile, stat} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup, seesFleet} from './steps.ts';

const copied = /\u001B\]52;c;([A-Za-z0-9+/=]*)(?:\u0007|\u001B\\)/g;
const lastCopy = (bytes: string) =>
	Buffer.from([...bytes.matchAll(copied)].at(-1)?.[1] ?? '', 'base64').toString('utf8');

test('story 12: a line is copied whole, and the rows on screen are saved for their owner alone', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('c');
	await screen.sees(/copied \d+ bytes/);
	expect(lastCopy(screen.bytes())).toBe('web-prod');
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/density .* [1-9]\d* errors/, 30);
	await screen.settles();
	await screen.press('g', '/', ...'AccessDenied', key.enter, 'n');
	await screen.sees(/^│▸.*AccessDenied/);
	await screen.press('c');
	const toast = await expect.poll(() => /copied ([\d,]+) bytes/.exec(screen.text())?.[1]).not.toBeUndefined();
	void toast;
	const text = lastCopy(screen.bytes());
	expect(text).toContain('AccessDenied');
	expect(text).not.toContain('…');
	expect(text).not.toContain('\u001B');
	expect(Number(/copied ([\d,]+) bytes/.exec(screen.text())?.[1]?.replaceAll(',', ''))).toBe(
		Buffer.byteLength(text),
	);
	await screen.losesSight(/copied [\d,]+ bytes/);
	await screen.press(key.ctrlS);
	await screen.sees(/saved \d+ lines to \S+/);
	const path =
		/saved \d+ lines to (\S+)/.exec(screen.text())?.[1]?.replace(/^~/, String(lab.environment['HOME'])) ?? '';
	expect((await stat(path)).mode & 0o777).toBe(0o600);
	const saved = await readFile(path, 'utf8');
	expect(saved).not.toMatch(/[│\u001B]/);
});
