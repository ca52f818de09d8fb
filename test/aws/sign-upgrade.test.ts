import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {signUpgrade} from '../../src/aws/sign-upgrade.ts';
import {sharedFolder} from '../shared-folder.ts';

const vector = (name: string) =>
	JSON.parse(readFileSync(join(sharedFolder, 'reference', 'ssm-vectors', `${name}.json`), 'utf8'));

test.each([
	'59-sigv4-upgrade-long-term-credentials',
	'60-sigv4-upgrade-cell-number',
	'61-sigv4-upgrade-session-token',
	'62-sigv4-upgrade-session-token-cell-number',
])('golden vector %s is reproduced byte for byte', async name => {
	const {hex, decoded} = vector(name);
	const headers = await signUpgrade({
		url: new URL(decoded.url),
		region: decoded.region,
		credentials: {
			accessKeyId: decoded.accessKeyId,
			secretAccessKey: decoded.secretAccessKey,
			sessionToken: decoded.sessionToken,
		},
		now: Date.UTC(2026, 10, 22, 12),
	});
	const lines = Object.entries(headers)
		.toSorted(([one], [other]) => (one < other ? -1 : 1))
		.map(([key, value]) => `${key}: ${value}\r\n`);
	expect(Buffer.from(lines.join('')).toString('hex')).toBe(hex);
	expect(headers).toEqual(decoded.headers);
});

test('a presigned address gets no header', async () => {
	const url = new URL('wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x?X-Amz-Signature=abc');
	const credentials = {accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x'};
	expect(await signUpgrade({url, region: 'eu-west-1', credentials, now: 0})).toEqual({});
});
