/** What `unflap hold` and `unflap holds` say, and what programs of the user's are told: against the lab. */
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {isGivenBack, startHold, suspendedOf} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'batch';
let lab: OpenLab;
let before: readonly string[];
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '10');
	before = await suspendedOf(lab, group);
}, 60_000);
afterAll(() => lab.close());

const config = async (settings: object): Promise<string> => {
	const folder = join(lab.home, 'configured');
	await mkdir(folder, {recursive: true, mode: 0o700});
	const path = join(folder, 'config.json');
	await writeFile(path, JSON.stringify(settings), {mode: 0o600});
	return path;
};

test('a hold says when AWS would end it, that it is held, and that it is released', async () => {
	const {stdout, stderr, code} = await lab.run(['hold', group, '--for', '10m', '--', 'true']);
	expect({stdout, code}).toEqual({stdout: '', code: 0});
	expect(stderr).toMatch(
		/If this laptop dies, AWS resumes your group by itself at \d\d:\d\d:\d\d UTC \(fuse [0-9a-f-]{36}\)\./,
	);
	expect(stderr).toMatch(/■ HELD batch until \d\d:\d\d:\d\d UTC/);
	expect(stderr).toMatch(/✔ released: resumed ReplaceUnhealthy/);
	await isGivenBack(lab, group, before);
}, 60_000);

test('M1 the command gets fixed variables in one printable line, and no others of ours', async () => {
	const reason = 'boot "fails"\nsince `v43` $(id)\u001b]0;x\u0007';
	const {stdout, code} = await lab.run(
		['hold', group, '--for', '10m', '--reason', reason, '--', 'sh', '-c', 'env; exit 5'],
		{environment: {UNFLAP_REASON: 'left over', UNFLAP_MESSAGE: 'left over'}},
	);
	expect(code).toBe(5);
	const own = stdout
		.split('\n')
		.filter(line => /^UNFLAP_(?!AWS_TIME_RATE)/.test(line))
		.map(line => line.split(/=(.*)/s).slice(0, 2) as [string, string]);
	expect(Object.fromEntries(own)).toEqual({
		UNFLAP_EVENT: '',
		UNFLAP_GROUP: group,
		UNFLAP_HOLD_ID: expect.stringMatching(/^[0-9a-f]{8}$/),
		UNFLAP_REGION: 'eu-west-1',
		UNFLAP_UNTIL: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		UNFLAP_FUSE_UNTIL: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		UNFLAP_PROCESSES: expect.stringMatching(/^ReplaceUnhealthy /),
		UNFLAP_OWNER: expect.stringMatching(/^[\w.-]+@[\w.-]+$/),
		UNFLAP_REASON: expect.stringMatching(/^boot .fails. since .v43. .\(id\)[\x20-\x7e]*$/),
		UNFLAP_MESSAGE: '',
		// Of a caught box: empty here, so that none is left over from a catch around this hold.
		UNFLAP_INSTANCE_ID: '',
		UNFLAP_PRIVATE_IP: '',
		UNFLAP_AVAILABILITY_ZONE: '',
		UNFLAP_LIFECYCLE_STATE: '',
		UNFLAP_INSTANCE_TYPE: '',
		UNFLAP_HOOK: '',
	});
	await isGivenBack(lab, group, before);
}, 60_000);

test.each([
	['ENOENT', ['/no/such/program']],
	['EACCES', ['/etc/passwd']],
])(
	'M1 a notify command that fails with %s is a warning: the hold goes on',
	async (problem, notify) => {
		const path = await config({notify});
		const {stderr, code} = await lab.run([
			...['hold', group, '--for', '10m', '--config', path],
			...['--', 'true'],
		]);
		expect(code).toBe(0);
		expect(stderr).toContain(`unflap: notify failed (${problem}): ${notify[0]}`);
		expect(stderr).toMatch(/■ HELD[\s\S]*✔ released/);
		await isGivenBack(lab, group, before);
	},
	60_000,
);

test('jsonl has the fuse before the hold, and holds names it', async () => {
	const hold = await startHold(lab, [group, '--for', '10m', '-o', 'jsonl'], {home: lab.home});
	const armed = await hold.event('fuse-armed');
	expect(armed).toMatchObject({
		executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
		deadline: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
	});
	const held = await hold.event('held');
	const {stdout} = await lab.run(['holds', '-o', 'json']);
	const listed = (JSON.parse(stdout) as readonly {readonly holdId: string | null}[]).find(
		({holdId}) => holdId === held['holdId'],
	);
	expect(listed).toMatchObject({
		group,
		region: 'eu-west-1',
		state: 'live',
		mine: true,
		fuse: {executionId: armed['executionId'], deadline: armed['deadline'], state: 'InProgress'},
	});
	const text = await lab.run(['holds']);
	expect(text.stdout).toMatch(new RegExp(`fuse ${String(armed['executionId'])} resumes it at`));
	const everywhere = await lab.run(['holds', '--all-regions', '-o', 'json']);
	expect(everywhere.code).toBe(0);
	expect(everywhere.stdout).toContain(String(held['holdId']));
	const doctor = await lab.run(['doctor', group, '-o', 'json']);
	const fuse = (JSON.parse(doctor.stdout) as readonly {readonly name: string}[]).find(({name}) =>
		name.startsWith('fuse '),
	);
	expect(fuse).toMatchObject({area: 'Fuse', state: 'ok'});
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	const events = hold
		.stdout()
		.trim()
		.split('\n')
		.map(line => (JSON.parse(line) as {event: string}).event);
	expect(events.filter(event => event !== 'warning')).toEqual(['preview', 'fuse-armed', 'held', 'released']);
	await isGivenBack(lab, group, before);
}, 90_000);

test('a refusal is said on stderr with our name before it, exit 3, and nothing is left', async () => {
	const remove = await lab.fault({
		kind: 'error',
		operation: 'StartAutomationExecution',
		code: 'AccessDeniedException',
		message: 'not yours',
		status: 400,
	});
	const {stdout, stderr, code} = await lab.run(['hold', group, '--for', '10m']);
	await remove();
	expect({stdout, code}).toEqual({stdout: '', code: 3});
	expect(stderr).toMatch(/^unflap: refused: .*ssm:StartAutomationExecution/m);
	expect(stderr).toContain('unflap doctor --setup');
	await isGivenBack(lab, group, before);
}, 60_000);
