import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {paste} from '../hold/processes/paste.ts';
import {type Lab, openLab, openScreen, pause, runProgram} from './harness.ts';
import {becomes, confirmsRelease, groupState, heldWebProd} from './steps.ts';

test('story 21: credentials that expire during a hold are said, and the hold stays', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const {id} = (await lab.control('POST', '/faults', {kind: 'expired-token'})) as {readonly id: string};
	await expect.poll(screen.header, {timeout: 30_000}).toContain('credentials expired');
	expect(screen.shows(/■ HELD by/)).toBe(true);
	await screen.press('R');
	await screen.sees(/hold/);
	expect(Object.keys((await groupState(lab, 'web-prod')).suspended)).toContain('ReplaceUnhealthy');
	await lab.control('DELETE', `/faults/${id}`);
	await expect.poll(screen.header, {timeout: 40_000}).not.toContain('credentials expired');
	await screen.press('\u0003');
	await screen.sees(/━ Release web-prod ━/);
	await screen.press('\u0003');
	expect((await screen.ended(40)).exitCode).toBe(130);
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);

test('story 21: a release that cannot be finished ends with 4 and a line that finishes it', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const {id} = (await lab.control('POST', '/faults', {kind: 'expired-token'})) as {readonly id: string};
	await screen.press('\u0003');
	await screen.sees(/━ Release web-prod ━/);
	await screen.press('\u0003');
	await screen.sees('releasing');
	await pause(1000);
	await screen.press('\u0003');
	expect((await screen.ended(10)).exitCode).toBe(4);
	const printed = screen.text().replaceAll('\n', '');
	const line = /aws autoscaling resume-processes .*--region \S+.*--endpoint-url http:\/\/[\d.:]+/.exec(
		printed,
	)?.[0];
	await lab.control('DELETE', `/faults/${id}`);
	expect((await paste(line ?? '', lab.environment)).code).toBe(0);
	expect(Object.keys((await groupState(lab, 'web-prod')).suspended)).toEqual(['AZRebalance']);
	await runProgram(['release', '--all'], lab.environment);
	await becomes(lab, 'web-prod', ['AZRebalance'], 40);
}, 120_000);

test('story 21: credentials that end soon bind the fuse, and the banner says until when AWS acts as you', async () => {
	const lab = await openLab('--seed', '7');
	const ends = new Date(Date.now() + 20 * 60_000);
	const screen = openScreen({environment: await withSession(lab, ends)});
	await heldWebProd(lab, screen);
	await screen.sees(/AWS resumes these six at .* as you, until \d\d:\d\d, InProgress ✔/);
	const resumes = /these six at (\d\d:\d\d)/.exec(screen.text())?.[1] ?? '?';
	const latest = new Date(ends.getTime() - 5 * 60_000 + 2000).toISOString().slice(11, 16);
	expect(resumes <= latest || latest < '00:20').toBe(true);
	await screen.press('1', 'q');
	await confirmsRelease(screen);
	await screen.ended(40);
	await becomes(lab, 'web-prod', ['AZRebalance']);
}, 120_000);

/** The lab's caller by a credential process that gives an end. */
const withSession = async (lab: Lab, ends: Date): Promise<NodeJS.ProcessEnv> => {
	const {AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...rest} = lab.environment;
	const given = {
		Version: 1,
		AccessKeyId: AWS_ACCESS_KEY_ID,
		SecretAccessKey: AWS_SECRET_ACCESS_KEY,
		Expiration: ends.toISOString(),
	};
	const [answer, config] = [join(lab.folder, 'session.json'), join(lab.folder, 'aws-config')];
	await writeFile(answer, JSON.stringify(given), {mode: 0o600});
	await writeFile(config, `[profile short]\ncredential_process = /bin/cat ${answer}\n`, {mode: 0o600});
	return {...rest, AWS_CONFIG_FILE: config, AWS_PROFILE: 'short'};
};
