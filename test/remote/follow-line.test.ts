import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {FollowLine} from '../../src/remote/follow-line.ts';
import {followCommand, followScript} from '../../src/remote/follow-line.ts';
import {corpus} from '../hostile/corpus.ts';

const nonce = '0123456789abcdef0123456789abcdef';
const boot = '5990577a209f45ceaef8888e4a37c59e';
const cursor = `s=625f2f54a721434c963044702dd9ec5a;i=2db;b=${boot};m=9671a39;t=660e1ff0bf227;x=61393be13c3c4b97`;
const usual: FollowLine = {nonce, boot: 'running', cursor: null, follow: true, unitStates: true};
const variants: readonly FollowLine[] = [
	usual,
	{...usual, cursor},
	{...usual, unitStates: false},
	{...usual, follow: false},
	{...usual, follow: false, boot},
	{...usual, follow: false, boot: '-1', unitStates: false},
];
const shells = ['dash', 'bash', 'busybox'].filter(
	shell => spawnSync(shell, shell === 'busybox' ? ['sh', '-c', ':'] : ['-c', ':']).status === 0,
);

let folder = '';
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'unflap-players-'));
	// A player records its arguments, one a line, and says what it is told to say.
	const player = (name: string, body: string) => {
		writeFileSync(
			join(folder, name),
			`#!/bin/sh\nfor a; do printf '%s\\n' "${name} $a" >>"$RECORD"; done\n${body}\n`,
		);
		chmodSync(join(folder, name), 0o755);
	};
	player(
		'journalctl',
		`case "$*" in *--version*) echo "systemd $SYSTEMD (x)" ;; *"-n 1"*) tail -n 1 "$JOURNAL" ;; *" -f "*) echo live ;; *) cat "$JOURNAL" ;; esac`,
	);
	player(
		'systemctl',
		'case "$1" in list-units) cat "$UNITS" ;; *) echo Id=a.service; if [ "$FAILS" = yes ]; then exit 1; fi ;; esac',
	);
	player('sudo', 'if [ "$SUDO" = no ]; then exit 1; fi; shift; exec "$@"');
});
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

type Played = {readonly stdout: string; readonly stderr: string; readonly argv: readonly string[]};

const play = (
	line: FollowLine,
	{
		shell = 'dash',
		journal = '',
		units = '',
		systemd = '252',
		uid = '0',
		sudo = 'yes',
		without = [] as string[],
		systemctlFails = false,
	} = {},
): Played => {
	const files = {
		record: join(folder, 'record'),
		journal: join(folder, 'journal'),
		units: join(folder, 'units'),
	};
	writeFileSync(files.record, '');
	writeFileSync(files.journal, journal);
	writeFileSync(files.units, units);
	const bin = mkdtempSync(join(folder, 'bin-'));
	for (const tool of ['sed', 'gzip', 'base64', 'cat', 'nice', 'tail', 'printf', 'sleep', 'sh', 'true'])
		if (!without.includes(tool))
			execFileSync('ln', ['-s', execFileSync('which', [tool]).toString().trim(), join(bin, tool)]);
	writeFileSync(join(bin, 'id'), `#!/bin/sh\nif [ "$1" = -u ]; then echo ${uid}; else echo ssm-user; fi\n`);
	chmodSync(join(bin, 'id'), 0o755);
	const path = execFileSync('which', [shell]).toString().trim();
	const result = spawnSync(path, [...(shell === 'busybox' ? ['sh'] : []), '-c', followScript(line)], {
		env: {
			PATH: `${folder}:${bin}`,
			RECORD: files.record,
			JOURNAL: files.journal,
			UNITS: files.units,
			SYSTEMD: systemd,
			SUDO: sudo,
			FAILS: systemctlFails ? 'yes' : 'no',
		},
		timeout: 20_000,
	});
	return {
		stdout: result.stdout.toString(),
		stderr: result.stderr.toString(),
		argv: readFileSync(files.record, 'utf8').split('\n').filter(Boolean),
	};
};

