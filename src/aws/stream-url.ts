/**
 * Which StreamUrl may get our signed upgrade: AWS's own host for this region, or exactly the endpoint override.
 * Parsed, never matched as text; a URL of a wrong endpoint would carry our signature and token away (threats.md N1).
 */
import {isLoopbackUrl} from '../base/endpoint.ts';
import {UnflapError} from '../base/errors.ts';

type Expected = {
	readonly region: string;
	/** The ssm endpoint override in force, or null for AWS's own. */
	readonly endpoint: string | null;
};

/** The parsed URL, or throws `refused`. Called before any header is made. */
export const checkStreamUrl = (text: string, {region, endpoint}: Expected): URL => {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || hasOddCharacters(text)) throw refusal('it is no URL');
	if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(text))
		throw refusal('it names a user');
	if (url.hash !== '') throw refusal('it has a fragment');
	if (endpoint === null) checkAwsHost(url, region);
	else checkOverride(url, endpoint);
	return url;
};

const checkAwsHost = (url: URL, region: string) => {
	if (url.protocol !== 'wss:') throw refusal('it is not wss:');
	if (url.port !== '') throw refusal(`its port is ${url.port}, not 443`);
	const suffix = partitionSuffix(region);
	const own = [`ssmmessages.${region}.${suffix}`, `ssmmessages-fips.${region}.${suffix}`];
	// An interface endpoint: vpce-0abc-xyz[-ZONE].ssmmessages.REGION.vpce.SUFFIX
	const labels = url.hostname.split('.');
	const below = labels.slice(1).join('.');
	const isVpcEndpoint =
		/^vpce-[a-z0-9-]{1,59}$/.test(labels[0] ?? '') && below === `ssmmessages.${region}.vpce.${suffix}`;
	if (!own.includes(url.hostname) && !isVpcEndpoint)
		throw refusal(`its host is not ssmmessages of ${region}`);
};

const checkOverride = (url: URL, endpoint: string) => {
	const override = new URL(endpoint);
	const scheme = override.protocol === 'https:' ? 'wss:' : 'ws:';
	if (url.protocol !== scheme) throw refusal(`it is not ${scheme}, as the endpoint in force`);
	if (url.host !== override.host) throw refusal('its host and port are not those of the endpoint in force');
	if (scheme === 'ws:' && !isLoopbackUrl(endpoint)) throw refusal('it is plain ws: to another machine');
};

/** Domain of the partition a region belongs to. Source: partitions.json of the SDK. */
export const partitionSuffix = (region: string): string =>
	suffixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';

const suffixes: readonly (readonly [prefix: string, suffix: string])[] = [
	['cn-', 'amazonaws.com.cn'],
	['us-isob-', 'sc2s.sgov.gov'],
	['us-isof-', 'csp.hci.ic.gov'],
	['us-iso-', 'c2s.ic.gov'],
	['eu-isoe-', 'cloud.adc-e.uk'],
	['eusc-', 'amazonaws.eu'],
];

/** What a URL parser repairs silently: blanks, tabs, newlines, backslashes, other scripts. */
const hasOddCharacters = (text: string) => !/^[\x21-\x5b\x5d-\x7e]{1,4096}$/.test(text);

const refusal = (why: string) =>
	new UnflapError('refused', `The stream address AWS gave was refused: ${why}`, {
		meaning: 'Our signature and the session token would have gone to somebody else, so nothing was sent.',
		next: ['check the endpoint, proxy and profile in force: unflap info'],
	});
