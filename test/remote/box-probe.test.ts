/** What a probe asks, how its answers become facts, and what hostile answers come to. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {probeScript} from '../../src/remote/box-probe.ts';
import type {ProbeWish} from '../../src/remote/box-probe-commands.ts';
import {readProbe} from '../../src/remote/box-probe-facts.ts';
import {type ProbeCheck, probeChecks} from '../../src/remote/box-probe-types.ts';
import {storeAddress, storeTarget} from '../../src/remote/store-target.ts';
import {corpus} from '../hostile/corpus.ts';

const nonce = '0123456789abcdef'.repeat(2);
const wish: ProbeWish = {
	nonce,
	region: 'eu-west-1',
	store: {bucket: 'shop-config', key: 'prod/app.json', isObject: true},
	health: {port: 8080, scheme: 'http', path: '/healthz'},
};
const at = Date.UTC(2026, 10, 22, 12);

const read = (lines: readonly string[]) =>
	readProbe(lines.map(line => `:${nonce}:${line}\n`).join(''), {
		wish,
		askedAt: at,
		answeredAt: at + 2000,
		ports: [8080],
		instance: null,
	});

const factOf = (check: ProbeCheck, lines: readonly string[]) =>
	read([...lines, 'end']).facts.find(fact => fact.check === check);

const rows = (check: string, status: string, text: string) => [
	`${check} ${status}`,
	...text.split('\n').map(line => `${check}| ${line}`),
];

test.each([
	['imds', ['imds curl 200,401'], 'ok', 'IMDSv2 answers, v1 is refused'],
	['imds', ['imds curl 200,200'], 'ok', 'IMDSv2 answers, v1 too'],
	['imds', ['imds python3 404,200'], 'ok', 'IMDSv1 answers; a token is refused (404)'],
	['imds', ['imds curl 000,000'], 'bad', 'metadata does not answer within 3s'],
	['imds', ['imds curl 403,403'], 'bad', 'metadata refuses: 403 to a token, 403 without one'],
	['imds', ['imds none 000,000'], 'unknown', 'neither curl nor python3 on the box'],
	['tags', ['tags curl 404'], 'bad', 'none visible in metadata: switched off, or not there yet'],
	['tags', rows('tags', 'curl 200', 'Name\nstage'), 'ok', '2 visible: Name, stage'],
	['user-data', ['user-data curl 404'], 'ok', 'none'],
	['user-data', rows('user-data', 'curl 200', '189 parses'), 'ok', '188 bytes of JSON'],
	[
		'user-data',
		rows('user-data', 'curl 200', '177 breaks 5 45'),
		'bad',
		'176 bytes that stop being JSON at line 5, column 45',
	],
	['user-data', rows('user-data', 'curl 200', '901 script'), 'ok', '900 bytes, a script'],
	[
		'user-data',
		rows('user-data', 'curl 200', '9 unread'),
		'unknown',
		'8 bytes; neither jq nor python3 on the box to read them as JSON',
	],
	['role', ['role curl 404'], 'bad', 'no role: the instance has no profile'],
	[
		'role',
		rows('role', 'curl 200', 'web Success 2026-11-22T18:00:00Z AB12'),
		'ok',
		'web, credentials until 2026-11-22 18:00 UTC',
	],
	[
		'role',
		rows('role', 'curl 200', 'web Success 2026-11-22T11:00:00Z AB12'),
		'bad',
		'web, credentials ran out 2026-11-22 11:00 UTC',
	],
	[
		'role',
		rows('role', 'curl 200', 'web AssumeRoleUnauthorizedAccess  '),
		'bad',
		'web has no credentials: AssumeRoleUnauthorizedAccess',
	],
	['s3', ['s3 aws 0'], 'ok', "s3://shop-config/prod/app.json answers with the box's own role"],
	[
		's3',
		rows(
			's3',
			'aws 254',
			'An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::1:assumed-role/web/i-1 is not authorized to perform: s3:GetObject on resource: "x"',
		),
		'bad',
		's3://shop-config/prod/app.json is refused: AccessDenied, it may not s3:GetObject',
	],
	[
		's3',
		rows(
			's3',
			'aws 254',
			'An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.',
		),
		'bad',
		's3://shop-config/prod/app.json is not there: NoSuchKey',
	],
	[
		's3',
		rows(
			's3',
			'aws 254',
			'An error occurred (InvalidRange) when calling the GetObject operation: The requested range is not satisfiable',
		),
		'ok',
		"s3://shop-config/prod/app.json answers with the box's own role",
	],
	[
		's3',
		rows(
			's3',
			'aws 255',
			'Connect timeout on endpoint URL: "https://shop-config.s3.eu-west-1.amazonaws.com/"',
		),
		'bad',
		's3://shop-config/prod/app.json cannot be reached',
	],
	['s3', ['s3 aws 124'], 'bad', 's3://shop-config/prod/app.json cannot be reached'],
	['s3', ['s3 curl 206'], 'ok', "s3://shop-config/prod/app.json answers with the box's own role"],
	[
		's3',
		rows('s3', 'curl 403', 'AccessDenied There were headers present in the request which were not signed'),
		'unknown',
		'AccessDenied There were headers present in the request which were not signed',
	],
	[
		's3',
		rows('s3', 'curl 403', 'SignatureDoesNotMatch The request signature we calculated does not match'),
		'unknown',
		'SignatureDoesNotMatch The request signature we calculated does not match',
	],
	[
		'dns',
		rows('dns', 'getent 0', '52.218.21.50  s3.eu-west-1.amazonaws.com'),
		'ok',
		's3.eu-west-1.amazonaws.com resolves',
	],
	['dns', ['dns getent 2'], 'bad', 's3.eu-west-1.amazonaws.com does not resolve'],
	['dns', ['dns getent 124'], 'bad', 'no answer for s3.eu-west-1.amazonaws.com in 10s'],
	[
		'dns',
		rows('dns', 'nslookup 0', 'Server: 10.0.0.2\nAddress: 10.0.0.2:53\n\nName: s3\nAddress: 52.218.21.50'),
		'ok',
		's3.eu-west-1.amazonaws.com resolves',
	],
	[
		'disk',
		rows(
			'disk',
			'df 0',
			'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/xvda1 8000000 2400000 5600000 31% /\nsome share 100 100 0 100% /var',
		),
		'bad',
		'/var 100% used, 0 KiB free',
	],
	['disk', ['disk df 1'], 'unknown', 'df gave no answer that can be read'],
	[
		'memory',
		rows(
			'memory',
			'cat 0',
			'MemTotal:        1999116 kB\nMemFree:          80000 kB\nMemAvailable:     419840 kB',
		),
		'ok',
		'410 MiB free of 1.9 GiB',
	],
	[
		'memory',
		rows('memory', 'cat 0', 'MemTotal:        1999116 kB\nMemFree:           9000 kB'),
		'bad',
		'9 MiB free of 1.9 GiB',
	],
	['health', ['health curl 503,0'], 'bad', 'the box itself gets 503'],
	['health', ['health curl 000,7'], 'bad', 'the box itself is refused a connection'],
] as const)('%s: %j is %s, %s', (check, lines, state, text) => {
	expect(factOf(check, lines)).toMatchObject({state, text});
});

const now = (seconds: number) => rows('now', 'date 0', `${at / 1000 + seconds} 420.11 800.00`);
const tracking = (text: string) =>
	rows(
		'clock',
		'chronyc 0',
		`Stratum         : 4\nSystem time     : ${text} of NTP time\nLeap status     : Normal`,
	);

test.each([
	[[...tracking('0.018412 seconds slow'), ...now(1)], 'ok', '0.02s off'],
	[[...tracking('71.5 seconds fast'), ...now(1)], 'bad', '71.50s off'],
	[[...tracking('0.000001 seconds fast'), ...now(-1200)], 'bad', '1199s slow against AWS'],
	[['clock date 0', ...now(902)], 'bad', '900s fast against AWS'],
	[['clock timedatectl 1', ...now(0)], 'ok', 'within 3s of AWS'],
	[['clock date 0'], 'unknown', 'the box did not say what time it is'],
])('a clock: %j is %s, %s', (lines, state, text) => {
	expect(factOf('clock', lines)).toMatchObject({state, text});
});

test('sockets are read from ss and from the tables of the kernel alike', () => {
	const head = 'State  Recv-Q Send-Q Local Address:Port Peer Address:Port';
	const ss = read(
		rows(
			'ports',
			'ss 0',
			`${head}\nLISTEN 0 128 127.0.0.53%lo:53 0.0.0.0:*\nLISTEN 0 4096 *:8080 *:* \nLISTEN 0 1 [::1]:25 [::]:*`,
		),
	);
	expect(ss.listening).toEqual([
		{address: '127.0.0.53', port: 53},
		{address: '::', port: 8080},
		{address: '::1', port: 25},
	]);
	const table = '  sl  local_address rem_address   st tx_queue';
	const kernel = read(
		rows(
			'ports',
			'cat 0',
			`${table}\n   0: 0100007F:1F90 00000000:0000 0A 0:0\n   1: 0100007F:0016 0100007F:C000 01 0:0\n${table}\n   0: 0000000000000000FFFF00000100007F:0035 00000000000000000000000000000000:0000 0A 0:0\n   1: 00000000000000000000000001000000:0019 00000000000000000000000000000000:0000 0A 0:0`,
		),
	);
	expect(kernel.listening).toEqual([
		{address: '127.0.0.1', port: 8080},
		{address: '127.0.0.1', port: 53},
		{address: '::1', port: 25},
	]);
	expect(kernel.facts.find(({check}) => check === 'ports')?.text).toBe('8080 is open on 127.0.0.1 only');
});

test('nothing is said to be missing where the list of sockets was cut, or is no list', () => {
	const head = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port';
	const many = Array.from({length: 500}, (_, index) => `LISTEN 0 1 0.0.0.0:${index + 1} 0.0.0.0:*`);
	for (const text of [`${head}\n${many.join('\n')}`, 'ss: command failed', ''])
		expect(factOf('ports', rows('ports', 'ss 0', text))).toMatchObject({state: 'unknown'});
	expect(factOf('ports', ['ports ss 127'])?.state).toBe('unknown');
});

test('a box that answers in part is judged in part', () => {
	const {facts, uptimeSeconds} = read(['imds curl 200,401']);
	expect(facts.map(({state}) => state)).toEqual(['ok', ...facts.slice(1).map(() => 'unknown')]);
	expect(facts.find(({check}) => check === 'disk')?.text).toBe('the box did not answer to the end');
	expect(uptimeSeconds).toBeNull();
});

test('Q6 the markers of another probe, and marker text without ours, are no answer', () => {
	const text = [
		`:${'f'.repeat(32)}:disk df 0`,
		':disk df 0',
		`x:${nonce}:disk df 0`,
		`:${nonce}:disk df 0 0`,
	];
	const {facts} = readProbe(text.join('\n'), {wish, askedAt: at, answeredAt: at, ports: [], instance: null});
	expect(facts.every(({state}) => state === 'unknown')).toBe(true);
});

test('the first answer to a question counts', () => {
	expect(factOf('imds', ['imds curl 000,000', 'imds curl 200,401'])?.state).toBe('bad');
});

test('T1 T9 hostile answers make facts of the known checks, and commands of our own alone', () => {
	const tools = [
		'curl',
		'wget',
		'aws',
		'ss',
		'df',
		'cat',
		'getent',
		'nslookup',
		'chronyc',
		'timedatectl',
		'date',
	];
	const ours = new Set(
		tools.flatMap(tool =>
			read(probeChecks.map(check => `${check} ${tool} 0`)).facts.map(({command}) => command),
		),
	);
	for (const {name, text} of corpus)
		for (const tool of tools) {
			const lines = probeChecks.flatMap(check => [
				...rows(check, `${tool} 0`, text),
				`${check} ${text} 0`,
				`${text} ${tool} 0`,
			]);
			const probe = read(lines);
			expect(
				probe.facts.map(({check}) => check),
				name,
			).toEqual([...probeChecks]);
			for (const {command} of probe.facts) expect(ours.has(command), name).toBe(true);
		}
});

test('a hostile reply cannot give a role, a mount or an expiry that is none', () => {
	for (const {text} of corpus) {
		expect(
			factOf('role', rows('role', 'curl 200', `${text} Success 2026-11-22T18:00:00Z AB12`))?.value['role'] ??
				'none',
		).toMatch(/^[\w+=,.@-]{1,64}$/);
		const mount = factOf('disk', rows('disk', 'df 0', `/dev/x 1 1 1 7% ${text}`))?.value['mount'] ?? '/';
		expect(mount).toMatch(/^\/\S{0,200}$/);
	}
});

test('T9 an address of S3 has the grammar of buckets and keys, or is none', () => {
	expect(storeTarget('s3://shop-config/prod/')).toEqual({
		bucket: 'shop-config',
		key: 'prod/',
		isObject: false,
	});
	expect(storeTarget('s3://shop-config')?.isObject).toBe(false);
	expect(storeAddress({bucket: 'a-b', key: 'c/d', isObject: true})).toBe('s3://a-b/c/d');
	for (const bad of [
		's3://a..b/x',
		's3://-ab/x',
		's3://ab/$(x)',
		's3://abc/a b',
		's3://abc/-rf',
		'http://abc/x',
		's3://AB/x',
		's3://abc/{{ssm:x}}',
	])
		expect(storeTarget(bad), bad).toBeNull();
	for (const {text} of corpus) {
		const target = storeTarget(`s3://shop-config/${text}`);
		if (target !== null) expect(probeScript({...wish, store: target})).not.toContain('{{');
	}
});

test('a marker, region or path that could be more than one is refused', () => {
	for (const bad of [
		{...wish, nonce: 'x'},
		{...wish, region: 'eu-west-1; id'},
		{...wish, health: {port: 8080, scheme: 'http' as const, path: "/'; id #"}},
		{...wish, health: {port: 0, scheme: 'http' as const, path: '/'}},
	])
		expect(() => probeScript(bad)).toThrow(/not of the right form/);
});

/** Programs of this machine that change nothing and ask nobody; everything else is a player. */
const plain = ['sh', 'sed', 'cat', 'wc', 'date', 'timeout', 'head', 'env'];
const canary = {
	key: 'ASIACANARY0123456789',
	secret: 'canarySecret/abcdefghijklmnopqrstuvwxyz0',
	token: 'CANARYTOKEN==',
};

