import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {opensGroup} from './steps.ts';

test('behind a line of the verdict is its line in the log, and esc goes back to the verdict', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment, rows: 40});
	await opensGroup(screen);
	await screen.press('4');
	await screen.sees(/density .* [1-9]\d* errors/, 140);
	await screen.press('5');
	// A unit that still tries is `likely`: which it is depends on the box that is looked at.
	await screen.sees(/(certain|likely) · s3-denied/, 140);
	await screen.sees(/^│ ▸ 1 +journal .*AccessDenied/);
	await screen.press(key.enter);
	await screen.sees(/unflap ▸ .*logs/);
	await screen.sees(/^│▸.*s3-config-sync.*AccessDenied/);
	await screen.press(key.escape);
	await screen.sees(/unflap ▸ .*why/);

	await screen.press('j', 'j');
	await screen.sees(/^│ ▸ 3 +load balancer/);
	await screen.press(key.enter);
	await screen.sees(/─ Evidence 3 ─/);
	await screen.press(key.escape);
	await screen.losesSight(/─ Evidence 3 ─/);

	await screen.press('D');
	await screen.sees(/─ What the launch template changed ─/, 30);
	await screen.sees(/web-prod v\d+ against v\d+.* by ci-deploy/);
	await screen.press(key.escape);
	await screen.losesSight(/What the launch template changed/);

	await screen.press('G');
	await screen.sees(/^│ ▸ 3 +once mended, run s3-config-sync\.service again/);
	await screen.press('k');
	await screen.sees(/^│ ▸ 2 +ask for the bucket as the box does/);
	await screen.press('c');
	await screen.sees(/copied \d+ bytes/);
	const copies = [...screen.bytes().matchAll(/\u001B\]52;c;([A-Za-z0-9+/=]*)/g)];
	expect(Buffer.from(copies.at(-1)?.[1] ?? '', 'base64').toString()).toBe(
		'aws s3api list-objects-v2 --bucket foo-app-config-prod --max-items 1',
	);
}, 240_000);
