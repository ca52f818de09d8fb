import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import {type FakeEndpoint, failure, startEndpoint} from './fake-endpoint.ts';

let folder: string;
let endpoint: FakeEndpoint | undefined;

/** The SDK reads the process's own environment: each test starts from an empty one. */
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-config-'));
	for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
	vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
	vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
	vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});

afterEach(async () => {
	vi.unstubAllEnvs();
	await endpoint?.close();
	endpoint = undefined;
	rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
});

const options = (more: object = {}) => ({readOnly: false, timeRate: 1, ...more});
const keyOf = (header: unknown) => /Credential=([^/]+)/.exec(String(header))?.[1];

test('no credentials at all is one clear error', async () => {
	const aws = await createAws(options({region: 'eu-west-1', endpointUrl: 'http://127.0.0.1:1'}));
	const error = await aws.polling.groups().catch(error => error);
	expect(error).toMatchObject({kind: 'no-credentials', exitCode: 1});
	expect(error.next.join()).toMatch(/aws sso login.*--profile.*unflap demo/);
	await expect(aws.credentials()).rejects.toMatchObject({kind: 'no-credentials'});
	expect(aws.health()).toBe('expired');
	aws.close();
});

test('no region is one clear error, before anything is sent', async () => {
	await expect(createAws(options())).rejects.toMatchObject({kind: 'no-region', exitCode: 1});
});

test('region, keys and endpoint of a profile come from the shared files', async () => {
	endpoint = await startEndpoint();
	writeFileSync(
		join(folder, 'config'),
		`[profile stage]\nregion = eu-central-1\nservices = local\n[services local]\nauto_scaling =\n  endpoint_url = ${endpoint.url}\n`,
	);
	writeFileSync(
		join(folder, 'credentials'),
		'[stage]\naws_access_key_id = AKIAOFSTAGE\naws_secret_access_key = x\n',
	);
	vi.stubEnv('AWS_PROFILE', 'stage');
	const aws = await createAws(options({profile: 'stage'}));
	await aws.polling.groups();
	expect(aws.facts).toMatchObject({region: 'eu-central-1', profile: 'stage', endpoint: endpoint.url});
	expect((await aws.handOver()).endpoints).toEqual({'auto-scaling': endpoint.url});
	expect(keyOf(endpoint.arrived[0]?.headers['authorization'])).toBe('AKIAOFSTAGE');
	aws.close();
});

test('N2 a plain endpoint of another machine in the shared config is refused', async () => {
	writeFileSync(join(folder, 'config'), '[default]\nregion = eu-west-1\nendpoint_url = http://192.0.2.1\n');
	await expect(createAws(options())).rejects.toMatchObject({kind: 'usage', exitCode: 2});
});

test('a profile of the shared config that is not there is said by name', async () => {
	writeFileSync(join(folder, 'config'), '[default]\nregion = eu-west-1\n');
	const aws = await createAws(
		options({profile: 'nowhere', endpointUrl: 'http://127.0.0.1:1', region: 'eu-west-1'}),
	);
	const error = await aws.polling.groups().catch(error => error);
	expect(error.kind).toBe('no-credentials');
	expect(error.next.join()).toContain('aws sso login --profile nowhere');
	aws.close();
});

test("a service's own endpoint variable wins over the general one, and a flag over both", async () => {
	endpoint = await startEndpoint();
	const environment = {AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_AUTO_SCALING: endpoint.url};
	const credentials = {accessKeyId: 'AKIA', secretAccessKey: 'x'};
	const common = {region: 'eu-west-1', credentials};
	const aws = await createAws(options({...common, endpointUrl: 'http://127.0.0.1:1'}), {environment});
	await aws.polling.groups();
	expect(endpoint.arrived.length).toBe(1);
	expect(aws.facts.endpoint).toBe(endpoint.url);
	aws.close();
	const flagged = await createAws(options({...common, endpointUrl: 'http://127.0.0.1:2'}), {environment});
	expect(flagged.facts.endpoint).toBe('http://127.0.0.1:2');
	flagged.close();
});

test('after an expired token the chain is asked again, and renewed keys are taken up', async () => {
	endpoint = await startEndpoint(({headers}) =>
		keyOf(headers['authorization']) === 'AKIANEW' ? undefined : failure('ExpiredToken', 'expired', 403),
	);
	const write = (key: string) =>
		writeFileSync(
			join(folder, 'credentials'),
			`[default]\naws_access_key_id = ${key}\naws_secret_access_key = x\n`,
		);
	write('AKIAOLD');
	const aws = await createAws(options({region: 'eu-west-1', endpointUrl: endpoint.url}));
	await expect(aws.polling.groups()).rejects.toMatchObject({kind: 'expired-credentials'});
	expect(aws.health()).toBe('expired');
	write('AKIANEW');
	await vi.waitFor(() => aws.polling.groups(), {timeout: 30_000, interval: 500});
	expect(aws.health()).toBe('ok');
	aws.close();
});

test('what the guardian gets has everything resolved, and works in an empty environment', async () => {
	endpoint = await startEndpoint();
	vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAOFENVIRONMENT');
	vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
	vi.stubEnv('AWS_SESSION_TOKEN', 'token');
	const environment = {AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_AUTO_SCALING: endpoint.url};
	const aws = await createAws(options({region: 'eu-west-1', endpointUrl: 'http://127.0.0.1:1'}), {
		environment,
	});
	const handedOver = JSON.parse(JSON.stringify(await aws.handOver()));
	aws.close();
	expect(handedOver.credentials).toEqual({
		accessKeyId: 'AKIAOFENVIRONMENT',
		secretAccessKey: 'x',
		sessionToken: 'token',
	});
	for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
	const guardian = await createAws(handedOver, {environment: {}});
	await guardian.release.resume('web', ['Launch']);
	expect(endpoint.operations()).toEqual(['ResumeProcesses']);
	guardian.close();
});
