import {expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {createRedactor, mask} from '../../src/base/redact.ts';
import {secretPatterns} from '../../src/base/redact-patterns.ts';
import {createStreamRedactor} from '../../src/base/redact-stream.ts';
import {hostile, shown} from '../../src/base/terminal-text.ts';

const {redact, ranges} = createRedactor();

/** A secret of each kind, put together here so that no scanner takes this file for a leak. */
const key = `AKIA${'IOSFODNN7'}EXAMPLE`;
const secret = `wJalrXUtnFEMI/K7MDENG/${'bPxRfiCY'}EXAMPLEKEY`;
const token = `IQoJb3JpZ2luX2VjE${'JXxQh0sC0ZQ3pqk'.repeat(6)}`;
const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P`;
const pemBody = 'MIIEpAIBAAKCAQEA7bq4dYpUJ4o1xQeBmQ9s\nq1t0Pz9oD3bqkQ5vY2dEw4Qm\n';
const pem = `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${pemBody}-----END RSA ${'PRIVATE'} KEY-----`;

test.each([
	['access key id', `user ${key} denied`, key],
	['secret key in a file', `aws_secret_access_key = ${secret}`, secret],
	['secret key in the environment', `AWS_SECRET_ACCESS_KEY=${secret} run`, secret],
	['secret key in JSON', `{"SecretAccessKey" : "${secret}","x":1}`, secret],
	['session token', `x-amz-security-token: ${token}`, token],
	['session token alone', `got ${token}`, token],
	['bearer', 'Authorization: Bearer abcDEF123456.xyz', 'abcDEF123456.xyz'],
	['basic', 'authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
	['password in an assignment', 'connect password=hunter2 host=db', 'hunter2'],
	['password with quotes', `password: "hunter 2; yes"`, 'hunter 2; yes'],
	['password with single quotes', `DB_PASSWORD='hun"ter2'`, 'hun"ter2'],
	['password in YAML', 'db_password: hunter2', 'hunter2'],
	['password as an option', 'mysql --password hunter2 -h db', 'hunter2'],
	['password in a URL', 'postgres://app:hunter2@db:5432/x', 'hunter2'],
	['token in a query', 'GET /x?access_token=abc123def456&y=1', 'abc123def456'],
	['signed URL', 'https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789abcdef&x=1', '0123456789abcdef'],
	['JSON web token', `got ${jwt} back`, jwt],
	['private key', `key ${pem} end`, pemBody],
	['GitHub token', `clone with ghp_${'a1B2'.repeat(9)}`, 'a1B2a1B2'],
])('S5 masks a %s', (_name, text, hidden) => {
	const masked = redact(text);
	expect(masked).toContain(mask);
	expect(masked).not.toContain(hidden);
});

test.each([
	'token: expired',
	'Failed to get session token: connection refused',
	'pam_unix(sudo:session): session opened for user root(uid=0) by (uid=0)',
	'Reached target Remote Encrypted Volumes.',
	'New session 3 of user ubuntu.',
	'Starting systemd-ask-password-console.path - Dispatch Password Requests to Console Directory Watch...',
	'fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden',
	's3://bucket/path/to/key: AccessDenied',
	'key not found',
	'/usr/lib/systemd/system-generators/systemd-fstab-generator',
])('leaves prose alone: %s', text => {
	expect(redact(text)).toBe(text);
});

const line = `start ${key} password=hunter2-canary end`;
const forms: readonly (readonly [string, string])[] = [
	['as it is', line],
	['in colour', line.replace('hunter2', 'hun\u001b[1mter2').replace('AKIA', 'AK\u001b[0mIA')],
	['with zero-width characters', line.replace('hunter2', 'hunt\u200ber2').replace('AKIA', 'AKI\u200bA')],
	['as JSON in JSON', JSON.stringify(JSON.stringify({password: 'hunter2-canary', id: key}))],
	['with escaped letters', `{"p\\u0061ssword":"hunter2-canary","id":"\\u0041KIA${key.slice(4)}"}`],
	['in a URL', `callback?next=${encodeURIComponent(`https://x/?password=hunter2-canary&id=${key}`)}`],
	['in base64', `payload ${Buffer.from(line).toString('base64')} sent`],
	['in base64 for URLs', `payload=${Buffer.from(line).toString('base64url')} sent`],
	['in base64, shifted', `payloadX${Buffer.from(line).toString('base64')}`],
];

/** Everything a reader could make of a text. */
const readings = (text: string) => {
	const plain = text.replace(/\u001b\[[0-9;]*m|\u200b|·/g, '');
	const percent = plain.replace(/%([0-9A-F]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	const json = plain
		.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
		.replaceAll('\\', '');
	const base64 = Array.from(plain.matchAll(/[A-Za-z0-9+/_-]{16,}/g), ([run]) =>
		[0, 1, 2, 3].map(shift => Buffer.from(run.slice(shift), 'base64').toString('latin1')).join(' '),
	);
	return [plain, percent, json, ...base64].join('\n');
};

test.each(forms)('S5 a canary %s is absent from what is shown', (_name, text) => {
	const seen = readings(shown(hostile(text)));
	expect(seen).not.toContain(key);
	expect(seen).not.toContain('hunter2-canary');
});

test.each(forms.filter(([name]) => !/colour|zero/.test(name)))(
	'S5 a canary %s, cut by a border at every character, is absent from both pieces',
	(_name, text) => {
		for (let at = 1; at < text.length; at++) {
			const stream = createStreamRedactor(createRedactor());
			const first = stream.push('1', text.slice(0, at), true);
			const second = stream.push('1', text.slice(at), false);
			for (const seen of [readings(first), readings(second), readings(first + second)]) {
				expect(seen).not.toContain(key);
				expect(seen).not.toContain('hunter2-canary');
			}
		}
	},
);

test('nothing of a cut line is lost', () => {
	const stream = createStreamRedactor(createRedactor());
	const text = 'one two three four five';
	const pieces = [text.slice(0, 6), text.slice(6, 15), text.slice(15)];
	const out = pieces.map((piece, index) => stream.push('a', piece, index < 2));
	expect(out.join('')).toBe(text);
	expect(stream.push('a', 'half a li', true) + stream.flush('a')).toBe('half a li');
});

test('S5 a private key over many lines shows none of them, and ends', () => {
	const stream = createStreamRedactor(createRedactor());
	const out = pem.split('\n').map(each => stream.push('7', each));
	expect(out.join('\n')).not.toContain('MIIE');
	expect(out.join('\n')).not.toContain('q1t0');
	expect(stream.push('8', 'another stream')).toBe('another stream');
	expect(stream.push('7', 'next line')).toBe('next line');
	const endless = createStreamRedactor(createRedactor());
	endless.push('7', `-----BEGIN ${'PRIVATE'} KEY-----`);
	const after = Array.from({length: 201}, () => endless.push('7', 'body'));
	expect(after.at(199)).toBe(mask);
	expect(after.at(200)).toBe('body');
});

test('S5 shown masks too, and the mask stays one mask', () => {
	expect(shown(hostile('pass\u001b[1mword=hun\u200bter2 x'))).toBe('pass·word=[redacted] x');
	expect(redact(redact(line))).toBe(redact(line));
});

test('own patterns mask their whole match; a bad one is refused', () => {
	const own = createRedactor(['ACME-[0-9]{4}']);
	expect(own.redact('id ACME-1234 x')).toBe('id [redacted] x');
	expect(() => createRedactor(['('])).toThrow(UnflapError);
	expect(() => createRedactor(['x*'])).toThrow(UnflapError);
});

test('ranges are ascending and apart', () => {
	const found = ranges(`${key} password=${key} token="${jwt}" ${key}`);
	for (const [index, [start, end]] of found.entries()) {
		expect(start).toBeLessThan(end);
		expect(start).toBeGreaterThanOrEqual(found[index - 1]?.[1] ?? 0);
	}
});

test('X3 built-in patterns have a bound on every repetition', () => {
	for (const {pattern} of secretPatterns) expect(pattern.source).not.toMatch(/[^\\][*+](?![^[]*\])|\{\d+,\}/);
});
