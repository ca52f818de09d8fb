/** The tour plays the whole story by itself: on a terminal as the screen, without one as commands. */
import {expect, onTestFinished, test} from 'vitest';
import {environmentOf, makeHome, runProgram} from '../run-program.ts';
import {key, openScreen} from '../stories/harness.ts';

const user = async () => {
	const {home, forget} = await makeHome();
	onTestFinished(forget);
	return {home, environment: {...environmentOf(home), TERM: 'xterm-256color', COLORTERM: 'truecolor'}};
};

/** Longer than the 90 s it may take on a quiet machine: this is no stopwatch. */
const patienceSeconds = 180;

test('demo --tour plays the story on a terminal, gives the group back, and ends by itself with 0', async () => {
	const {environment} = await user();
	const screen = openScreen({args: ['demo', '--tour'], environment});
	for (const seen of [
		/▸ 1\/\d+ a region that flaps/,
		/Hold web-prod/,
		/■ HELD by/,
		/✖ failed/,
		/▸ why/,
		/Release web-prod/,
		/resumed and verified/,
		/SuspendProcesses/,
	])
		await screen.sees(seen, patienceSeconds);
	expect((await screen.ended(patienceSeconds)).exitCode).toBe(0);
	expect(screen.text()).toMatch(/web-prod: resumed and verified .* fuse stopped, tag removed/);
}, 300_000);

test('the tour hands the keys to a person who presses esc, and keeps them from nobody who leaves', async () => {
	const {environment} = await user();
	const screen = openScreen({args: ['demo', '--tour'], environment});
	await screen.sees(/▸ 1\/\d+ a region that flaps/, 30);
	await screen.press('x');
	await screen.sees(/the tour plays by itself: space pauses it/);
	await screen.press(key.space);
	await screen.sees(/‖ 1\/\d+/);
	await screen.press(key.space);
	await screen.sees(/▸ 2\/\d+/, 30);
	await screen.press(key.escape);
	await screen.sees(/the keys are yours/);
	await screen.sees(/\? help +(?:esc back|q quit)/);
	await screen.press('q', 'q');
	expect((await screen.ended()).exitCode).toBe(0);
}, 120_000);

test('ctrl-c twice in the held middle of the tour releases and leaves', async () => {
	const {environment} = await user();
	const screen = openScreen({args: ['demo', '--tour'], environment});
	await screen.sees(/■ HELD by/, 60);
	await screen.press(key.ctrlC, key.ctrlC);
	expect((await screen.ended(60)).exitCode).toBe(130);
	expect(screen.text()).toMatch(/resumed and verified/);
}, 120_000);

test('demo --tour --output text tells the same story without a terminal, and ends with 0', async () => {
	const {home} = await user();
	const {code, stdout, stderr} = await runProgram(['demo', '--tour', '--output', 'text'], {home});
	expect(`${stderr}`).not.toMatch(/^unflap: /m);
	expect(code).toBe(0);
	expect(stdout).toMatch(/web-prod .*▲ FLAPS/);
	expect(stdout).toMatch(/■ HELD web-prod until/);
	expect(stdout).toMatch(/certain · rule s3-denied/);
	expect(stdout).toMatch(/✔ released: .*verified/);
}, 300_000);

test('the tour takes neither a scenario nor commands, and refuses under --read-only', async () => {
	const {home} = await user();
	expect(await runProgram(['demo', '--tour', '--', 'ls'], {home})).toMatchObject({code: 2});
	expect(await runProgram(['demo', '--tour', '--scenario', 'noisy'], {home})).toMatchObject({code: 2});
	const refused = await runProgram(['--read-only', 'demo', '--tour'], {home});
	expect(refused.stderr).toMatch(/--read-only is set/);
	expect(refused.code).toBe(1);
}, 60_000);