/** A folder of players that write down what they are given; those that are named exist. */
const playersOf = (names: readonly string[]) => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-probe-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	for (const name of plain) {
		const found = ['/bin', '/usr/bin'].map(place => join(place, name)).find(path => existsSync(path));
		if (found !== undefined) symlinkSync(found, join(folder, name));
	}
	const argv = join(folder, 'argv.log');
	writeFileSync(argv, '');
	const credentials = JSON.stringify(
		{
			Code: 'Success',
			AccessKeyId: canary.key,
			SecretAccessKey: canary.secret,
			Token: canary.token,
			Expiration: '2026-11-22T18:00:00Z',
		},
		null,
		2,
	);
	const answer = `case "$*" in
*api/token*) printf TOKENCANARY ;;
*security-credentials/web*) cat ${folder}/credentials ;;
*security-credentials/*) printf web ;;
*user-data*) printf '{"password": "USERDATACANARY"}' ;;
*meta-data/*) printf 10.0.0.9 ;;
esac`;
	writeFileSync(join(folder, 'credentials'), credentials);
	const scripts: Readonly<Record<string, string>> = {
		curl: `cat >>${folder}/stdin.log\n${answer}\ncase "$*" in *http_code*|*import*) printf '\\n200' ;; esac`,
		python3: `cat >>${folder}/stdin.log\n${answer}\nprintf '\\n200'`,
		aws: 'exit 0',
		jq: 'cat >/dev/null',
	};
	for (const name of names)
		writeFileSync(
			join(folder, name),
			`#!/bin/sh\nprintf '%s %s\\n' "\${0##*/}" "$*" >>${argv}\n${scripts[name] ?? 'exit 1'}\n`,
			{mode: 0o755},
		);
	return {
		folder,
		argv: () => readFileSync(argv, 'utf8'),
		stdin: () => readFileSync(join(folder, 'stdin.log'), 'utf8'),
	};
};

