/** Headers of the signed WebSocket upgrade. Source: ssm-data-channel.md section 2, vectors 59 to 62. */
import {Sha256} from '@aws-crypto/sha256-js';
import {SignatureV4} from '@smithy/signature-v4';
import type {AwsMs} from '../base/clock.ts';
import type {ResolvedCredentials} from './types.ts';

type UpgradeToSign = {
	readonly url: URL;
	readonly region: string;
	readonly credentials: ResolvedCredentials;
	readonly now: AwsMs;
};

/** `Authorization`, `X-Amz-Date` and, with temporary credentials, `X-Amz-Security-Token`; none for a presigned URL. */
export const signUpgrade = async ({
	url,
	region,
	credentials,
	now,
}: UpgradeToSign): Promise<Readonly<Record<string, string>>> => {
	if (isPresigned(url)) return {};
	const {accessKeyId, secretAccessKey, sessionToken} = credentials;
	const signer = new SignatureV4({
		service: 'ssmmessages',
		region,
		credentials: {accessKeyId, secretAccessKey, ...(sessionToken ? {sessionToken} : {})},
		sha256: Sha256,
		// The plugin's signer sends no x-amz-content-sha256 header.
		applyChecksum: false,
	});
	const signed = await signer.sign(
		{
			method: 'GET',
			protocol: url.protocol,
			hostname: url.hostname,
			path: url.pathname,
			query: queryOf(url),
			headers: {host: url.host},
		},
		{signingDate: new Date(now)},
	);
	return renamed(signed.headers);
};

const presignedNames = [
	'X-Amz-Algorithm',
	'X-Amz-Credential',
	'X-Amz-Date',
	'X-Amz-Expires',
	'X-Amz-SignedHeaders',
	'X-Amz-Signature',
	'X-Amz-Security-Token',
];

const isPresigned = (url: URL) => presignedNames.some(name => url.searchParams.has(name));

/** `+` is a plus here, not a blank: decoded as a URI, not as a form. */
const queryOf = (url: URL): Record<string, string | string[]> => {
	const query = new Map<string, string[]>();
	for (const pair of url.search.slice(1).split('&').filter(Boolean)) {
		const at = pair.indexOf('=');
		const name = decodeURIComponent(at === -1 ? pair : pair.slice(0, at));
		const value = at === -1 ? '' : decodeURIComponent(pair.slice(at + 1));
		query.set(name, [...(query.get(name) ?? []), value]);
	}
	return Object.fromEntries(
		[...query].map(([name, values]) => [name, values.length === 1 ? values.join() : values]),
	);
};

const renamed = (headers: Readonly<Record<string, string>>) => ({
	Authorization: headers['authorization'] ?? '',
	'X-Amz-Date': headers['x-amz-date'] ?? '',
	...(headers['x-amz-security-token'] === undefined
		? {}
		: {'X-Amz-Security-Token': headers['x-amz-security-token']}),
});
