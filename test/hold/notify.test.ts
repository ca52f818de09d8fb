import {execFileSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {childEnvironment} from '../../src/hold/child-environment.ts';
import {createNotifier, type NotifierOptions} from '../../src/hold/notify.ts';
import type {HoldEvent, HoldOutcome, HoldSession, HoldView} from '../../src/hold/types.ts';
import {corpus} from '../hostile/corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'unflap-notify-'));
afterAll(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}));

const names = [
	'UNFLAP_EVENT',
	'UNFLAP_GROUP',
	'UNFLAP_HOLD_ID',
	'UNFLAP_REGION',
	'UNFLAP_UNTIL',
	'UNFLAP_FUSE_UNTIL',
	'UNFLAP_PROCESSES',
	'UNFLAP_INSTANCE_ID',
	'UNFLAP_PRIVATE_IP',
	'UNFLAP_AVAILABILITY_ZONE',
	'UNFLAP_LIFECYCLE_STATE',
	'UNFLAP_INSTANCE_TYPE',
	'UNFLAP_HOOK',
	'UNFLAP_OWNER',
	'UNFLAP_REASON',
	'UNFLAP_MESSAGE',
] as const;

const nasty = [
	...corpus.map(({text}) => text),
	'said "no"\nand left',
	"it's $(touch /canary) `id`",
	'a\0b',
	'LD_PRELOAD=/evil.so',
	'x'.repeat(10_000),
];

