/** Giving back, row by row of hold.md, on the pure core. */
import {describe, expect, test} from 'vitest';
import {leftOverHold, step} from '../../src/hold/core.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {holdTagKey} from '../../src/hold/tag.ts';
import {denied, holdId, type Play, play, reasonAt, startAws, unanswered} from './core-play.ts';

const aim = presetProcesses('no-replace');
const otherId = '00000001';
const otherKey = holdTagKey(otherId);

const held = (facts = {}) => {
	const hold = play(facts);
	hold.hold();
	hold.pass(30_000);
	return hold;
};

const during = (hold: Play, act: () => void) => {
	const before = hold.names().length;
	act();
	return hold.names().slice(before);
};

describe('release', () => {
	test('ledger, tag, read, resume, read back, stop the fuse and see it end, tag, ledger', () => {
		const hold = held();
		const names = during(hold, hold.release);
		expect(names).toEqual([
			'note',
			'put-tag',
			'read',
			'resume',
			'read',
			'stop-fuse',
			'see-fuse',
			'delete-tag',
			'remove-note',
		]);
		expect(hold.outcome()).toMatchObject({kind: 'released', resumed: aim, verified: true, fuseLeft: false});
		expect(hold.runs[0]?.final).toBe('other');
	});

	test('resumes ours whatever the read says is suspended', () => {
		const hold = held();
		hold.suspended.clear();
		hold.release();
		expect(hold.calls('resume')).toMatchObject([{processes: aim}]);
	});

	test('H5 a tag call that fails does not delay the resume', () => {
		const hold = held();
		hold.failing.set('put-tag', denied('LimitExceeded'));
		expect(during(hold, hold.release).slice(0, 4)).toEqual(['note', 'put-tag', 'read', 'resume']);
	});

	test('the last one out resumes: what a live fuse covers is left, and ours is stopped', () => {
		const hold = held();
		hold.addRun({holdId: otherId, processes: aim, deadline: hold.now() + 1_800_000});
		hold.tags.set(otherKey, 'v1 live until=2026-11-22T13:30Z by=bob@desk procs=RH');
		hold.release();
		expect(hold.names()).not.toContain('resume');
		expect(hold.suspended.size).toBe(2);
		expect(hold.runs[0]?.final).toBe('other');
		expect(hold.outcome()).toMatchObject({kind: 'released', left: [{why: 'another hold keeps it'}, {}]});
	});

	test('a hold that is releasing is not left anything', () => {
		const hold = held();
		hold.addRun({holdId: otherId, processes: aim, deadline: hold.now() + 1_800_000});
		hold.tags.set(otherKey, 'v1 releasing until=2026-11-22T13:30Z by=bob@desk procs=RH');
		hold.release();
		expect(hold.suspended.size).toBe(0);
	});

	test('H2 a claim that no fuse backs is left, with our own fuse armed, and named', () => {
		const hold = held();
		hold.tags.set(otherKey, 'v1 live until=2026-11-22T13:30Z by=mallory@x procs=RH');
		hold.release();
		expect(hold.outcome()).toMatchObject({
			kind: 'incomplete',
			still: aim,
			claimants: ['mallory@x'],
			fuse: {executionId: hold.runs[0]?.executionId},
		});
		expect(hold.runs[0]?.final).toBeNull();
		expect(hold.names()).not.toContain('stop-fuse');
	});

	test('H2 F5 a fuse that ends in a week is left nothing without our own fuse', () => {
		const hold = held();
		hold.addRun({holdId: otherId, processes: aim, deadline: hold.now() + 604_800_000});
		hold.release();
		expect(hold.suspended.size).toBe(0);
	});

	test('what cannot be resumed is reported, with what is still suspended and the fuse that stays', () => {
		const hold = held();
		hold.failing.set('resume', denied('ExpiredToken'));
		hold.release();
		expect(hold.outcome()).toMatchObject({kind: 'incomplete', still: aim, message: 'ExpiredToken'});
		expect(hold.runs[0]?.final).toBeNull();
	});

	test('a fuse that will not stop stays in the ledger, with nothing left to resume', () => {
		const hold = held();
		hold.failing.set('stop-fuse', denied('AccessDenied'));
		hold.release();
		expect(hold.outcome()).toMatchObject({kind: 'released', fuseLeft: true});
		const last = hold.calls('note', 'remove-note').at(-1);
		expect(last).toMatchObject({do: 'note', own: {wanted: [], fuses: [{final: null}]}});
	});

	test('while a Suspend is unanswered fuse, tag and ledger stay until three clean reads', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('suspend');
		hold.failing.set('suspend', unanswered);
		hold.answer();
		const names = during(hold, hold.release);
		const reads = names.slice(names.indexOf('resume') + 1, names.indexOf('stop-fuse'));
		expect(reads.filter(name => name === 'read').length).toBeGreaterThanOrEqual(4);
		expect(names).toContain('delete-tag');
	});

	test('a tag whose answer never came may be written late, and is deleted once more', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('put-tag');
		hold.failing.set('put-tag', unanswered);
		hold.answer();
		hold.failing.clear();
		const sentAt = hold.now();
		const names = during(hold, hold.release);
		expect(names.slice(-3)).toEqual(['delete-tag', 'delete-tag', 'remove-note']);
		expect(hold.now()).toBe(sentAt + 15_000);
	});

	test('whoever finishes the entry of a process that died with its tag just sent deletes it once more', () => {
		const hold = held();
		const {facts, own} = hold.state();
		expect(own.tagNotedAt).toBeNull();
		const noted = startAws;
		const calls = (agoMs: number) => {
			const done: string[] = [];
			const moment = {awsMs: noted + agoMs, processMs: 0, rate: 1};
			let turn = step(leftOverHold(facts, {...own, wanted: [], tagNotedAt: noted}), {
				on: 'release',
				why: 'left-over',
				message: '',
				moment,
			});
			for (let turns = 0; turns < 20; turns++) {
				const [next] = turn.commands.filter(command => 'call' in command || command.do === 'wake');
				if (next === undefined || next.do === 'abort') break;
				if (next.do === 'wake') {
					done.push(`${next.ms} ms later`);
					turn = step(turn.state, {on: 'woke', timer: next.timer, moment});
				} else if ('call' in next) {
					done.push(next.do);
					const value = next.do === 'see-fuse' ? {...hold.runs[0], final: 'other'} : null;
					const answer = {of: next.do, result: {ok: true, value}} as never;
					turn = step(turn.state, {on: 'answered', call: next.call, answer, moment});
				}
			}
			return done.slice(done.indexOf('delete-tag'));
		};
		expect(calls(1000)).toEqual(['delete-tag', '15000 ms later', 'delete-tag', 'remove-note']);
		expect(calls(6000)).toEqual(['delete-tag', '15000 ms later', 'delete-tag', 'remove-note']);
		expect(calls(61_000)).toEqual(['delete-tag', 'remove-note']);
	});

	test('an entry whose fuse has run is closed without a resume', () => {
		const hold = held();
		const {facts, own} = hold.state();
		const run = hold.runs[0];
		if (run === undefined) throw new Error('no fuse');
		const moment = {awsMs: run.deadline + 60_000, processMs: 0, rate: 1};
		let turn = step(leftOverHold(facts, own), {on: 'release', why: 'left-over', message: '', moment});
		const done: string[] = [];
		for (let turns = 0; turns < 20; turns++) {
			const call = turn.commands.find(command => 'call' in command);
			if (call === undefined || !('call' in call) || call.do === 'abort') break;
			done.push(call.do);
			const seen = {...run, final: 'success' as const, status: 'Success', onSleepStep: false};
			const value = call.do === 'see-fuse' ? seen : null;
			turn = step(turn.state, {
				on: 'answered',
				call: call.call,
				answer: {of: call.do, result: {ok: true, value}} as never,
				moment,
			});
		}
		expect(done).toEqual(['note', 'see-fuse', 'delete-tag', 'remove-note']);
	});

	test('H6 of many runs on the group only our own is stopped', () => {
		const hold = held();
		hold.addRun({holdId: otherId, processes: aim, startedAt: startAws - 1000});
		hold.addRun({holdId, processes: aim, startedAt: startAws - 1000});
		hold.tags.set(otherKey, `v1 live until=2026-11-22T13:30Z by=x@y procs=RH fuse=00000002`);
		hold.suspended.set('Launch', reasonAt(startAws));
		hold.release();
		const stopped = hold.calls('stop-fuse').map(call => (call.do === 'stop-fuse' ? call.executionId : ''));
		expect(stopped).toEqual([hold.runs[0]?.executionId]);
	});
});

describe('a hold whose terminal hung up', () => {
	test('lingers, at most until its fuse is near, and is then released', () => {
		const hold = held();
		const {facts, own} = hold.state();
		const moment = {awsMs: hold.now(), processMs: 0, rate: 1};
		const turn = step(leftOverHold(facts, own), {on: 'linger', ms: 120_000, message: 'hung up', moment});
		expect(turn.commands).toMatchObject([{do: 'wake', ms: 120_000}]);
		const late = {...moment, awsMs: (hold.runs[0]?.deadline ?? 0) - 130_000};
		const short = step(leftOverHold(facts, own), {
			on: 'linger',
			ms: 120_000,
			message: 'hung up',
			moment: late,
		});
		const [wake] = short.commands;
		expect(wake?.do === 'wake' && wake.ms).toBeLessThanOrEqual(10_000);
	});
});
