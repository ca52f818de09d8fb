/** The probe's script with the curl, jq and python3 of this machine, on a metadata service and an S3 on loopback. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {probeScript} from '../../src/remote/box-probe.ts';
import type {ProbeWish} from '../../src/remote/box-probe-commands.ts';
import {readProbe} from '../../src/remote/box-probe-facts.ts';

const nonce = '0123456789abcdef'.repeat(2);
const wish: ProbeWish = {
	nonce,
	region: 'eu-west-1',
	store: {bucket: 'shop-config', key: 'prod/app.json', isObject: true},
	health: null,
};
const broken = '{\n  "role": "web",\n  "flags": ["a", "b",]\n}\n';
const credentials = {
	Code: 'Success',
	AccessKeyId: 'ASIAEXAMPLE012345678',
	SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
	Token: 'IQoJb3JpZ2luX2VjEXAMPLE==',
	Expiration: '2026-11-22T18:00:00Z',
};

type World = {
	readonly userData: string | null;
	readonly store: {readonly status: number; readonly body: string};
};

const openWorld = async ({userData, store}: World) => {
	const requests: {readonly url: string; readonly headers: IncomingMessage['headers']}[] = [];
	const server = createServer(({url = '', method, headers}, response) => {
		requests.push({url, headers});
		const reply = (status: number, body: string) => response.writeHead(status).end(body);
		if (url.startsWith('/prod/')) return reply(store.status, store.body);
		if (url === '/latest/api/token') return method === 'PUT' ? reply(200, 'T0ken==') : reply(405, '');
		if (headers['x-aws-ec2-metadata-token'] !== 'T0ken==') return reply(401, '');
		if (url.endsWith('/user-data')) return userData === null ? reply(404, 'Not Found') : reply(200, userData);
		if (url.endsWith('/security-credentials/')) return reply(200, 'web');
		if (url.endsWith('/security-credentials/web')) return reply(200, JSON.stringify(credentials, null, 2));
		if (url.endsWith('/tags/instance')) return reply(200, 'Name\nstage');
		return reply(200, '127.0.0.1');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.close();
	});
	return {base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests};
};

const isThere = (name: string) =>
	['/usr/bin', '/bin'].map(folder => join(folder, name)).find(path => existsSync(path));

const run = async (base: string, programs: readonly string[]) => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-probe-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	for (const name of new Set(['sh', 'sed', 'cat', 'wc', 'date', 'timeout', ...programs])) {
		const path = isThere(name);
		if (path !== undefined) symlinkSync(path, join(folder, name));
	}
	const script = probeScript(wish)
		.replaceAll('http://169.254.169.254', base)
		.replaceAll('https://shop-config.s3.eu-west-1.amazonaws.com', base);
	const child = spawn('/bin/sh', ['-c', script], {env: {PATH: folder}, stdio: ['ignore', 'pipe', 'pipe']});
	let [stdout, stderr] = ['', ''];
	child.stdout.on('data', chunk => {
		stdout += String(chunk);
	});
	child.stderr.on('data', chunk => {
		stderr += String(chunk);
	});
	const [status] = await once(child, 'close');
	expect({stderr, status}).toEqual({stderr: '', status: 0});
	const at = Date.UTC(2026, 10, 22, 12);
	const probe = readProbe(stdout, {wish, askedAt: at, answeredAt: at, ports: [], instance: null});
	return {stdout, fact: new Map(probe.facts.map(fact => [fact.check, fact]))};
};

const clients = ['curl', 'python3'].filter(name => isThere(name) !== undefined);
const readers = ['jq', 'python3'].filter(name => isThere(name) !== undefined);
const fine = {status: 206, body: '{'};

test('this machine has a client and a reader to test with', () => {
	expect([clients.length > 0, readers.length > 0]).toEqual([true, true]);
});

for (const client of clients)
	for (const reader of readers)
		test(`${client} and ${reader} tell metadata, tags, role, and where user data stops being JSON`, async () => {
			const world = await openWorld({userData: broken, store: fine});
			const {fact, stdout} = await run(world.base, [client, reader]);
			expect(fact.get('imds')).toMatchObject({
				state: 'ok',
				text: 'IMDSv2 answers, v1 is refused',
			});
			expect(fact.get('tags')?.text).toBe('2 visible: Name, stage');
			expect(fact.get('role')?.text).toBe('web, credentials until 2026-11-22 18:00 UTC');
			expect(fact.get('user-data')).toMatchObject({
				state: 'bad',
				value: {bytes: broken.length, line: 3, column: 22},
			});
			expect(stdout).not.toMatch(/EXAMPLE|T0ken|flags/);
			const none = await run((await openWorld({userData: null, store: fine})).base, [client, reader]);
			expect(none.fact.get('user-data')?.text).toBe('none');
			const script = await run((await openWorld({userData: '#!/bin/sh\nexit\n', store: fine})).base, [
				client,
				reader,
			]);
			expect(script.fact.get('user-data')?.text).toBe('15 bytes, a script');
		});

const signs =
	spawnSync('curl', ['--help', 'all'], {encoding: 'utf8'}).stdout?.includes('--aws-sigv4') ?? false;

test('a curl of its own signs for S3 with the keys of the role; one that cannot is not taken for a refusal', async () => {
	const denied = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
	const world = await openWorld({userData: null, store: {status: 403, body: denied}});
	const {fact} = await run(world.base, ['curl']);
	const asked = world.requests.find(({url}) => url === '/prod/app.json');
	if (!signs) {
		expect(fact.get('s3')?.text).toBe('neither the AWS CLI nor a curl that signs on the box');
		return;
	}
	expect(asked?.headers.authorization).toMatch(
		/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE012345678\/\d{8}\/eu-west-1\/s3\/aws4_request/,
	);
	expect(asked?.headers['x-amz-security-token']).toBe(credentials.Token);
	expect(asked?.headers['range']).toBe('bytes=0-0');
	expect(fact.get('s3')).toMatchObject({state: 'bad', value: {code: 'AccessDenied'}});
});
