/** Where calls go: region and endpoints, by options first, then by the SDK's own chain. */
import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {maskUserinfo, parseEndpoint} from '../base/endpoint.ts';
import {UnflapError} from '../base/errors.ts';
import type {AwsOptions, ServiceName} from './types.ts';

export type Place = {
	readonly region: string;
	readonly profile: string | null;
	/** As shown: userinfo masked; null for AWS's own. */
	readonly shownEndpoint: string | null;
	/** What a client is given; undefined leaves it to the SDK: environment, then shared config. */
	readonly endpointOf: (service: ServiceName) => string | undefined;
};

const variables: Readonly<Record<ServiceName, string>> = {
	'auto-scaling': 'AWS_ENDPOINT_URL_AUTO_SCALING',
	ec2: 'AWS_ENDPOINT_URL_EC2',
	ssm: 'AWS_ENDPOINT_URL_SSM',
	elbv2: 'AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2',
	sts: 'AWS_ENDPOINT_URL_STS',
	iam: 'AWS_ENDPOINT_URL_IAM',
	kms: 'AWS_ENDPOINT_URL_KMS',
	codedeploy: 'AWS_ENDPOINT_URL_CODEDEPLOY',
	cloudtrail: 'AWS_ENDPOINT_URL_CLOUDTRAIL',
};

export const services = Object.keys(variables) as readonly ServiceName[];

export const resolvePlace = async (
	options: AwsOptions,
	environment: Readonly<NodeJS.ProcessEnv>,
): Promise<Place> => {
	const givenEndpoint = endpointChoice(options, environment);
	const shared = await readShared(options, environment, givenEndpoint('auto-scaling') === undefined);
	const endpointOf = (service: ServiceName) =>
		givenEndpoint(service) ?? (service === 'auto-scaling' ? (shared.endpoint ?? undefined) : undefined);
	for (const service of services) {
		const endpoint = endpointOf(service);
		if (endpoint !== undefined) parseEndpoint(endpoint, variables[service]);
	}
	const {region} = shared;
	if (!/^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(region))
		throw new UnflapError('usage', `"${region}" is no AWS region`, {
			next: ['for example: --region eu-west-1'],
		});
	const shown = endpointOf('auto-scaling');
	return {
		region,
		profile: options.profile ?? environment['AWS_PROFILE'] ?? null,
		shownEndpoint: shown === undefined ? null : maskUserinfo(shown),
		endpointOf,
	};
};

/** What options and environment say of a service's endpoint; the rest is the SDK's chain. */
const endpointChoice = (
	{endpointUrl, endpoints = {}}: AwsOptions,
	environment: Readonly<NodeJS.ProcessEnv>,
): Place['endpointOf'] => {
	const general = environment['AWS_ENDPOINT_URL'] || undefined;
	const isIgnored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
	// The general variable yields to a service's own, a flag does not.
	const flag = endpointUrl === general ? undefined : endpointUrl;
	return service =>
		endpoints[service] ?? flag ?? (isIgnored ? undefined : environment[variables[service]] || general);
};

type Shared = {readonly region: string; readonly endpoint: string | null};

/** Region and endpoint of the shared config, where options and environment leave them open. */
const readShared = async (
	options: AwsOptions,
	environment: Readonly<NodeJS.ProcessEnv>,
	wantsEndpoint: boolean,
): Promise<Shared> => {
	const region =
		options.region ?? (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined);
	const asksFile = wantsEndpoint && existsSync(configFile(environment));
	if (region !== undefined && !asksFile) return {region, endpoint: null};
	const {readSdkConfig} = await import('./auto-scaling.ts');
	try {
		const config = await readSdkConfig(options.profile, region);
		return {region: config.region, endpoint: wantsEndpoint ? config.endpoint : null};
	} catch (error) {
		if (!(error instanceof Error) || !/region is missing/i.test(error.message)) throw unreadable(error);
		throw new UnflapError('no-region', 'No AWS region is set', {
			meaning: 'Neither flag, environment, config nor profile names one.',
			next: ['unflap --region eu-west-1 …', 'or export AWS_REGION=eu-west-1'],
		});
	}
};

const configFile = (environment: Readonly<NodeJS.ProcessEnv>) =>
	environment['AWS_CONFIG_FILE'] || join(environment['HOME'] || homedir(), '.aws', 'config');

const unreadable = (error: unknown) =>
	new UnflapError(
		'usage',
		`The shared AWS config cannot be used: ${error instanceof Error ? error.message : error}`,
		{next: ['check ~/.aws/config and the profile']},
	);
