/** The rows of hold.md's tables, one by one, on the pure core. */
import {describe, expect, test} from 'vitest';
import {newHold, step} from '../../src/hold/core.ts';
import type {Answer, Command, HoldInput, HoldState, SeenGroup} from '../../src/hold/core-state.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {brokenTagKey, holdTagKey} from '../../src/hold/tag.ts';

const holdId = '7f3a90c1';
const startAws = Date.UTC(2026, 10, 22, 13, 0, 0);
const aim = presetProcesses('no-replace');
const arn = 'arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:1111:autoScalingGroupName/web';

/** One hold with AWS played by hand: `answer` answers the call that waits, `wake` lets the time pass it asked for. */
const play = (more: {aim?: typeof aim; forMs?: number; leaseMs?: number} = {}) => {
	let state: HoldState = newHold({
		holdId,
		group: 'web',
		owner: 'ana@lap7',
		reason: '',
		aim: more.aim ?? aim,
		forMs: more.forMs ?? 3_600_000,
		leaseMs: more.leaseMs ?? 1_800_000,
		patienceMs: 180_000,
	});
	let awsMs = startAws;
	let processMs = 0;
	let commands: readonly Command[] = [];
	const done: Command[] = [];
	const send = (input: HoldInput) => {
		const turn = step(state, {...input, moment: {awsMs, processMs, rate: 1}});
		state = turn.state;
		commands = turn.commands;
		done.push(...commands);
	};
	const waiting = () => commands.find(command => 'call' in command && command.do !== 'abort');
	return {
		send,
		state: () => state,
		last: () => waiting(),
		told: () => done.flatMap(command => (command.do === 'tell' ? [command.told] : [])),
		changes: () => done.filter(({do: name}) => /tag|suspend|resume/.test(name)),
		outcome: () => done.flatMap(command => (command.do === 'finish' ? [command.outcome] : []))[0],
		answer: (answer: Answer) => {
			const command = waiting();
			if (command === undefined || !('call' in command)) throw new Error('nothing waits for an answer');
			send({on: 'answered', call: command.call, answer});
		},
		wake: (sleptMs = 0) => {
			const command = commands.find(one => one.do === 'wake');
			if (command?.do !== 'wake') throw new Error('nothing sleeps');
			awsMs += command.ms + sleptMs;
			processMs += command.ms;
			send({on: 'woke', timer: command.timer});
		},
		pass: (ms: number) => {
			awsMs += ms;
			processMs += ms;
		},
	};
};

type Play = ReturnType<typeof play>;

const reason = 'User suspended at 2026-11-22T13:00:00Z';
const later = 'User suspended at 2026-11-22T13:05:00Z';

const group = (
	suspended: Readonly<Record<string, string>>,
	tags: Readonly<Record<string, string>> = {},
): SeenGroup => ({
	arn,
	status: null,
	operator: null,
	suspended: Object.entries(suspended).map(([process, text]) => ({process, reason: text})),
	tags: Object.entries(tags).map(([key, value]) => ({key, value})),
});

const read = (value: SeenGroup | null): Answer => ({of: 'read', result: {ok: true, value}});
const ok = (
	of: 'note' | 'start-guardian' | 'put-tag' | 'suspend' | 'resume' | 'delete-tag' | 'remove-note',
): Answer => ({
	of,
	result: {ok: true, value: null},
});
const ours = {ReplaceUnhealthy: reason, HealthCheck: reason};
const ownTags = (hold: Play) => ({[holdTagKey(holdId)]: hold.state().own.tagValues.at(-1) ?? ''});

/** Preflight, ledger, guardian, tag, one read, ledger, suspend, read back, ledger. */
const acquire = (hold: Play, foreign: Readonly<Record<string, string>> = {}) => {
	hold.send({on: 'begin'});
	hold.answer(read(group(foreign)));
	hold.answer({of: 'probe', result: {ok: true, value: 'permitted'}});
	hold.answer(ok('note'));
	hold.answer(ok('start-guardian'));
	hold.answer(ok('note'));
	hold.answer(ok('put-tag'));
	hold.answer(read(group(foreign, ownTags(hold))));
	hold.answer(ok('note'));
	hold.answer(ok('suspend'));
	hold.answer(read(group({...foreign, ...ours}, ownTags(hold))));
	hold.answer(ok('note'));
	expect(hold.told()).toContainEqual({tell: 'held'});
	return hold;
};

