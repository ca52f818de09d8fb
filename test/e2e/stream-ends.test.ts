/** What ends the sessions of a stream: the built program on a pty, boxes of the lab behind it. */
import {expect, test} from 'vitest';
import {type Lab, openLab, openScreen, runProgram} from '../stories/harness.ts';

/** Eight programs may share two cores. */
const patience = {timeout: 30_000};

const sessionsOf = async (lab: Lab) => {
	const requests = await lab.requests();
	const named = (operation: string) => requests.filter(request => request.operation === operation);
	return {
		started: named('StartSession').length,
		ended: new Set(named('TerminateSession').map(({params}) => String(params?.['SessionId']))).size,
	};
};

test.each([
	['the commands', ['logs', 'web-prod', '-f'], /systemd/],
	['the screens', ['web-prod', '--view', 'logs'], /2 streams ●/],
] as const)(
	'killed while %s stream, the next start ends every session that was left',
	async (_, args, streams) => {
		const lab = await openLab('--seed', '7');
		const screen = openScreen({args: [...args], environment: lab.environment});
		await screen.sees(streams, 30);
		await expect.poll(async () => (await sessionsOf(lab)).started, patience).toBeGreaterThanOrEqual(2);
		screen.signal('SIGKILL');
		await screen.ended();
		const left = await sessionsOf(lab);
		expect(left.ended).toBe(0);
		const {code} = await runProgram(['run', 'batch/1', '--', 'true'], lab.environment);
		expect(code).toBe(0);
		expect(await sessionsOf(lab)).toEqual({started: left.started + 1, ended: left.started + 1});
	},
	120_000,
);
