import {createServer, Agent as HttpsAgent} from 'node:https';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {WebSocket, WebSocketServer} from 'ws';
import type {Aws} from '../../src/aws/types.ts';
import {type Certificates, makeCertificates} from './certificates.ts';
import {type ConnectProxy, startProxy} from './connect-proxy.ts';
import {awsFor, canary, type FakeEndpoint, startEndpoint} from './fake-endpoint.ts';

const regional = 'https://autoscaling.eu-west-1.amazonaws.com';
let certificates: Certificates;
let endpoint: FakeEndpoint;
let proxy: ConnectProxy;

beforeAll(async () => {
	certificates = makeCertificates([
		'autoscaling.eu-west-1.amazonaws.com',
		'ssmmessages.eu-west-1.amazonaws.com',
	]);
	endpoint = await startEndpoint(undefined, certificates);
	proxy = await startProxy(endpoint);
});

afterAll(async () => {
	await proxy?.close();
	await endpoint?.close();
	certificates?.forget();
});

const withAws = async <T>(url: string, environment: object, use: (aws: Aws) => Promise<T>): Promise<T> => {
	const aws = await awsFor(url, {}, environment);
	try {
		return await use(aws);
	} finally {
		aws.close();
	}
};

const failed = async (aws: Aws) =>
	aws.release.groups().then(
		() => 'nothing failed',
		error => `${error.kind} ${error.code}`,
	);

test('N2 a peer with an unknown certificate is refused, NODE_TLS_REJECT_UNAUTHORIZED=0 or not', async () => {
	const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
	process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
	try {
		const outcome = await withAws(endpoint.url, {}, failed);
		expect(outcome).toMatch(/^unreachable (?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)/);
		const proxied = await withAws(regional, {HTTPS_PROXY: proxy.url}, failed);
		expect(proxied).toMatch(/^unreachable (?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)/);
	} finally {
		if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
		else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
	}
	expect(endpoint.arrived).toEqual([]);
});

test('N2 AWS_CA_BUNDLE makes the peer known', async () => {
	const environment = {AWS_CA_BUNDLE: certificates.caFile};
	await withAws(endpoint.url, environment, aws => aws.release.groups());
	expect(endpoint.operations()).toContain('DescribeAutoScalingGroups');
});

test('N3 the SDK goes through the proxy by CONNECT alone, with nothing of ours in the clear', async () => {
	const environment = {HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: certificates.caFile};
	const before = endpoint.arrived.length;
	await withAws(regional, environment, async aws => {
		await aws.polling.groups();
		await aws.release.groups();
	});
	expect(endpoint.arrived.length).toBe(before + 2);
	expect(new Set(proxy.lines)).toEqual(new Set(['CONNECT autoscaling.eu-west-1.amazonaws.com:443']));
	for (const secret of Object.values(canary)) expect(proxy.headers.join()).not.toContain(secret);
});

test('N3 credentials of the proxy go to the proxy and to nobody else', async () => {
	const own = new URL(proxy.url);
	own.username = 'ana';
	own.password = 'proxy-password';
	const environment = {https_proxy: own.href, AWS_CA_BUNDLE: certificates.caFile};
	proxy.headers.length = 0;
	await withAws(regional, environment, aws => aws.release.groups());
	const basic = `Basic ${Buffer.from('ana:proxy-password').toString('base64')}`;
	expect(proxy.headers.join()).toContain(basic);
	expect(JSON.stringify(endpoint.arrived.at(-1)?.headers)).not.toContain(basic);
});

test('N3 loopback never goes through the proxy, nor does what NO_PROXY names', async () => {
	const lines = proxy.lines.length;
	const environment = {HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: certificates.caFile};
	await withAws(endpoint.url, environment, aws => aws.release.groups());
	expect(proxy.lines.length).toBe(lines);
	const aws = await awsFor(regional, {}, {...environment, NO_PROXY: '.amazonaws.com'});
	// Straight to a name this test cannot resolve: what matters is that the proxy hears nothing.
	await aws.release.groups({signal: AbortSignal.timeout(1500)}).catch(() => undefined);
	aws.close();
	expect(proxy.lines.length).toBe(lines);
});

test('N3 the WebSocket takes the same way, with the same trust', async () => {
	const server = createServer({key: certificates.key, cert: certificates.cert});
	const sockets = new WebSocketServer({server});
	sockets.on('connection', socket => socket.send('hello'));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const streamProxy = await startProxy({port: (server.address() as AddressInfo).port});
	const url = 'wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x';
	const say = (agent: Aws['stream']['streamAgent'], name: string) =>
		new Promise<string>((resolve, reject) => {
			const socket = new WebSocket(url, {agent: agent(name)});
			socket.on('message', data => {
				resolve(String(data));
				socket.terminate();
			});
			socket.on('error', reject);
		});
	const environment = {HTTPS_PROXY: streamProxy.url};
	const trusting = {...environment, AWS_CA_BUNDLE: certificates.caFile};
	expect(await withAws(regional, trusting, aws => say(aws.stream.streamAgent, url))).toBe('hello');
	await expect(withAws(regional, environment, aws => say(aws.stream.streamAgent, url))).rejects.toThrow(
		/certificate/,
	);
	expect(new Set(streamProxy.lines)).toEqual(new Set(['CONNECT ssmmessages.eu-west-1.amazonaws.com:443']));
	for (const client of sockets.clients) client.terminate();
	await new Promise<void>(resolve => server.close(() => resolve()));
	await streamProxy.close();
});

test('plain ws: needs no agent, wss: always has one that verifies', async () => {
	await withAws('http://127.0.0.1:9', {}, async aws => {
		expect(aws.stream.streamAgent('ws://127.0.0.1:9/x')).toBeUndefined();
		const agent = aws.stream.streamAgent('wss://ssmmessages.eu-west-1.amazonaws.com/x');
		expect(agent).toBeInstanceOf(HttpsAgent);
		expect((agent as HttpsAgent).options.rejectUnauthorized).toBe(true);
	});
});

test.each([
	[{HTTPS_PROXY: 'socks5://127.0.0.1:1'}, /HTTPS_PROXY is no proxy URL/],
	[{HTTPS_PROXY: 'http://ana:secret@'}, /HTTPS_PROXY is no proxy URL/],
	[{AWS_CA_BUNDLE: '/nonexistent/ca.pem'}, /AWS_CA_BUNDLE names/],
])('a setting that cannot be used is said at once: %j', async (environment, message) => {
	const error = await awsFor(regional, {}, environment).catch(error => error);
	expect(error).toMatchObject({kind: 'usage', exitCode: 2});
	expect(error.message).toMatch(message);
	expect(error.message).not.toContain('secret');
});
