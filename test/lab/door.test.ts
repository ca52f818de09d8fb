/** Who gets into the lab: threats L1 and L2. */
import {existsSync, readFileSync} from 'node:fs';
import {request} from 'node:http';
import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import {Sha256} from '@aws-crypto/sha256-js';
import {AutoScalingClient, DescribeAutoScalingGroupsCommand} from '@aws-sdk/client-auto-scaling';
import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts';
import {SignatureV4} from '@smithy/signature-v4';
import {describe, expect, test} from 'vitest';
import type {Lab} from '../../src/lab/create-lab.ts';
import {openLab} from './open-lab.ts';

type Reply = {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: string;
};

const send = (
	url: string,
	{
		method = 'POST',
		headers = {},
		body = '',
	}: {method?: string; headers?: Record<string, string>; body?: string},
): Promise<Reply> =>
	new Promise((resolve, reject) => {
		const sent = request(url, {method, headers}, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: Buffer.concat(chunks).toString(),
				}),
			);
		});
		sent.on('error', reject);
		sent.end(body);
	});

const signerOf = ({env}: Lab, service = 'autoscaling', secret = env['AWS_SECRET_ACCESS_KEY'] ?? '') =>
	new SignatureV4({
		service,
		region: 'eu-west-1',
		credentials: {accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: secret},
		sha256: Sha256,
	});

const unsigned = (lab: Lab, body: string, more: Record<string, string> = {}) => {
	const {host, hostname, port} = new URL(lab.endpoint);
	return {
		method: 'POST',
		protocol: 'http:',
		hostname,
		port: Number(port),
		path: '/',
		headers: {host, 'content-type': 'application/x-www-form-urlencoded', ...more},
		body,
	};
};

const suspendAll = 'Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=web-prod';

/** A request with a good signature, and headers added or replaced after signing. */
const signedThen = async (lab: Lab, after: Record<string, string>, body = suspendAll): Promise<Reply> => {
	const signed = await signerOf(lab).sign(unsigned(lab, body));
	return send(`${lab.endpoint}/`, {headers: {...signed.headers, ...after}, body});
};

const suspendedCount = async (
	control: (method: string, path: string) => Promise<Record<string, unknown>>,
) => {
	const {groups} = (await control('GET', 'state')) as {groups: {name: string; suspended: object}[]};
	return Object.keys(groups.find(({name}) => name === 'web-prod')?.suspended ?? {}).length;
};

