/**
 * The commands of a probe, as they are shown beside what they found. The script (box-probe.ts) runs them with what it must
 * not show: the metadata token and the role's keys travel by pipe, so that no argument of a process holds them.
 */
import {commandLine} from '../base/quote.ts';
import type {ProbeCheck, StoreTarget} from './box-probe-types.ts';

export const metadataAddress = 'http://169.254.169.254';

export type ProbeWish = {
	/** 32 hex characters, fresh for every probe; stands before everything the box answers. */
	readonly nonce: string;
	readonly region: string;
	readonly store: StoreTarget | null;
	/** What the target group asks the box for; null where there is none. */
	readonly health: ProbedHealth | null;
};

export type ProbedHealth = {readonly port: number; readonly scheme: 'http' | 'https'; readonly path: string};

/** Words of the AWS CLI's question to S3. */
export const storeCommand = ({store, region}: Pick<ProbeWish, 'store' | 'region'>): readonly string[] => {
	if (store === null) return [];
	const place = ['--region', region, '--cli-connect-timeout', '3', '--cli-read-timeout', '5'];
	const {bucket, key, isObject} = store;
	return isObject
		? [
				...['aws', 's3api', 'get-object', '--bucket', bucket, '--key', key],
				...['--range', 'bytes=0-0', ...place, '/dev/null'],
			]
		: [
				...['aws', 's3api', 'list-objects-v2', '--bucket', bucket, '--prefix', key],
				...['--max-keys', '1', ...place],
			];
};

/** The same over HTTPS, for curl with `--aws-sigv4`. A bucket with a dot in its name has no certificate of its own. */
export const storeUrl = ({store, region}: Pick<ProbeWish, 'store' | 'region'>): string => {
	if (store === null) return '';
	const {bucket, key, isObject} = store;
	const host = storeHost(region);
	const base = bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
	return isObject
		? `${base}/${key.split('/').map(encodeURIComponent).join('/')}`
		: `${base}${bucket.includes('.') ? '' : '/'}?list-type=2&max-keys=1&prefix=${encodeURIComponent(key)}`;
};

/** S3's own name in a region. */
export const storeHost = (region: string): string =>
	`s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** What is shown for a check that was done by `tool`, a name the box gave; null for one that is not ours. */
export const shownCommand = (check: ProbeCheck, tool: string, wish: ShownWish): string | null => {
	const ways = shownCommands(wish)[check];
	return Object.hasOwn(ways, tool) ? (ways[tool] ?? null) : null;
};

/** With the box's own address. */
type ShownWish = ProbeWish & {readonly address: string};

const shownCommands = (wish: ShownWish): Readonly<Record<ProbeCheck, Readonly<Record<string, string>>>> => {
	const name = storeHost(wish.region);
	return {
		imds: {
			curl: `curl -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${metadataAddress}/latest/api/token`,
			python3: pythonCommand('api/token', {
				method: 'PUT',
				name: 'X-aws-ec2-metadata-token-ttl-seconds',
				value: '"60"',
			}),
		},
		options: {},
		tags: metadataWays('meta-data/tags/instance'),
		'user-data': metadataWays('user-data'),
		role: metadataWays('meta-data/iam/security-credentials/'),
		s3: {
			aws: commandLine(storeCommand(wish)),
			curl: `curl --aws-sigv4 ${commandLine([`aws:amz:${wish.region}:s3`, storeUrl(wish)])}`,
		},
		dns: {getent: commandLine(['getent', 'hosts', name]), nslookup: commandLine(['nslookup', name])},
		clock: {
			chronyc: 'chronyc -n tracking',
			timedatectl: 'timedatectl show -p NTPSynchronized',
			date: 'date +%s',
		},
		disk: {df: 'df -Pk / /var /tmp'},
		memory: {cat: 'cat /proc/meminfo'},
		health: {
			curl:
				wish.health === null
					? ''
					: `curl -sk -m 3 -o /dev/null -w '%{http_code}' ${commandLine([healthUrl(wish.health, wish.address)])}`,
		},
		ports: {ss: 'ss -ltn', cat: 'cat /proc/net/tcp /proc/net/tcp6'},
	};
};

/** As the target group asks, but from the box itself; `address` is the box's own. */
export const healthUrl = ({scheme, port, path}: ProbedHealth, address: string): string =>
	`${scheme}://${address}:${port}${path}`;

const metadataWays = (path: string) => ({
	curl: `curl -H "X-aws-ec2-metadata-token: $TOKEN" ${metadataAddress}/latest/${path}`,
	python3: pythonCommand(path, {method: 'GET', name: 'X-aws-ec2-metadata-token', value: 'TOKEN'}),
});

type Asked = {readonly method: string; readonly name: string; readonly value: string};

const pythonCommand = (path: string, {method, name, value}: Asked): string =>
	commandLine([
		'python3',
		'-c',
		`import urllib.request as u; print(u.urlopen(u.Request("${metadataAddress}/latest/${path}", method="${method}", headers={"${name}": ${value}})).read())`,
	]);
