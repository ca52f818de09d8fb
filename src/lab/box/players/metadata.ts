/** The instance metadata service as a box of the lab sees it: tokens, tags, user data, and the keys of a role. */
import {roleOf, tagKeysOf} from '../box-world.ts';
import {digest} from '../own-text.ts';
import type {PlayedBox} from '../played-box.ts';
import type {Reply} from './curl.ts';

export const metadataHost = '169.254.169.254';

export type MetadataCall = {
	readonly method: string;
	readonly path: string;
	readonly headers: readonly string[];
};

export const metadataReply = (box: PlayedBox, {method, path, headers}: MetadataCall): Reply => {
	const token = tokenOf(box);
	if (path === '/latest/api/token')
		return method === 'PUT' &&
			headers.some(header => /^x-aws-ec2-metadata-token-ttl-seconds: \d+$/i.test(header))
			? {status: 200, body: token}
			: {status: 400, body: ''};
	const given = headers.find(header => /^x-aws-ec2-metadata-token: /i.test(header));
	// As DescribeInstances says of every box: tokens are required.
	if (given?.replace(/^[^:]*: /, '') !== token) return {status: 401, body: ''};
	const body = answers(box)[path];
	return body === undefined || body === '' ? {status: 404, body: '404 - Not Found\n'} : {status: 200, body};
};

const tokenOf = ({instance}: PlayedBox) => `AQAE${digest(instance.seed, 'metadata token')}==`;

const credentialsPath = '/latest/meta-data/iam/security-credentials/';

const answers = (box: PlayedBox): Readonly<Record<string, string>> => {
	const role = roleOf(box);
	return {
		'/latest/meta-data/instance-id': box.instance.instanceId,
		'/latest/meta-data/local-ipv4': box.instance.privateIp,
		'/latest/meta-data/tags/instance': tagKeysOf(box).join('\n'),
		'/latest/user-data': box.instance.recording.userData,
		[credentialsPath]: role,
		[`${credentialsPath}${role}`]: credentials(box),
	};
};

/** Made up, and worth nothing: they open no door of the lab either. */
const credentials = (box: PlayedBox): string => {
	const own = (what: string) => digest(box.instance.seed, what);
	const day = 21_600_000;
	const renewedAt = Math.floor(box.clock.now() / day) * day;
	return JSON.stringify(
		{
			Code: 'Success',
			LastUpdated: isoSeconds(renewedAt),
			Type: 'AWS-HMAC',
			AccessKeyId: `ASIA${own('key').slice(0, 16).toUpperCase()}`,
			SecretAccessKey: own('secret').slice(0, 40),
			Token: own('token').repeat(4),
			Expiration: isoSeconds(renewedAt + day + 3_600_000),
		},
		null,
		2,
	);
};

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
