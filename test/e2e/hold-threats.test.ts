/** Rows H, F, G4 and N4 of the threats against the built program: forged tags, foreign runs, hostile surroundings. */
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer, request as httpRequest} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {
	CreateDocumentCommand,
	DeleteDocumentCommand,
	SSMClient,
	StartAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import {beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {fuseDocument} from '../../src/hold/fuse-document.ts';
import {defaultScenario} from '../../src/lab/scenarios/default.ts';
import {openRegion} from '../cli/groups-in-lab.ts';
import {executions, liveExecutions} from '../hold/processes/bench-lab.ts';
import {holdTagsOf, isGivenBack, startHold, suspendedOf} from './hold-steps.ts';
import {type OpenLab, openLab} from './open-lab.ts';

const group = 'web-prod';
let lab: OpenLab;
beforeEach(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	onTestFinished(() => lab.close());
});

const systemsManager = () =>
	new SSMClient({
		endpoint: lab.endpoint,
		region: 'eu-west-1',
		credentials: {
			accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
			secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
		},
	});

/** Somebody's runbook that has nothing to do with us, asleep for an hour. */
const strangersRun = async (): Promise<string> => {
	const client = systemsManager();
	const mainSteps = [{name: 'nap', action: 'aws:sleep', inputs: {Duration: 'PT60M'}}];
	await client.send(
		new CreateDocumentCommand({
			Name: 'nightly-report',
			DocumentType: 'Automation',
			DocumentFormat: 'JSON',
			Content: JSON.stringify({schemaVersion: '0.3', mainSteps}),
		}),
	);
	const {AutomationExecutionId} = await client.send(
		new StartAutomationExecutionCommand({DocumentName: 'nightly-report'}),
	);
	return AutomationExecutionId ?? '';
};

/** Under the fuse's name: resumes all nine processes at once. */
const putForeignDocument = async (): Promise<void> => {
	const client = systemsManager();
	const content = JSON.parse(fuseDocument.content) as Record<string, unknown>;
	await client.send(
		new CreateDocumentCommand({
			Name: fuseDocument.name,
			DocumentType: 'Automation',
			DocumentFormat: 'JSON',
			Content: JSON.stringify({...content, description: 'ours now'}),
		}),
	);
};

const changes = async (operation: RegExp) =>
	(await lab.requests()).filter(
		request => request.applied && request.mutating && operation.test(request.operation),
	);

const stoppedIds = async () =>
	(await lab.requests())
		.filter(({operation}) => operation === 'StopAutomationExecution')
		.map(({params}) => (params as {readonly AutomationExecutionId: string}).AutomationExecutionId);

const forgedValue = (value: string, fuse: string): string =>
	value.replace(/procs=[A-Z]+/, 'procs=RHTASILNU').replace(/fuse=\S+/, `fuse=${fuse.slice(0, 8)}`);

const tagsOf = async () => (await lab.groups()).find(({name}) => name === group)?.tags ?? {};

test('H4 our own tag rewritten changes no call: only what we suspended is resumed, no foreign run is stopped', async () => {
	const strange = await strangersRun();
	await lab.control('POST', '/suspend', {group, processes: ['Launch']});
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	const {holdId, suspended} = await hold.event('held');
	const key = `unflap:hold:${String(holdId)}`;
	const forge = async () =>
		lab.control('POST', '/user-tag', {
			group,
			key,
			value: forgedValue((await tagsOf())[key] ?? 'v1 live procs=R fuse=00000000', strange),
		});
	await forge();
	// Written again once, by the row "tag gone" of the keep loop.
	await vi.waitFor(async () => expect((await tagsOf())[key]).not.toMatch(/procs=RHTASILNU/), {
		timeout: 20_000,
	});
	await forge();
	hold.child.kill('SIGTERM');
	await hold.exit;
	await isGivenBack(lab, group, ['Launch']);
	const named = (await changes(/^ResumeProcesses$/)).flatMap(
		({params}) => (params as {readonly ScalingProcesses: readonly string[]}).ScalingProcesses,
	);
	expect(named.filter(process => !(suspended as readonly string[]).includes(process))).toEqual([]);
	expect(await stoppedIds()).not.toContain(strange);
	expect((await liveExecutions(lab)).map(({id}) => id)).toEqual([strange]);
}, 90_000);

describe('H5 a group with fifty tags', () => {
	const fill = async (count: number) => {
		for (let index = 0; index < count; index++)
			await lab.control('POST', '/user-tag', {group, key: `team-${index}`, value: 'x'});
	};

	test('H5 is refused before anything is suspended', async () => {
		await fill(50);
		const result = await lab.run(['hold', group, '-o', 'jsonl']);
		expect(result.code).toBe(3);
		expect(result.stdout).toMatch(/50 tags/);
		expect(await changes(/^SuspendProcesses$/)).toEqual([]);
		expect(await liveExecutions(lab)).toEqual([]);
	}, 60_000);

	test('H5 filled while we hold is released all the same: no new slot is needed', async () => {
		const hold = await startHold(lab, [group, '-o', 'jsonl']);
		await hold.event('held');
		await fill(49);
		hold.child.kill('SIGTERM');
		expect((await hold.exit).code).toBe(143);
		await isGivenBack(lab, group, []);
		expect(await liveExecutions(lab)).toEqual([]);
	}, 60_000);
});

test('H6 release --force never stops a run that is not this hold, whatever its tag says', async () => {
	const strange = await strangersRun();
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	const {holdId} = await hold.event('held');
	const key = `unflap:hold:${String(holdId)}`;
	await lab.control('POST', '/user-tag', {
		group,
		key,
		value: forgedValue((await tagsOf())[key] ?? '', strange),
	});
	await lab.run(['release', '--hold', String(holdId), '--force']);
	await hold.exit;
	await vi.waitFor(async () => expect(await holdTagsOf(lab, group)).toEqual([]), {timeout: 30_000});
	expect(await stoppedIds()).not.toContain(strange);
	expect((await executions(lab)).find(({id}) => id === strange)?.status).toBe('InProgress');
}, 120_000);

test('F1 a document of somebody else under our name is never started, and nothing is suspended', async () => {
	await putForeignDocument();
	const result = await lab.run(['hold', group, '-o', 'jsonl']);
	expect(result.code).toBe(3);
	expect(await executions(lab)).toEqual([]);
	expect(await changes(/./)).toEqual([
		expect.objectContaining({operation: 'CreateDocument', caller: lab.env['AWS_ACCESS_KEY_ID']}),
	]);
	expect(await suspendedOf(lab, group)).toEqual([]);
}, 60_000);

test('F2 a document swapped between check and start: its run is stopped, and nothing is suspended under it', async () => {
	const first = await startHold(lab, [group, '-o', 'jsonl', '--', 'true']);
	await first.exit;
	const seen = (await lab.requests()).at(-1)?.number ?? 0;
	const lift = await lab.fault({kind: 'wait', when: 'before', operation: 'StartAutomationExecution'});
	const hold = await startHold(lab, [group, '-o', 'jsonl']);
	await vi.waitFor(
		async () =>
			expect((await lab.requests(seen)).map(({operation}) => operation)).toContain(
				'StartAutomationExecution',
			),
		{timeout: 20_000},
	);
	await systemsManager().send(new DeleteDocumentCommand({Name: fuseDocument.name}));
	await putForeignDocument();
	await lift();
	expect((await hold.exit).code).toBe(3);
	const made = (await lab.requests(seen)).filter(({applied}) => applied).map(({operation}) => operation);
	expect(made).not.toContain('SuspendProcesses');
	expect(made).toContain('StopAutomationExecution');
	expect(await liveExecutions(lab)).toEqual([]);
	await isGivenBack(lab, group, []);
}, 90_000);

test('F3 a group whose name Systems Manager would fill in is refused before anything changes', async () => {
	const name = 'web-{{ global:DATE }}';
	const region = await openRegion({
		plans: random => defaultScenario(random).map(plan => (plan.name === group ? {...plan, name} : plan)),
	});
	const result = await region.run(['hold', name, '-o', 'jsonl']);
	expect(result.code).toBe(3);
	const {requests} = (await region.control('GET', 'requests')) as {
		readonly requests: readonly {readonly mutating: boolean; readonly applied: boolean}[];
	};
	expect(requests.filter(({mutating, applied}) => mutating && applied)).toEqual([]);
}, 60_000);

test('G4 with a hostile PATH and the folder it was started in gone, the guardian still releases, and asks nobody else', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-evil-'));
	onTestFinished(() => rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));
	const evil = join(folder, 'bin');
	await mkdir(evil);
	const witness = join(folder, 'witness');
	const script = `#!/bin/sh\necho "$0 $*" >> '${witness}'\nexit 1\n`;
	for (const name of ['sh', 'node', 'ps', 'aws', 'kill', 'env', 'cat', 'uname', 'hostname'])
		await writeFile(join(evil, name), script, {mode: 0o755});
	await writeFile(witness, '');
	const hold = await startHold(lab, [group, '-o', 'jsonl'], {
		environment: {PATH: `${evil}:${process.env['PATH'] ?? ''}`},
	});
	await hold.event('held');
	hold.child.kill('SIGKILL');
	await hold.exit;
	await isGivenBack(lab, group, []);
	expect(await readFile(witness, 'utf8')).toBe('');
}, 60_000);