describe('the follow line', () => {
	test.each(shells.flatMap(shell => variants.map((line, index) => ({shell, line, index}))))(
		'is POSIX sh in each variant: $shell $index',
		({shell, line}) => {
			const args = shell === 'busybox' ? ['sh', '-n', '-c'] : ['-n', '-c'];
			expect(spawnSync(shell, [...args, followScript(line)]).stderr.toString()).toBe('');
			expect(followCommand(line).startsWith("sh -c '")).toBe(true);
			expect(followScript(line)).not.toContain('{{');
		},
	);

	test.each(shells)('goes on at the last entry of the backlog, inclusive, under %s', shell => {
		const entry = (number: number) =>
			`{"__CURSOR":"${cursor.replace('i=2db', `i=${number}`)}","MESSAGE":"line ${number} \\"__CURSOR\\":\\"x\\""}`;
		const {stdout, argv} = play(
			{...usual, unitStates: false},
			{shell, journal: `${entry(1)}\n${entry(2)}\n`, without: ['gzip']},
		);
		const lines = stdout.trimEnd().split('\n');
		expect(lines[0]).toContain(`:${nonce}:probe version=252 uid=0`);
		expect(lines.slice(1)).toEqual([
			`:${nonce}:backlog plain`,
			'{"MESSAGE":"line 1 \\"__CURSOR\\":\\"x\\""}',
			entry(2),
			`:${nonce}:live ${cursor.replace('i=2db', 'i=2')}`,
			'live',
		]);
		expect(argv.at(-1)).toBe(`journalctl --cursor=${cursor.replace('i=2db', 'i=2')}`);
	});

	test('asks older systemd for whole entries and uses sudo where it may', () => {
		const old = play({...usual, unitStates: false}, {systemd: '219', uid: '1001'});
		expect(old.argv.join('\n')).not.toContain('--output-fields');
		expect(old.stdout).toContain('uid=1001 sudo=sudo -n groups=ssm-user');
		expect(old.argv).toContain('sudo nice');
		const refused = play({...usual, unitStates: false}, {uid: '1001', sudo: 'no'});
		expect(refused.stdout).toContain('sudo= groups=ssm-user');
		expect(refused.argv).not.toContain('sudo nice');
	});

	test('asks for units one by one when systemctl stops in the middle of a list', () => {
		const {argv} = play(
			{...usual, follow: false},
			{units: 'a.service loaded active\nb.service loaded active\n', systemctlFails: true},
		);
		const asked = argv.filter(word => /^systemctl [ab]\.service$/.test(word));
		expect(asked).toEqual([
			'systemctl a.service',
			'systemctl b.service',
			'systemctl a.service',
			'systemctl b.service',
		]);
	});

	test('Q2 every value stands glued to its option or behind --, and no unexpected option arrives', () => {
		const {argv} = play(
			{...usual, follow: false},
			{units: '-.service loaded active\n--help.service loaded active\na@b\\x2d.service loaded failed\n'},
		);
		const options = new Set(argv.filter(word => / -/.test(word)).map(word => word.replace(/=.*/s, '')));
		const known = [
			'--version --no-pager -q -a -o --boot -n --output-fields -f --no-tail --cursor'
				.split(' ')
				.map(x => `journalctl ${x}`),
			'--all --full --plain --no-legend --no-pager --type -p --'.split(' ').map(x => `systemctl ${x}`),
		].flat();
		const afterDashes = argv
			.slice(argv.indexOf('systemctl --') + 1)
			.filter(word => word.startsWith('systemctl '));
		expect(afterDashes).toEqual([
			'systemctl -.service',
			'systemctl --help.service',
			'systemctl a@b\\x2d.service',
		]);
		for (const option of options) if (!afterDashes.includes(option)) expect(known).toContain(option);
	});

	test('Q3 names with globs are never asked for', () => {
		const {argv} = play(
			{...usual, follow: false},
			{units: 'web*.service loaded active\na[b].service loaded\nfoo.service loaded\n'},
		);
		const asked = argv.slice(argv.indexOf('systemctl --') + 1).filter(word => word.startsWith('systemctl '));
		expect(asked).toEqual(['systemctl foo.service']);
	});

	test.each(corpus)('Q5 a cursor or boot id from outside never reaches the line: $name', ({text}) => {
		expect(() => followScript({...usual, cursor: `${text} `})).toThrow('not of the right form');
		expect(() => followScript({...usual, follow: false, boot: text})).toThrow('not of the right form');
	});

	test('Q5 a hostile cursor in the journal changes nothing of the line', () => {
		const hostile = '{"__CURSOR":"s=1;$(touch canary)","MESSAGE":"x"}';
		const {stdout, argv} = play({...usual, unitStates: false}, {journal: `${hostile}\n`});
		expect(stdout).toContain(`:${nonce}:live \nlive`);
		expect(argv.filter(word => word.includes('--cursor'))).toEqual([]);
	});
});
