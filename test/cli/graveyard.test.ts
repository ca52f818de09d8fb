/** `unflap graveyard`: deaths as AWS tells them, with the verdict on what was kept of a box that was watched. */
import {expect, test} from 'vitest';
import {openLab} from '../e2e/open-lab.ts';

test('the dead are listed newest first, and of a box that was watched its kept journal says why', async () => {
	const lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '11');
	try {
		const [group] = await lab.groups();
		const name = String(group?.name);
		const before = await lab.run(['graveyard', name, '-o', 'json', '-n', '3']);
		const graves = JSON.parse(before.stdout);
		expect(graves).toHaveLength(3);
		expect(graves[0]).toMatchObject({cause: 'elb', lastWords: null, livedSeconds: expect.any(Number)});
		const times = graves.map(({diedAt}: {diedAt: string}) => diedAt);
		expect(times).toEqual(times.toSorted().toReversed());

		const [box] = group?.instances ?? [];
		expect((await lab.run(['logs', `${name}/1`, '-n', '5'])).code).toBe(0);
		await lab.control('POST', '/terminate', {instance: box?.instanceId});
		await expect
			.poll(
				async () => {
					const {stdout} = await lab.run(['graveyard', name, '-o', 'json']);
					return JSON.parse(stdout).find(
						({instanceId}: {instanceId: string}) => instanceId === box?.instanceId,
					);
				},
				{timeout: 60_000},
			)
			.toMatchObject({rule: 's3-denied', lastWords: expect.stringMatching(/may not s3:ListBucket/)});
		const text = await lab.run(['graveyard', name]);
		expect(text.stdout).toMatch(/^DIED +INSTANCE +LIVED +CAUSE +LAST WORDS$/m);
		expect(text.stdout).toMatch(/nobody was watching/);
		expect((await lab.run(['graveyard', name, '-n', 'many'])).code).toBe(2);
	} finally {
		await lab.close();
	}
}, 120_000);