test.each([
	['the AWS CLI', ['curl', 'aws', 'jq']],
	['a curl that signs', ['curl', 'jq']],
	['python3', ['python3', 'aws', 'jq']],
])('S7 S8 with %s no key, token or user data stands in an argument or an answer', (_name, names) => {
	const players = playersOf(names);
	for (const shell of ['dash', 'bash', 'busybox'].filter(one => existsSync(join('/bin', one)))) {
		const args = shell === 'busybox' ? ['sh', '-c'] : ['-c'];
		const {stdout, stderr, status} = spawnSync(join('/bin', shell), [...args, probeScript(wish)], {
			env: {PATH: players.folder},
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		expect({stderr, status}).toEqual({stderr: '', status: 0});
		const probe = readProbe(stdout, {wish, askedAt: at, answeredAt: at, ports: [], instance: null});
		expect(probe.facts.find(({check}) => check === 'role')?.value).toMatchObject({
			role: 'web',
			keyEnds: '6789',
		});
		expect(probe.facts.find(({check}) => check === 's3')?.state).toBe('ok');
		expect(probe.facts.find(({check}) => check === 'user-data')?.text).toBe('30 bytes of JSON');
		for (const text of [stdout, players.argv()]) expect(text).not.toMatch(/CANARY|canarySecret/);
	}
	expect(players.stdin()).toContain('TOKENCANARY');
});

test('on a box with nothing but sh and sed every check says what is missing', () => {
	const {folder} = playersOf([]);
	const {stdout, status} = spawnSync('/bin/sh', ['-c', probeScript(wish)], {
		env: {PATH: folder},
		encoding: 'utf8',
	});
	expect(status).toBe(0);
	const {facts} = readProbe(stdout, {wish, askedAt: at, answeredAt: at, ports: [8080], instance: null});
	const texts = new Map(facts.map(({check, text}) => [check, text]));
	expect(texts.get('imds')).toBe('neither curl nor python3 on the box');
	expect(texts.get('dns')).toBe('neither getent nor nslookup on the box');
	expect(texts.get('health')).toBe('no curl on the box, or it does not know its own address');
	expect(texts.get('disk')).toBe('df gave no answer that can be read');
});
