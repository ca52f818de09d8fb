import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {checkStreamUrl} from '../../src/aws/stream-url.ts';
import {awsFor} from './fake-endpoint.ts';

const path = '/v1/data-channel/ana-0123456789abcdef0?role=publish_subscribe';
const own = 'ssmmessages.eu-west-1.amazonaws.com';

type Row = readonly [url: string, region?: string, endpoint?: string];

const named = ([url, region = 'eu-west-1', endpoint]: Row) => ({url, region, endpoint: endpoint ?? null});

const accepted: readonly Row[] = [
	[`wss://${own}${path}`],
	[`wss://${own}:443${path}`],
	[`wss://SSMMESSAGES.eu-west-1.amazonaws.com${path}`],
	[`wss://${own}${path}&cell-number=AAEAAb%2FabcDEF%3D%3D`],
	[`wss://ssmmessages-fips.us-east-1.amazonaws.com${path}`, 'us-east-1'],
	[`wss://ssmmessages.us-gov-west-1.amazonaws.com${path}`, 'us-gov-west-1'],
	[`wss://ssmmessages.cn-north-1.amazonaws.com.cn${path}`, 'cn-north-1'],
	[`wss://ssmmessages.us-iso-east-1.c2s.ic.gov${path}`, 'us-iso-east-1'],
	[`wss://ssmmessages.us-isob-east-1.sc2s.sgov.gov${path}`, 'us-isob-east-1'],
	[`wss://ssmmessages.eusc-de-east-1.amazonaws.eu${path}`, 'eusc-de-east-1'],
	[`wss://vpce-0123abc-x1y2.ssmmessages.eu-west-1.vpce.amazonaws.com${path}`],
	[`wss://vpce-0123abc-x1y2-eu-west-1a.ssmmessages.eu-west-1.vpce.amazonaws.com${path}`],
	[`ws://127.0.0.1:4566${path}`, 'eu-west-1', 'http://127.0.0.1:4566'],
	[`ws://localhost:4566${path}`, 'eu-west-1', 'http://localhost:4566/ssm'],
	[`ws://[::1]:4566${path}`, 'eu-west-1', 'http://[::1]:4566'],
	[`wss://aws.internal.example:8443${path}`, 'eu-west-1', 'https://aws.internal.example:8443'],
	[`wss://aws.internal.example${path}`, 'eu-west-1', 'https://aws.internal.example:443'],
];

const refused: readonly Row[] = [
	[''],
	['not a url'],
	[`https://${own}${path}`],
	[`http://${own}${path}`],
	[`ws://${own}${path}`],
	[`//${own}${path}`],
	[`wss:${path}`],
	[`wss://${own}:8443${path}`],
	[`wss://${own}:80${path}`],
	[`wss://${own}.evil.tld${path}`],
	[`wss://${own}.${path}`],
	[`wss://evil.tld/${own}`],
	[`wss://evil.tld?${own}`],
	[`wss://evil.tld#${own}`],
	[`wss://user@${own}${path}`],
	[`wss://user:pw@${own}${path}`],
	[`wss://@${own}${path}`],
	[`wss://${own}@evil.tld${path}`],
	[`wss://${own}:443@evil.tld${path}`],
	[`wss://${own}%2eevil.tld${path}`],
	[`wss://${own}\\@evil.tld${path}`],
	[`wss://evil.tld\\${own}${path}`],
	[`wss://${own}\t.evil.tld${path}`],
	[`wss://${own}\n${path}`],
	[` wss://${own}${path}`],
	[`wss://ssmmessages\u3002eu-west-1\u3002amazonaws\u3002com${path}`],
	[`wss://ssmmessages.eu-west-1.amaz\u043enaws.com${path}`],
	[`wss://xssmmessages.eu-west-1.amazonaws.com${path}`],
	[`wss://x.ssmmessages.eu-west-1.amazonaws.com${path}`],
	[`wss://ssmmessages.eu-west-1.xamazonaws.com${path}`],
	[`wss://ssmmessages-eu-west-1.amazonaws.com${path}`],
	[`wss://ssmmessages.eu-west-2.amazonaws.com${path}`],
	[`wss://ssmmessages.amazonaws.com${path}`],
	[`wss://ssm.eu-west-1.amazonaws.com${path}`],
	[`wss://s3.eu-west-1.amazonaws.com${path}`],
	[`wss://ssmmessages.eu-west-1.amazonaws.com.cn${path}`],
	[`wss://ssmmessages.cn-north-1.amazonaws.com${path}`, 'cn-north-1'],
	[`wss://vpce.ssmmessages.eu-west-1.vpce.amazonaws.com${path}`],
	[`wss://vpce-1.evil.ssmmessages.eu-west-1.vpce.amazonaws.com${path}`],
	[`wss://vpce-1.ssm.eu-west-1.vpce.amazonaws.com${path}`],
	[`wss://vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com.evil.tld${path}`],
	[`wss://${own}${path}#fragment`],
	[`wss://127.0.0.1:4566${path}`],
	[`ws://127.0.0.1:4566${path}`],
	[`ws://127.0.0.1:4567${path}`, 'eu-west-1', 'http://127.0.0.1:4566'],
	[`ws://127.0.0.2:4566${path}`, 'eu-west-1', 'http://127.0.0.1:4566'],
	[`ws://localhost:4566${path}`, 'eu-west-1', 'http://127.0.0.1:4566'],
	[`wss://127.0.0.1:4566${path}`, 'eu-west-1', 'http://127.0.0.1:4566'],
	[`ws://aws.internal.example:8443${path}`, 'eu-west-1', 'https://aws.internal.example:8443'],
	[`wss://aws.internal.example${path}`, 'eu-west-1', 'https://aws.internal.example:8443'],
	[`wss://${own}${path}`, 'eu-west-1', 'https://aws.internal.example:8443'],
	[`wss://user@aws.internal.example:8443${path}`, 'eu-west-1', 'https://aws.internal.example:8443'],
];

test('N1 the table has 60 addresses or more', () => {
	expect(accepted.length + refused.length).toBeGreaterThanOrEqual(60);
});

test.each(accepted.map(named))('N1 accepts $url', ({url, region, endpoint}) => {
	expect(checkStreamUrl(url, {region, endpoint}).pathname).toBe('/v1/data-channel/ana-0123456789abcdef0');
});

test.each(refused.map(named))('N1 refuses $url', ({url, region, endpoint}) => {
	expect(() => checkStreamUrl(url, {region, endpoint})).toThrow(/was refused/);
});

test('N1 a foreign address makes no header and sends no byte', async () => {
	const touched: string[] = [];
	const foreign = createServer(socket => touched.push(String(socket.remotePort)));
	await new Promise<void>(resolve => foreign.listen(0, '127.0.0.1', resolve));
	const {port} = foreign.address() as AddressInfo;
	const aws = await awsFor('http://127.0.0.1:9');
	await expect(aws.stream.signStreamUrl(`ws://127.0.0.1:${port}${path}`)).rejects.toThrow(/was refused/);
	aws.close();
	await new Promise<void>(resolve => foreign.close(() => resolve()));
	expect(touched).toEqual([]);
});
