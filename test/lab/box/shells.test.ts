import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type CommandRunner, createCommandRunner} from '../../../src/lab/box/command-runner.ts';
import {createPlayedBox, type PlayedBox} from '../../../src/lab/box/played-box.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {createFakeWorld, type FakeWorld} from './fake-world.ts';
import {runCommand} from './run-command.ts';
import {shellLines} from './shell-lines.ts';

let world: FakeWorld;
let box: PlayedBox;

beforeAll(() => {
	world = createFakeWorld();
	const recording = loadRecordings().get('S05-s3-access-denied');
	if (recording === undefined) throw new Error('no recording');
	box = createPlayedBox(world.add(recording), world.clock);
	world.clock.step(400);
});
afterAll(() => world.clock.close());

// 'auto' is a real sh in namespaces wherever they work; the reader is what stands in elsewhere.
describe.each(['auto', 'reader'] as const)('commands of a box, run by %s', choice => {
	let runner: CommandRunner;
	beforeAll(() => {
		runner = createCommandRunner(choice);
	});
	afterAll(() => runner.close());

	test.each(shellLines)('%j', async (line, stdout, status) => {
		const answer = await runCommand(runner, box, ['sh', '-c', line]);
		expect(answer).toMatchObject({stdout, status});
	});

	test('the network of a box reaches its own app and the metadata service, nothing else', async () => {
		const address = 'http://169.254.169.254/latest/meta-data/instance-id';
		const own = await runCommand(runner, box, [
			'sh',
			'-c',
			`t=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token); printf 'header = "X-aws-ec2-metadata-token: %s"\n' "$t" | curl -s -K - ${address}`,
		]);
		expect(own.stdout).toBe(box.instance.instanceId);
		const without = await runCommand(runner, box, ['curl', '-s', '-w', '%{http_code}', address]);
		expect(without.stdout).toBe('401');
		const other = await runCommand(runner, box, ['curl', '-s', 'http://127.0.0.1:1/']);
		expect(other.status).toBe(7);
	});

	test('an option that no player has is refused loudly', async () => {
		for (const line of [
			'journalctl --frobnicate',
			'systemctl isolate rescue.target',
			'date -d tomorrow',
			'id -Z',
		]) {
			const answer = await runCommand(runner, box, ['sh', '-c', line]);
			expect(answer.status).toBe(1);
			expect(answer.stderr).toMatch(/lab box|not played/);
		}
	});

	test('a session that ends takes its command with it', async () => {
		const process = await runner.run(box, ['sh', '-c', 'echo ready; while :; do sleep 1; done']);
		process.stderr.resume();
		const first = await new Promise(resolve => process.stdout.once('data', resolve));
		expect(String(first)).toBe('ready\n');
		process.kill();
		expect(await process.exited).not.toBe(0);
	});

	test('a loop without end leaves the lab its turn', async () => {
		const process = await runner.run(box, ['sh', '-c', 'while :; do :; done']);
		process.stdout.resume();
		process.stderr.resume();
		await new Promise(resolve => setTimeout(resolve, 100));
		process.kill();
		expect(await process.exited).not.toBe(0);
	});
});