test('M1 each variable is one printable line of a fixed name, whatever was said', () => {
	for (const text of nasty) {
		const facts = Object.fromEntries(names.map(name => [name, text]));
		const made = childEnvironment({PATH: '/bin'}, facts);
		expect(Object.keys(made).toSorted()).toEqual(['PATH', ...names].toSorted());
		for (const name of names) expect(made[name]).toMatch(/^[ -!#%&(-[\]-_a-~]{0,700}$/);
		expect(made['UNFLAP_REASON']?.length).toBeLessThanOrEqual(200);
	}
});

test('M1 a group name is passed on exactly or not at all', () => {
	const groupOf = (group: string) => childEnvironment({}, {UNFLAP_GROUP: group})['UNFLAP_GROUP'];
	expect(groupOf('web asg/1:[blue]')).toBe('web asg/1:[blue]');
	expect(groupOf('web-prod\u200b')).toBe('');
	expect(groupOf("web'; rm -rf /")).toBe('');
});

test('M1 a variable left over from a hold around this one is emptied', () => {
	expect(childEnvironment({UNFLAP_REASON: 'old'}, {})['UNFLAP_REASON']).toBe('');
});

test('S6 a secret in a reason does not reach the command', () => {
	const made = childEnvironment({}, {UNFLAP_REASON: 'key AKIAIOSFODNN7EXAMPLE leaked'});
	expect(made['UNFLAP_REASON']).not.toContain('AKIAIOSFODNN7EXAMPLE');
});

const view: HoldView = {
	holdId: '7f3a90c1',
	group: 'web',
	phase: 'held',
	owner: 'ana@lap7',
	others: [],
	since: Date.UTC(2026, 10, 22, 12),
	until: Date.UTC(2026, 10, 22, 13),
	totalSeconds: 3600,
	wanted: ['Terminate'],
	baseline: [],
	covered: [],
	notCovered: [],
	net: {
		kind: 'fuse',
		executionId: '4a9c',
		deadline: Date.UTC(2026, 10, 22, 12, 30),
		status: 'InProgress',
		asYouUntil: null,
	},
	adopted: [],
	warnings: [],
	outcome: null,
	question: null,
	renews: true,
};

const fakeSession = () => {
	const listeners: ((event: HoldEvent) => void)[] = [];
	const done = Promise.withResolvers<HoldOutcome>();
	const session: HoldSession = {
		view: () => view,
		subscribe: () => () => undefined,
		onEvent: listener => listeners.push(listener),
		settled: Promise.resolve(view),
		extend: () => undefined,
		releasePreview: () => Promise.reject(new Error('not here')),
		release: () => done.promise,
		answer: () => undefined,
		renewals: () => undefined,
		handOver: () => ({kind: 'incomplete', still: [], command: '', guardian: false}),
		linger: () => done.promise,
		done: done.promise,
		accompany: () => Promise.resolve(),
	};
	return {
		session,
		emit: (event: HoldEvent) => {
			for (const listener of listeners) listener(event);
		},
		end: () => done.resolve({kind: 'refused', message: 'over', next: [], clean: true}),
	};
};

const script = (name: string, text: string) => {
	const path = join(folder, name);
	writeFileSync(path, text);
	chmodSync(path, 0o700);
	return path;
};

const noted = script(
	'note',
	`#!/bin/sh\nenv > ${folder}/env.$UNFLAP_EVENT\nls /proc/self/fd > ${folder}/fds.$UNFLAP_EVENT\n`,
);

const notifier = (options: Partial<NotifierOptions> = {}) => {
	const warnings: string[] = [];
	const made = createNotifier({
		command: [noted],
		environment: {PATH: process.env['PATH']},
		region: 'eu-west-1',
		clock: {now: () => view.since ?? 0, rate: 1},
		processClock: createProcessClock(),
		warn: message => warnings.push(message),
		...options,
	});
	return {...made, warnings};
};

const until = async (isSo: () => boolean) => {
	while (!isSo()) await new Promise(resolve => setTimeout(resolve, 10));
};

const held: HoldEvent = {
	event: 'held',
	holdId: '7f3a90c1',
	group: 'web',
	suspended: ['Terminate'],
	baseline: [],
	until: '2026-11-22T13:00:00.000Z',
};

test('the command is told of held, repaired, a fuse that ran, and the release', async () => {
	const {watch, settled, warnings} = notifier();
	const {session, emit, end} = fakeSession();
	watch(session, 'boot "fails"\nsince v43');
	emit(held);
	emit({event: 'renewed', until: '2026-11-22T13:00:00.000Z'});
	emit({event: 'repaired', processes: ['Terminate'], message: 'somebody resumed Terminate'});
	emit({event: 'fuse-fired', executionId: '4a9c'});
	emit({event: 'released', resumed: ['Terminate'], left: [], verified: true, seconds: 9});
	end();
	const events = ['held', 'repaired', 'fuse-fired', 'released'];
	await until(() => events.every(event => readdirSync(folder).includes(`fds.${event}`)));
	await settled();
	expect(warnings).toEqual([]);
	expect(
		readdirSync(folder)
			.filter(name => name.startsWith('env.'))
			.toSorted(),
	).toEqual(events.map(event => `env.${event}`).toSorted());
	const said = readFileSync(join(folder, 'env.held'), 'utf8').split('\n');
	expect(said).toEqual(
		expect.arrayContaining([
			'UNFLAP_EVENT=held',
			'UNFLAP_GROUP=web',
			'UNFLAP_HOLD_ID=7f3a90c1',
			'UNFLAP_REGION=eu-west-1',
			'UNFLAP_OWNER=ana@lap7',
			'UNFLAP_REASON=boot .fails. since v43',
			'UNFLAP_PROCESSES=Terminate',
			'UNFLAP_UNTIL=2026-11-22T13:00:00.000Z',
			'UNFLAP_FUSE_UNTIL=2026-11-22T12:30:00.000Z',
		]),
	);
});

test('M1 the command is told of a caught box that needs eyes, in the words of its unit made harmless', async () => {
	const {say, settled} = notifier();
	say('unit-failed', {
		UNFLAP_GROUP: 'web',
		UNFLAP_INSTANCE_ID: 'i-0123456789abcdef0',
		UNFLAP_MESSAGE: 'a.service: "$(reboot)"\n\u001b[2J',
	});
	await until(() => readdirSync(folder).includes('fds.unit-failed'));
	await settled();
	const said = readFileSync(join(folder, 'env.unit-failed'), 'utf8').split('\n');
	expect(said).toEqual(
		expect.arrayContaining([
			'UNFLAP_EVENT=unit-failed',
			'UNFLAP_REGION=eu-west-1',
			'UNFLAP_INSTANCE_ID=i-0123456789abcdef0',
		]),
	);
	expect(said.find(line => line.startsWith('UNFLAP_MESSAGE='))).toMatch(/^[ -!#%&(-[\]-_a-~]+$/);
});

test('a hold of more than an hour is told of once', async () => {
	let now = view.since ?? 0;
	const processClock = {
		now: () => 0,
		sleep: async (ms: number) => {
			now += ms;
		},
	};
	const {watch} = notifier({clock: {now: () => now, rate: 1}, processClock});
	const {session, emit, end} = fakeSession();
	watch(session, '');
	emit(held);
	await until(() => readdirSync(folder).includes('fds.past-60-minutes'));
	end();
	expect(now - (view.since ?? 0)).toBe(3_600_000);
});

test.each([
	['ENOENT', ['/no/such/program']],
	['EACCES', ['/etc/passwd']],
	['ERR_INVALID_ARG_VALUE', ['/bin/true', 'a\0b']],
	['ended with 7', ['/bin/sh', '-c', 'exit 7']],
])('M1 %s is a warning, and nothing else', async (problem, command) => {
	const {watch, warnings} = notifier({command});
	const {session, emit, end} = fakeSession();
	watch(session, '');
	expect(() => emit(held)).not.toThrow();
	await until(() => warnings.length > 0);
	expect(warnings).toEqual([expect.stringContaining(problem)]);
	end();
});

test('G1 the command gets three descriptors and no other', () => {
	const listed = (text: string) => text.trim().split('\n').map(Number);
	// What whoever runs the tests left open is inherited by every child of theirs, and none of ours.
	const inherited = listed(execFileSync('ls', ['/proc/self/fd'], {encoding: 'utf8'}));
	const seen = listed(readFileSync(join(folder, 'fds.held'), 'utf8'));
	expect(seen.filter(descriptor => !inherited.includes(descriptor))).toEqual([]);
});
