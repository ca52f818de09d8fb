import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {changes, key, openLab, openScreen} from './harness.ts';
import {seesFleet} from './steps.ts';

test('R goes to an empty region and back without a restart, and changes nothing', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await seesFleet(screen);
	await screen.press('R');
	await screen.sees(/● eu-west-1/);
	await screen.press(...'us-east-1', key.enter);
	await screen.sees('No Auto Scaling groups in us-east-1');
	expect(screen.text()).not.toContain('web-prod');
	await screen.press('R');
	await screen.sees(/● us-east-1/);
	await screen.press(...'eu-west-1', key.enter);
	await seesFleet(screen);
	await screen.sees('web-prod');
	await screen.press('q');
	expect((await screen.ended()).exitCode).toBe(0);
	expect(changes(await lab.requests())).toEqual([]);
});

test('P takes the credentials of a profile, and one without any is said while the old place stays', async () => {
	const lab = await openLab('--seed', '7');
	const {AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret} = lab.environment;
	const config = join(lab.folder, 'ana', '.aws', 'config');
	await mkdir(dirname(config), {recursive: true});
	await writeFile(
		config,
		`[profile good]\nregion = eu-west-1\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n[profile empty]\nregion = eu-west-1\n`,
		{mode: 0o600},
	);
	const environment = {...lab.environment, AWS_CONFIG_FILE: config};
	const screen = openScreen({environment});
	await seesFleet(screen);
	await screen.press('P');
	await screen.sees(/good +eu-west-1 · keys/);
	await screen.press(...'empty', key.enter);
	await screen.sees('still on the place of before', 30);
	await screen.press(key.escape);
	await screen.sees(/Profile · type to search/);
	await screen.press(...'good', key.enter);
	await screen.sees(/now good in eu-west-1/, 30);
	await seesFleet(screen);
	await screen.sees('web-prod');
	expect(screen.bytes()).not.toContain(secret ?? 'no secret');
});