describe('L1 a web page cannot use the lab', () => {
	test.each([
		['an Origin', {origin: 'https://evil.example'}],
		['Origin null', {origin: 'null'}],
		['Sec-Fetch-Site', {'sec-fetch-site': 'cross-site'}],
		['Sec-Fetch-Mode', {'sec-fetch-mode': 'no-cors'}],
		['a rebound name', {host: 'evil.example'}],
		['a name that only begins like loopback', {host: '127.0.0.1.evil.example:80'}],
		['another address', {host: '10.0.0.1'}],
	])('L1 a request with %s is refused, though well signed, and changes nothing', async (_what, headers) => {
		const {lab, control} = await openLab();
		const reply = await signedThen(lab, headers);
		expect(reply.status).toBe(403);
		expect(await suspendedCount(control)).toBe(0);
	});

	test('L1 OPTIONS is refused and no answer allows another origin', async () => {
		const {lab} = await openLab();
		for (const url of [lab.endpoint, lab.control.endpoint]) {
			const reply = await send(`${url}/`, {
				method: 'OPTIONS',
				headers: {'access-control-request-method': 'POST'},
			});
			expect(reply.status).toBe(403);
			expect(Object.keys(reply.headers).filter(name => name.startsWith('access-control'))).toEqual([]);
		}
	});

	test.each([
		['no token', {}],
		['a wrong token', {authorization: 'Bearer nonsense'}],
	])('L1 the control endpoint with %s does nothing', async (_what, headers) => {
		const {lab, control} = await openLab();
		const body = JSON.stringify({group: 'web-prod', processes: ['Launch']});
		const reply = await send(`${lab.control.endpoint}/suspend`, {headers, body});
		expect(reply.status).toBe(403);
		expect(await suspendedCount(control)).toBe(0);
	});

	test('L1 the control endpoint refuses a page even with the token', async () => {
		const {lab, control} = await openLab();
		const reply = await send(`${lab.control.endpoint}/suspend`, {
			headers: {
				authorization: `Bearer ${lab.control.token}`,
				'sec-fetch-mode': 'cors',
				'sec-fetch-site': 'cross-site',
			},
			body: JSON.stringify({group: 'web-prod', processes: ['Launch']}),
		});
		expect(reply.status).toBe(403);
		expect(await suspendedCount(control)).toBe(0);
	});

	test('L1 the loopback names work with any port, for proxies in front', async () => {
		const {lab} = await openLab();
		const {port} = new URL(lab.endpoint);
		for (const host of ['localhost:1', '127.0.0.1:65535', '[::1]:8080', 'lab.localhost:3000']) {
			const signed = await signerOf(lab).sign(
				unsigned(lab, 'Action=DescribeScalingProcessTypes&Version=2011-01-01', {host}),
			);
			const reply = await send(`http://127.0.0.1:${port}/`, {
				headers: signed.headers,
				body: 'Action=DescribeScalingProcessTypes&Version=2011-01-01',
			});
			expect([host, reply.status]).toEqual([host, 200]);
		}
	});

	test('L1 a data channel upgrade from a page is refused', async () => {
		const {lab} = await openLab();
		const {hostname, port, host} = new URL(lab.endpoint);
		const answer = await new Promise<string>((resolve, reject) => {
			const socket = connect(Number(port), hostname, () =>
				socket.write(
					`GET /v1/data-channel/x HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
				),
			);
			socket.once('data', (data: Buffer) => resolve(data.toString()));
			socket.once('error', reject);
		});
		expect(answer).toMatch(/^HTTP\/1\.1 403 /);
	});
});

describe('L2 other users of the machine cannot use the lab', () => {
	test('L2 keys and token differ from run to run, with the same seed', async () => {
		const [one, other] = [await openLab({seed: 1}), await openLab({seed: 1})];
		expect(one.lab.env['AWS_ACCESS_KEY_ID']).not.toBe(other.lab.env['AWS_ACCESS_KEY_ID']);
		expect(one.lab.env['AWS_SECRET_ACCESS_KEY']).not.toBe(other.lab.env['AWS_SECRET_ACCESS_KEY']);
		expect(one.lab.control.token).not.toBe(other.lab.control.token);
	});

	test('L2 no signature, a wrong secret, an unknown key', async () => {
		const {lab, control} = await openLab();
		const plain = await send(`${lab.endpoint}/`, {body: suspendAll});
		expect(plain.status).toBe(403);
		const wrong = await signerOf(lab, 'autoscaling', 'guessed').sign(unsigned(lab, suspendAll));
		const refused = await send(`${lab.endpoint}/`, {headers: wrong.headers, body: suspendAll});
		expect(refused.status).toBe(403);
		expect(refused.body).toContain('<Code>SignatureDoesNotMatch</Code>');
		const stranger = new AutoScalingClient({
			endpoint: lab.endpoint,
			region: 'eu-west-1',
			maxAttempts: 1,
			credentials: {accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x'},
		});
		await expect(stranger.send(new DescribeAutoScalingGroupsCommand({}))).rejects.toMatchObject({
			name: 'InvalidClientTokenId',
			$metadata: {httpStatusCode: 403},
		});
		expect(await suspendedCount(control)).toBe(0);
	});

	test('L2 a changed body, header, service or date breaks the signature', async () => {
		const {lab, control} = await openLab();
		const body = 'Action=DescribeScalingProcessTypes&Version=2011-01-01';
		const signed = await signerOf(lab).sign(unsigned(lab, body));
		const changedBody = await send(`${lab.endpoint}/`, {headers: signed.headers, body: suspendAll});
		expect(changedBody.status).toBe(403);
		const changedHost = await send(`${lab.endpoint}/`, {
			headers: {...signed.headers, host: 'localhost'},
			body,
		});
		expect(changedHost.status).toBe(403);
		const authorization = signed.headers['authorization']?.replace('/autoscaling/', '/sts/') ?? '';
		const changedService = await send(`${lab.endpoint}/`, {
			headers: {...signed.headers, authorization},
			body,
		});
		expect(changedService.status).toBe(403);
		const old = await signerOf(lab).sign(unsigned(lab, suspendAll), {
			signingDate: new Date(Date.now() - 20 * 60_000),
		});
		const replayed = await send(`${lab.endpoint}/`, {headers: old.headers, body: suspendAll});
		expect(replayed.status).toBe(403);
		expect(replayed.body).toContain('Signature expired');
		expect(await suspendedCount(control)).toBe(0);
	});

	test('L2 a signature in the query string is refused', async () => {
		const {lab} = await openLab();
		const presigned = await signerOf(lab).presign(unsigned(lab, ''));
		const query = new URLSearchParams(presigned.query as Record<string, string>).toString();
		const reply = await send(`${lab.endpoint}/?${query}`, {body: ''});
		expect(reply.status).toBe(403);
	});

	test('L2 an upgrade needs a signature for ssmmessages', async () => {
		const {lab} = await openLab();
		const {hostname, port, host} = new URL(lab.endpoint);
		const upgradeWith = async (service: string | null): Promise<number> => {
			const path = '/v1/data-channel/session-1';
			const headers: Record<string, string> = {host};
			const signed =
				service === null
					? {headers}
					: await signerOf(lab, service).sign({
							method: 'GET',
							protocol: 'ws:',
							hostname,
							port: Number(port),
							path,
							query: {role: 'publish_subscribe'},
							headers,
						});
			return new Promise((resolve, reject) => {
				const sent = request(`${lab.endpoint}${path}?role=publish_subscribe`, {
					headers: {...signed.headers, connection: 'Upgrade', upgrade: 'websocket'},
				});
				sent.on('response', response => resolve(response.statusCode ?? 0));
				sent.on('error', reject);
				sent.end();
			});
		};
		expect(await upgradeWith(null)).toBe(403);
		expect(await upgradeWith('autoscaling')).toBe(403);
		// The fake boxes answer 418 to what the server lets through.
		expect(await upgradeWith('ssmmessages')).toBe(418);
	});

	test('L2 more callers by key are told apart', async () => {
		const {lab} = await openLab({keys: [{id: 'AKIASECOND', secret: 'second-secret'}]});
		const second = new STSClient({
			endpoint: lab.endpoint,
			region: 'eu-west-1',
			credentials: {accessKeyId: 'AKIASECOND', secretAccessKey: 'second-secret'},
		});
		const {Arn} = await second.send(new GetCallerIdentityCommand({}));
		expect(Arn).toMatch(/user\/lab-cond$/);
	});

	test('L2 the ports are on loopback only', async () => {
		const {lab} = await openLab();
		const others = Object.values(networkInterfaces())
			.flatMap(list => list ?? [])
			.filter(({internal, family}) => !internal && family === 'IPv4');
		for (const endpoint of [lab.endpoint, lab.control.endpoint]) {
			const {port} = new URL(endpoint);
			for (const {address} of others) {
				const outcome = await new Promise<string>(resolve => {
					const socket = connect(Number(port), address);
					socket.once('connect', () => resolve('connected'));
					socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
				});
				expect(outcome).not.toBe('connected');
			}
			if (!existsSync('/proc/net/tcp')) continue;
			const listening = readFileSync('/proc/net/tcp', 'utf8');
			const portHex = Number(port).toString(16).toUpperCase().padStart(4, '0');
			expect(listening).toContain(`0100007F:${portHex}`);
			expect(listening).not.toContain(`00000000:${portHex}`);
		}
	});
});
