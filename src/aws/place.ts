/** Where calls go: region and endpoints, by options first, then by the SDK's own chain. */
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
};

export const services = Object.keys(variables) as readonly ServiceName[];

export const resolvePlace = async (
	options: AwsOptions,
	environment: Readonly<NodeJS.ProcessEnv>,
): Promise<Place> => {
	const {endpointUrl, endpoints = {}} = options;
	const ignored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
	// The general variable yields to a service's own, a flag does not.
	const isFlag = endpointUrl !== undefined && endpointUrl !== environment['AWS_ENDPOINT_URL'];
	const endpointOf = (service: ServiceName) => {
		const own = ignored ? undefined : environment[variables[service]] || undefined;
		return endpoints[service] ?? (isFlag ? endpointUrl : (own ?? endpointUrl));
	};
	for (const service of services) {
		const endpoint = endpointOf(service);
		if (endpoint !== undefined) parseEndpoint(endpoint, variables[service]);
	}
	const region = options.region ?? (await chainRegion(options.profile, environment));
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

const chainRegion = async (profile: string | undefined, environment: Readonly<NodeJS.ProcessEnv>) => {
	const fromEnvironment = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
	if (fromEnvironment) return fromEnvironment;
	const {chainRegion: ask} = await import('./auto-scaling.ts');
	try {
		return await ask(profile);
	} catch (error) {
		if (!(error instanceof Error) || !/region is missing/i.test(error.message))
			throw unreadableProfile(error);
		throw new UnflapError('no-region', 'No AWS region is set', {
			meaning: 'Neither flag, environment, config nor profile names one.',
			next: ['unflap --region eu-west-1 …', 'or export AWS_REGION=eu-west-1'],
		});
	}
};

const unreadableProfile = (error: unknown) =>
	new UnflapError(
		'usage',
		`The shared AWS config cannot be used: ${error instanceof Error ? error.message : error}`,
		{
			next: ['check ~/.aws/config and the profile'],
		},
	);