test('N4 answers of a proxy with a Date years ahead neither end nor stretch a hold', async () => {
	const proxy = await lyingProxy(lab.endpoint);
	onTestFinished(proxy.close);
	const hold = await startHold(lab, [group, '-o', 'jsonl', '--for', '30m'], {
		environment: {AWS_ENDPOINT_URL: proxy.endpoint},
	});
	const held = await hold.event('held');
	proxy.lie();
	await vi.waitFor(() => expect(proxy.lies()).toBeGreaterThanOrEqual(2), {timeout: 40_000});
	expect(hold.child.exitCode).toBeNull();
	expect(await suspendedOf(lab, group)).toHaveLength(7);
	expect(Date.parse(String(held['until'])) - Date.now()).toBeLessThan(31 * 60_000);
	hold.child.kill('SIGTERM');
	expect((await hold.exit).code).toBe(143);
	await isGivenBack(lab, group, []);
}, 90_000);

/** Once told to, answers every second request itself: 502, with a Date years ahead. */
const lyingProxy = async (target: string) => {
	let isLying = false;
	let asked = 0;
	let lies = 0;
	const server = createServer((incoming, outgoing) => {
		asked++;
		if (isLying && asked % 2 === 0) {
			lies++;
			incoming.resume();
			outgoing.writeHead(502, {date: 'Fri, 22 Nov 2030 00:00:00 GMT', 'content-type': 'text/html'});
			outgoing.end('<html>bad gateway</html>');
			return;
		}
		// The signature covers the Host header, so it goes through as it came.
		const forwarded = httpRequest(
			target,
			{method: incoming.method, path: incoming.url, headers: incoming.headers, setHost: false},
			answer => {
				outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
				answer.pipe(outgoing);
			},
		);
		forwarded.on('error', () => outgoing.destroy());
		incoming.pipe(forwarded);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		lie: () => {
			isLying = true;
		},
		lies: () => lies,
		close: async () => {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		},
	};
};
