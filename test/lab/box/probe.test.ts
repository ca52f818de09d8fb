/** The script of `unflap probe` on boxes of the lab: really run by a sh, and its answers read as from any box. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type CommandRunner, createCommandRunner} from '../../../src/lab/box/command-runner.ts';
import {createPlayedBox} from '../../../src/lab/box/played-box.ts';
import {loadRecordings} from '../../../src/lab/boxes.ts';
import {withDerived} from '../../../src/lab/scenarios/derived.ts';
import {probeScript} from '../../../src/remote/box-probe.ts';
import type {ProbeWish} from '../../../src/remote/box-probe-commands.ts';
import {readProbe} from '../../../src/remote/box-probe-facts.ts';
import type {StoreTarget} from '../../../src/remote/box-probe-types.ts';
import {createFakeWorld} from './fake-world.ts';
import {runCommand} from './run-command.ts';

const recordings = withDerived(loadRecordings());
const nonce = '0123456789abcdef'.repeat(2);
const bucket: StoreTarget = {bucket: 'foo-app-config-prod', key: 'foo-app/prod/', isObject: false};

const probed = async (runner: CommandRunner, scenario: string, wished: Partial<ProbeWish> = {}) => {
	const world = createFakeWorld();
	try {
		const recording = recordings.get(scenario);
		if (recording === undefined) throw new Error(`no recording ${scenario}`);
		const box = createPlayedBox(world.add(recording), world.clock);
		world.clock.step(400);
		const wish: ProbeWish = {
			nonce,
			region: 'eu-west-1',
			store: bucket,
			health: {port: 8080, scheme: 'http', path: '/healthz'},
			...wished,
		};
		const now = world.clock.now();
		const {stdout, stderr, status} = await runCommand(runner, box, ['sh', '-c', probeScript(wish)]);
		expect({stderr, status}).toEqual({stderr: '', status: 0});
		const probe = readProbe(stdout, {
			wish,
			askedAt: now,
			answeredAt: now,
			ports: [8080],
			instance: {
				instanceId: 'i-0123456789abcdef0',
				privateIp: '10.8.0.11',
				options: {httpTokens: 'required', hopLimit: 2, metadataTags: 'enabled'},
			},
		});
		return {stdout, probe, fact: new Map(probe.facts.map(fact => [fact.check, fact]))};
	} finally {
		world.clock.close();
	}
};

describe.each(['auto', 'reader'] as const)('a probe run by %s', choice => {
	let runner: CommandRunner;
	beforeAll(() => {
		runner = createCommandRunner(choice);
	});
	afterAll(() => runner.close());

	test('finds nothing wrong on a healthy box, and gives each command', async () => {
		const {probe} = await probed(runner, 'S01-healthy');
		expect(probe.facts.map(({check, state}) => `${check} ${state}`)).toEqual([
			'imds ok',
			'options ok',
			'tags ok',
			'user-data ok',
			'role ok',
			's3 ok',
			'dns ok',
			'clock ok',
			'disk ok',
			'memory ok',
			'ports ok',
			'health ok',
		]);
		for (const {command} of probe.facts) expect(command).toMatch(/^[a-z]+ /);
		expect(probe.listening).toContainEqual({address: '0.0.0.0', port: 8080});
		expect(probe.uptimeSeconds).toBeGreaterThan(300);
	});

	test('S8 no key, secret or token of the role comes back', async () => {
		const {stdout, fact} = await probed(runner, 'S01-healthy');
		expect(stdout).not.toMatch(/ASIA[A-Z0-9]{8}|AQAE|[0-9a-f]{40}|[A-Z0-9]{12}/);
		expect(fact.get('role')?.value).toMatchObject({
			role: 'web-prod',
			keyEnds: expect.stringMatching(/^[A-Z0-9]{4}$/),
		});
	});

	test('is refused the bucket as the unit was', async () => {
		const {fact} = await probed(runner, 'S05-s3-access-denied');
		expect(fact.get('s3')).toMatchObject({state: 'bad', value: {code: 'AccessDenied'}});
		expect(fact.get('s3')?.text).toMatch(
			/^s3:\/\/foo-app-config-prod\/foo-app\/prod\/ is refused: AccessDenied, it may not s3:ListBucket$/,
		);
		expect(fact.get('role')?.state).toBe('ok');
	});

	test('says where user data stops being JSON, and nothing of what it says', async () => {
		const {fact, stdout} = await probed(runner, 'S04-user-data-malformed');
		expect(fact.get('user-data')).toMatchObject({state: 'bad', value: {line: 5, column: 45}});
		expect(stdout).not.toMatch(/new-checkout|4\.18\.2/);
	});

	test('finds no tags where the recorded box found none', async () => {
		const {fact} = await probed(runner, 'S03-tags-missing-pending-wait');
		expect(fact.get('tags')?.state).toBe('bad');
	});

	test('measures a clock that is wrong', async () => {
		const {fact} = await probed(runner, 'clock-skew');
		expect(fact.get('clock')).toMatchObject({
			state: 'bad',
			text: expect.stringMatching(/^12(59|60)s slow against AWS$/),
		});
		expect(fact.get('s3')).toMatchObject({state: 'bad', value: {code: 'RequestTimeTooSkewed'}});
	});

	test('sees that nobody listens, or only for the box itself', async () => {
		const silent = await probed(runner, 'never-listened');
		expect(silent.fact.get('ports')?.text).toBe('nothing listens on 8080; open: 22, 53');
		expect(silent.fact.get('health')?.text).toBe('the box itself is refused a connection');
		const local = await probed(runner, 'S09b-ordering-asg');
		expect(local.fact.get('ports')?.text).toBe('8080 is open on 127.0.0.1 only');
	});
});