const names = (hold: Play) => hold.changes().map(({do: name}) => name);

describe('acquire', () => {
	test('notes, guards, tags, reads, notes and suspends in this order, and reads back', () => {
		const hold = play();
		const order: string[] = [];
		hold.send({on: 'begin'});
		for (const answer of [
			read(group({})),
			{of: 'probe', result: {ok: true, value: 'permitted'}} as const,
			ok('note'),
			ok('start-guardian'),
			ok('note'),
			ok('put-tag'),
			read(group({})),
			ok('note'),
			ok('suspend'),
		]) {
			order.push(hold.last()?.do ?? '');
			hold.answer(answer);
		}
		expect(order).toEqual([
			'read',
			'probe',
			'note',
			'start-guardian',
			'note',
			'put-tag',
			'read',
			'note',
			'suspend',
		]);
		expect(hold.last()?.do).toBe('read');
	});

	test('leaves the baseline off, and suspends wanted without what is suspended now', () => {
		const hold = acquire(play({aim: presetProcesses('no-replace')}), {AZRebalance: reason, Launch: ''});
		expect(hold.state().own.baseline).toEqual(['AZRebalance', 'Launch']);
		expect(hold.changes().find(({do: name}) => name === 'suspend')).toMatchObject({processes: aim});
	});

	test('an empty wanted refuses: all of it was suspended by others', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.answer(read(group(ours)));
		expect(hold.outcome()).toMatchObject({kind: 'refused'});
		expect(names(hold)).toEqual([]);
	});

	test.each([
		['no group', null],
		['a group that is being deleted', {...group({}), status: 'Delete in progress'}],
		['a group of a service', {...group({}), operator: 'eks.amazonaws.com'}],
		['H3 a hold of a newer unflap', group({}, {'unflap:hold:00000001': 'v2 live'})],
		[
			'H5 fifty tags',
			group({}, Object.fromEntries(Array.from({length: 50}, (_, index) => [`t${index}`, '']))),
		],
	])('%s is refused before any change', (_name, seen) => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.answer(read(seen));
		if (hold.last()?.do === 'read') hold.answer(read(seen));
		expect(hold.outcome()).toMatchObject({kind: 'refused'});
		expect(names(hold)).toEqual([]);
	});

	test('who may not resume may not suspend', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.answer(read(group({})));
		hold.answer({of: 'probe', result: {ok: true, value: 'denied'}});
		expect(hold.outcome()).toMatchObject({
			kind: 'refused',
			message: expect.stringContaining('ResumeProcesses'),
		});
	});

	test('H5 a tag that is refused ends in a clean refusal, without a suspend', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.answer(read(group({})));
		hold.answer({of: 'probe', result: {ok: true, value: 'permitted'}});
		for (const name of ['note', 'start-guardian', 'note'] as const) hold.answer(ok(name));
		const failure = {settled: true, lasting: true, message: 'LimitExceeded', next: []};
		hold.answer({of: 'put-tag', result: {ok: false, failure}});
		hold.answer(ok('remove-note'));
		expect(hold.outcome()).toMatchObject({kind: 'refused', tagLeft: false});
		expect(names(hold)).toEqual(['put-tag']);
	});

	test('H1 what a forged tag claims stays baseline: never suspended by us, never resumed', () => {
		const forged = {'unflap:hold:deadbeef': 'v1 live until=2026-11-22T13:30Z by=mallory@x procs=LRH'};
		const hold = play({aim: presetProcesses('quiet')});
		hold.send({on: 'begin'});
		hold.answer(read(group({Launch: later}, forged)));
		hold.wake();
		hold.answer(read(group({Launch: later}, forged)));
		expect(hold.state().own.wanted).not.toContain('Launch');
		expect(hold.state().own.joined).toEqual(['Launch']);
	});
});

