import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {groupState, opensGroup} from './steps.ts';

test('story 9: a unit whose requirement recovered without it is an orphan, and the screen says why', async () => {
	const lab = await openLab('--scenario', 'orphan', '--seed', '7', '--speed', '8');
	const {instances} = await groupState(lab, 'web-prod');
	const screen = openScreen({environment: lab.environment, rows: 45});
	await opensGroup(screen);
	await screen.press('3');
	await screen.sees(/Boot waterfall/);
	expect(instances.length).toBeGreaterThan(0);
	await screen.sees(/foo-app\.service +✖ (cancelled|orphan)/, 60);
	if (screen.shows(/foo-app\.service +✖ cancelled/)) expect(screen.shows('never came back')).toBe(false);
	await screen.sees(/s3-config-sync\.service +● (finished|recovered)/, 60);
	await screen.sees(/foo-app\.service +✖ orphan/, 30);
	await screen.sees(
		/foo-app.*s3-config-sync.*recovered.*never came back|s3-config-sync.*recovered.*foo-app.*never came back/,
	);
	await screen.press(key.escape);
	await screen.sees(/Instances \d+ of/);
}, 180_000);