describe('keep', () => {
	const watch = (hold: Play, seen: SeenGroup) => {
		hold.wake();
		expect(hold.last()?.do).toBe('read');
		hold.answer(read(seen));
	};

	test('wanted running, our tag live: suspended again, and said', () => {
		const hold = acquire(play());
		hold.pass(300_000);
		watch(hold, group({HealthCheck: reason}, ownTags(hold)));
		hold.answer(ok('note'));
		expect(hold.last()).toMatchObject({do: 'suspend', processes: ['ReplaceUnhealthy']});
		hold.answer(ok('suspend'));
		const again = 'User suspended at 2026-11-22T13:05:01Z';
		hold.answer(read(group({HealthCheck: reason, ReplaceUnhealthy: again}, ownTags(hold))));
		hold.answer(ok('note'));
		expect(hold.told().at(-1)).toMatchObject({tell: 'repaired', processes: ['ReplaceUnhealthy']});
	});

	test('after two repairs in ten minutes it releases', () => {
		const hold = acquire(play());
		for (const [index, text] of ['13:01:00', '13:02:00'].entries()) {
			hold.pass(60_000 - hold.state().watch.repairs.length);
			watch(hold, group({HealthCheck: reason}, ownTags(hold)));
			hold.answer(ok('note'));
			hold.answer(ok('suspend'));
			const anew = `User suspended at 2026-11-22T${text}Z`;
			hold.answer(read(group({HealthCheck: reason, ReplaceUnhealthy: anew}, ownTags(hold))));
			hold.answer(ok('note'));
			expect(hold.state().watch.repairs).toHaveLength(index + 1);
		}
		watch(hold, group({HealthCheck: reason}, ownTags(hold)));
		expect(hold.state().release?.why).toBe('repairs');
	});

	test('H4 tag gone or rewritten, ours suspended: written again once, the second time released', () => {
		const hold = acquire(play());
		watch(hold, group(ours, {[holdTagKey(holdId)]: 'v1 live until=2026-11-22T13:30Z by=x@y procs=L'}));
		hold.answer(ok('note'));
		expect(hold.last()).toMatchObject({do: 'put-tag'});
		hold.answer(ok('put-tag'));
		expect(hold.told().at(-1)).toMatchObject({tell: 'warning'});
		watch(hold, group(ours));
		expect(hold.state().release?.why).toBe('tag-removed');
	});

	test('H7 tag gone and all running: somebody ended it, nothing is ever suspended again', () => {
		const hold = acquire(play());
		const before = names(hold).filter(name => name === 'suspend').length;
		for (let round = 0; round < 3; round++) watch(hold, group({}));
		expect(hold.state().release?.why).toBe('ended-by-others');
		expect(names(hold).filter(name => name === 'suspend')).toHaveLength(before);
	});

	test('one old read that shows neither tag nor suspension ends nothing', () => {
		const hold = acquire(play());
		watch(hold, group({}));
		watch(hold, group(ours, ownTags(hold)));
		expect(hold.state().release).toBeNull();
		expect(hold.state().watch.endedSeen).toBe(0);
	});

	test('broken with ours still suspended: released', () => {
		const hold = acquire(play());
		watch(hold, group(ours, {...ownTags(hold), [brokenTagKey(holdId)]: 'v1 broken'}));
		expect(hold.state().release?.why).toBe('ended-by-others');
	});

	test('a baseline process resumed by its owner is adopted: noted, tagged, suspended', () => {
		const hold = acquire(play({aim: presetProcesses('freeze').slice(0, 2).concat('AZRebalance')}), {
			AZRebalance: reason,
		});
		watch(hold, group(ours, ownTags(hold)));
		watch(hold, group(ours, ownTags(hold)));
		expect(hold.state().own.wanted).toContain('AZRebalance');
		hold.answer(ok('note'));
		expect(hold.last()).toMatchObject({do: 'put-tag', value: expect.stringContaining('procs=RHZ')});
		hold.answer(ok('put-tag'));
		hold.answer(read(group(ours, ownTags(hold))));
		hold.answer(ok('note'));
		expect(hold.last()).toMatchObject({do: 'suspend', processes: ['AZRebalance']});
	});

	test('a process suspended anew by somebody else is no longer ours', () => {
		const hold = acquire(play());
		watch(hold, group({...ours, HealthCheck: later}, ownTags(hold)));
		expect(hold.state().own.changed).toEqual({HealthCheck: later});
		hold.answer(ok('note'));
		hold.send({on: 'release', why: 'asked', message: ''});
		hold.answer(ok('note'));
		hold.answer(ok('put-tag'));
		hold.answer(read(group({...ours, HealthCheck: later}, ownTags(hold))));
		expect(hold.last()).toMatchObject({do: 'resume', processes: ['ReplaceUnhealthy']});
	});

	test('the lease is renewed at a third', () => {
		const hold = acquire(play());
		hold.pass(600_000);
		watch(hold, group(ours, ownTags(hold)));
		hold.answer(ok('note'));
		expect(hold.last()).toMatchObject({
			do: 'put-tag',
			value: expect.stringContaining('until=2026-11-22T13:41Z'),
		});
	});

	test('after a sleep of the laptop a hold only releases', () => {
		const hold = acquire(play());
		hold.wake(60_000);
		expect(hold.state().release?.why).toBe('jump');
	});

	test('two minutes before its end a hold never suspends again', () => {
		const hold = acquire(play());
		for (let passed = 0; passed < 3_480_000; passed += 590_000) {
			hold.pass(Math.min(590_000, 3_500_000 - passed));
			watch(hold, group(ours, ownTags(hold)));
			if (hold.last()?.do === 'note') {
				hold.answer(ok('note'));
				hold.answer(ok('put-tag'));
			}
		}
		watch(hold, group({}, ownTags(hold)));
		expect(hold.state().release?.why).toBe('lease');
	});
});

describe('release', () => {
	const toResume = (hold: Play) => {
		hold.send({on: 'release', why: 'asked', message: ''});
		hold.answer(ok('note'));
		hold.answer(ok('put-tag'));
	};

	test('tag to releasing, read, resume, read back, delete the tag, close the ledger', () => {
		const hold = acquire(play(), {Launch: ''});
		const before = names(hold).length;
		toResume(hold);
		hold.answer(read(group(ours, ownTags(hold))));
		hold.answer(ok('resume'));
		hold.answer(read(group({Launch: ''})));
		hold.answer(ok('delete-tag'));
		hold.answer(ok('remove-note'));
		expect(names(hold).slice(before)).toEqual(['put-tag', 'resume', 'delete-tag']);
		expect(hold.outcome()).toMatchObject({kind: 'released', resumed: aim, verified: true});
	});

	test('resumes ours whatever the read says is suspended', () => {
		const hold = acquire(play());
		toResume(hold);
		hold.answer(read(group({})));
		expect(hold.last()).toMatchObject({do: 'resume', processes: aim});
	});

	test('a tag call that fails does not delay the resume', () => {
		const hold = acquire(play());
		hold.send({on: 'release', why: 'asked', message: ''});
		hold.answer(ok('note'));
		const failure = {settled: true, lasting: true, message: 'AccessDenied', next: []};
		hold.answer({of: 'put-tag', result: {ok: false, failure}});
		hold.answer(read(group(ours, ownTags(hold))));
		expect(hold.last()?.do).toBe('resume');
	});

	test('what cannot be resumed is reported, with what is still suspended', () => {
		const hold = acquire(play());
		toResume(hold);
		const failure = {settled: true, lasting: true, message: 'ExpiredToken', next: []};
		for (let tries = 0; hold.outcome() === undefined && tries < 20; tries++) {
			if (hold.last()?.do === 'read') hold.answer(read(group(ours, ownTags(hold))));
			else if (hold.last()?.do === 'resume') hold.answer({of: 'resume', result: {ok: false, failure}});
			else hold.wake();
		}
		expect(hold.outcome()).toMatchObject({kind: 'incomplete', still: aim});
	});

	test('while a Suspend is unanswered tag and ledger stay until three clean reads', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.answer(read(group({})));
		hold.answer({of: 'probe', result: {ok: true, value: 'permitted'}});
		for (const name of ['note', 'start-guardian', 'note', 'put-tag'] as const) hold.answer(ok(name));
		hold.answer(read(group({})));
		hold.answer(ok('note'));
		expect(hold.last()?.do).toBe('suspend');
		hold.send({on: 'release', why: 'asked', message: ''});
		hold.answer(ok('note'));
		hold.answer(ok('put-tag'));
		hold.answer(read(group({})));
		hold.answer(ok('resume'));
		let reads = 1;
		hold.answer(read(group({})));
		while (hold.last() === undefined || hold.last()?.do === 'read') {
			if (hold.last() === undefined) hold.wake();
			else {
				reads++;
				hold.answer(read(group({})));
			}
		}
		expect(reads).toBe(4);
		expect(hold.last()?.do).toBe('delete-tag');
	});
});
