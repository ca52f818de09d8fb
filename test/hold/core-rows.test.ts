/** The rows of hold.md's tables, one by one, on the pure core. */
import {describe, expect, test} from 'vitest';
import {takenUpHold} from '../../src/hold/core.ts';
import {leaseEnd} from '../../src/hold/core-fuse.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {brokenTagKey, holdTagKey} from '../../src/hold/tag.ts';
import {denied, holdId, type Play, play, reasonAt, startAws, unanswered} from './core-play.ts';

const aim = presetProcesses('no-replace');
const old = reasonAt(startAws - 86_400_000);
const otherId = '00000001';
const otherKey = holdTagKey(otherId);
const count = (hold: Play, name: string) => hold.names().filter(one => one === name).length;
/** Another hold with a fuse of its own, whose suspensions they are. */
const otherHold = (hold: Play, processes: readonly (typeof aim)[number][], phase = 'live') => {
	const run = hold.addRun({holdId: otherId, processes, startedAt: startAws - 60_000});
	hold.tags.set(otherKey, `v1 ${phase} until=2026-11-22T13:30Z by=bob@desk procs=RH`);
	for (const process of processes) hold.suspended.set(process, reasonAt(startAws - 30_000));
	return run;
};

describe('acquire', () => {
	test('ledger, guardian, fuse seen asleep, tag, read, ledger, suspend, read back, ledger', () => {
		const hold = play();
		hold.hold();
		expect(hold.names()).toEqual([
			'read',
			'see-fuses',
			'probe',
			'note',
			'start-guardian',
			'note',
			'check-document',
			'arm',
			'see-fuse',
			'note',
			'put-tag',
			'read',
			'note',
			'suspend',
			'read',
			'note',
		]);
		expect(hold.told().map(({tell}) => tell)).toEqual(['fuse-armed', 'held']);
	});

	test('the token of the fuse is in the ledger before it is started, the tag names the fuse', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('arm');
		const [arm] = hold.calls('arm');
		const noted = hold.calls('note').at(-1);
		if (arm?.do !== 'arm' || noted?.do !== 'note') throw new Error('no arm, no note');
		expect(noted.own.fuses).toMatchObject([
			{clientToken: arm.clientToken, executionId: null, processes: aim},
		]);
		expect(arm.deadline % 1000).toBe(0);
		hold.until('suspend');
		expect(hold.tags.get(holdTagKey(holdId))).toContain('procs=RH fuse=00000001');
	});

	test('a start without an answer is repeated with the same token', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('arm');
		hold.failing.set('arm', unanswered);
		hold.answer();
		hold.failing.delete('arm');
		hold.until('idle');
		const tokens = hold.calls('arm').map(call => (call.do === 'arm' ? call.clientToken : ''));
		expect(tokens).toHaveLength(2);
		expect(new Set(tokens).size).toBe(1);
	});

	test('a queued fuse is waited for, then refused and stopped; nothing is suspended or tagged', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('see-fuse');
		Object.assign(hold.runs[0] ?? {}, {status: 'Pending', onSleepStep: false});
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({
			kind: 'refused',
			message: expect.stringContaining('Too many automations'),
		});
		expect(hold.names()).not.toContain('suspend');
		expect(hold.runs[0]?.final).toBe('other');
		expect(hold.tags.size).toBe(0);
	});

	test.each([
		['check-document', 'ssm:CreateDocument is denied'],
		['arm', 'ssm:StartAutomationExecution is denied'],
	] as const)('a denied %s refuses and names what is missing', (name, message) => {
		const hold = play();
		hold.failing.set(name, denied(message));
		hold.hold();
		expect(hold.outcome()).toMatchObject({kind: 'refused', message: expect.stringContaining(message)});
		expect(hold.names()).not.toContain('put-tag');
		expect(hold.names()).not.toContain('suspend');
	});

	test('F2 what runs under our name and is not our document is stopped, and nothing is suspended', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('see-fuse');
		Object.assign(hold.runs[0] ?? {}, {genuine: false});
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'refused'});
		expect(hold.names()).toContain('stop-fuse');
		expect(hold.names()).not.toContain('suspend');
	});

	test('the fuse ends five minutes before the credentials, and is not armed where that is too soon', () => {
		const hold = play();
		hold.send({on: 'credentials', until: startAws + 900_000});
		hold.hold();
		expect(hold.state().own.fuses[0]?.deadline).toBeLessThanOrEqual(startAws + 600_000);
		const short = play();
		short.send({on: 'credentials', until: startAws + 360_000});
		short.hold();
		expect(short.outcome()).toMatchObject({kind: 'refused', message: expect.stringContaining('credentials')});
	});

	test('leaves the baseline off, and suspends wanted without what is suspended now', () => {
		const hold = play();
		hold.suspended.set('AZRebalance', old).set('Launch', '');
		hold.hold();
		expect(hold.state().own.baseline).toEqual(['AZRebalance', 'Launch']);
		expect(hold.calls('suspend')).toMatchObject([{processes: aim}]);
	});

	test('an empty wanted refuses: all of it was suspended by others', () => {
		const hold = play();
		for (const process of aim) hold.suspended.set(process, old);
		hold.hold();
		expect(hold.outcome()).toMatchObject({kind: 'refused'});
		expect(hold.names()).not.toContain('put-tag');
	});

	test('H5 fifty tags, and H3 a hold of a newer unflap, are refused before any change', () => {
		const full = play();
		for (let index = 0; index < 50; index++) full.tags.set(`t${index}`, '');
		full.hold();
		const newer = play();
		newer.tags.set(otherKey, 'v2 live');
		newer.hold();
		for (const hold of [full, newer]) {
			expect(hold.outcome()).toMatchObject({kind: 'refused'});
			expect(hold.names()).toEqual(['read']);
		}
	});

	test('H5 a tag that is refused ends in a clean refusal, without a suspend or a fuse', () => {
		const hold = play();
		hold.failing.set('put-tag', denied('LimitExceeded'));
		hold.hold();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'refused', tagLeft: false, fuseLeft: false});
		expect(hold.names()).not.toContain('suspend');
		expect(hold.runs[0]?.final).toBe('other');
	});

	test('a second engineer joins what a live fuse backs, and suspends nothing again', () => {
		const hold = play();
		otherHold(hold, aim);
		hold.hold();
		expect(hold.state().own.wanted).toEqual(aim);
		expect(hold.names()).not.toContain('suspend');
		expect(hold.calls('read').length).toBeGreaterThanOrEqual(4);
	});

	test('H1 what only a tag claims is baseline, and F5 so is what a fuse of next week claims', () => {
		const forged = play({aim: presetProcesses('quiet')});
		forged.suspended.set('Launch', old);
		forged.tags.set(otherKey, 'v1 live until=2026-11-22T13:30Z by=mallory@x procs=LRH');
		forged.hold();
		expect(forged.state().own.baseline).toEqual(['Launch']);
		const far = play({aim: presetProcesses('quiet')});
		otherHold(far, ['Launch']).deadline = startAws + 604_800_000;
		far.tags.delete(otherKey);
		far.hold();
		expect(far.state().own.baseline).toEqual(['Launch']);
	});

	test('an expired hold is absorbed: its processes are in our tag before its tag goes', () => {
		const hold = play();
		const run = otherHold(hold, ['Terminate']);
		hold.tags.set(otherKey, 'v1 live until=2026-11-22T12:59Z by=bob@desk procs=T');
		hold.end(run.executionId, 'other');
		hold.hold();
		expect(hold.state().own.wanted).toContain('Terminate');
		expect(hold.names().indexOf('absorb-tag')).toBeGreaterThan(hold.names().indexOf('put-tag'));
		expect(hold.tags.has(otherKey)).toBe(false);
	});

	test('without a fuse: three minutes to fifteen, no fuse, no renewal', () => {
		for (const forMs of [60_000, 1_800_000]) {
			const hold = play({net: 'none', forMs});
			hold.hold();
			expect(hold.outcome()).toMatchObject({kind: 'refused'});
		}
		const hold = play({net: 'none', forMs: 600_000, leaseMs: 300_000});
		hold.hold();
		for (let rounds = 0; rounds < 50; rounds++) hold.round();
		expect(hold.names()).not.toContain('arm');
		expect(count(hold, 'put-tag')).toBe(1);
	});

	test('a guardian that dies while the hold begins ends it', () => {
		const hold = play();
		hold.send({on: 'begin'});
		hold.until('suspend');
		hold.send({on: 'guardian-lost'});
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'refused'});
		expect(hold.suspended.size).toBe(0);
	});
});

describe('keep', () => {
	const held = (facts = {}) => {
		const hold = play(facts);
		hold.hold();
		hold.pass(60_000);
		return hold;
	};

	test('wanted running, our tag live: suspended again, and said', () => {
		const hold = held();
		hold.suspended.delete('ReplaceUnhealthy');
		hold.round();
		expect(hold.calls('suspend').at(-1)).toMatchObject({processes: ['ReplaceUnhealthy']});
		expect(hold.told().at(-1)).toMatchObject({tell: 'repaired', processes: ['ReplaceUnhealthy']});
	});

	const fight = (hold: Play) => {
		for (let times = 0; times < 3; times++) {
			hold.pass(60_000);
			hold.suspended.delete('ReplaceUnhealthy');
			hold.wake();
			hold.until(times < 2 ? 'idle' : hold.state().facts.interactive ? 'idle' : 'ended');
		}
	};

	test('after two repairs in ten minutes it releases where nobody can be asked', () => {
		const hold = held();
		fight(hold);
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'repairs'});
	});

	test('after two repairs in ten minutes it asks, and does what is answered', () => {
		const hold = held({interactive: true});
		fight(hold);
		expect(hold.state().question).toContain('ReplaceUnhealthy');
		expect(count(hold, 'suspend')).toBe(3);
		hold.send({on: 'answer', goOn: true});
		hold.round();
		expect(count(hold, 'suspend')).toBe(4);
		const other = held({interactive: true});
		fight(other);
		other.send({on: 'answer', goOn: false});
		other.until('ended');
		expect(other.outcome()).toMatchObject({kind: 'released', why: 'repairs'});
	});

	test('H4 our tag rewritten with ours suspended: written again once, the second time released', () => {
		const hold = held();
		const ours = hold.tags.get(holdTagKey(holdId));
		hold.tags.set(holdTagKey(holdId), 'v1 live until=2026-11-22T13:30Z by=x@y procs=L fuse=99999999');
		hold.round();
		expect(hold.tags.get(holdTagKey(holdId))).toBe(ours);
		hold.tags.delete(holdTagKey(holdId));
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'tag-removed'});
		const stopped = hold.calls('stop-fuse').map(call => (call.do === 'stop-fuse' ? call.executionId : ''));
		expect(new Set(stopped)).toEqual(new Set([hold.runs[0]?.executionId]));
	});

	test('H7 tag gone and all running: somebody ended it, nothing is ever suspended again', () => {
		const hold = held();
		hold.tags.clear();
		hold.suspended.clear();
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'ended-by-others'});
		expect(count(hold, 'suspend')).toBe(1);
		expect(hold.runs[0]?.final).toBe('other');
	});

	test('broken with ours still suspended: released', () => {
		const hold = held();
		hold.tags.set(brokenTagKey(holdId), 'v1 broken');
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'ended-by-others'});
	});

	test('our own fuse ran: said so, ended, and nothing is resumed or suspended', () => {
		const hold = held();
		hold.end(hold.runs[0]?.executionId ?? '', 'success');
		hold.tags.clear();
		hold.suspended.clear();
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'fuse-fired', resumed: []});
		expect(hold.names()).not.toContain('resume');
	});

	test('a fuse somebody stopped is replaced within a minute', () => {
		const hold = held();
		hold.end(hold.runs[0]?.executionId ?? '', 'other');
		hold.round();
		expect(hold.runs).toHaveLength(2);
		expect(hold.runs[1]).toMatchObject({final: null, processes: aim});
		expect(hold.state().release).toBeNull();
	});

	test('a fuse that cannot be replaced within a minute releases the hold', () => {
		const hold = held();
		hold.end(hold.runs[0]?.executionId ?? '', 'other');
		hold.failing.set('arm', denied('AccessDenied'));
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'net-lost'});
	});

	test('a baseline process resumed by its owner is adopted: fuse, then tag, then suspend', () => {
		const hold = play({aim: [...aim, 'AZRebalance']});
		hold.suspended.set('AZRebalance', old);
		hold.hold();
		hold.suspended.delete('AZRebalance');
		const before = hold.names().length;
		for (let rounds = 0; rounds < 4 && hold.state().own.adopted.length === 0; rounds++) hold.round();
		const order = hold
			.names()
			.slice(before)
			.filter(name => /^(arm|put-tag|suspend)$/.test(name));
		expect(order).toEqual(['arm', 'put-tag', 'suspend']);
		expect(hold.told().at(-1)).toMatchObject({tell: 'adopted', processes: ['AZRebalance']});
		expect(hold.runs.at(-1)?.processes).toContain('AZRebalance');
		expect(hold.runs[0]?.final).toBe('other');
	});

	test('a process suspended anew by somebody else is no longer ours: fuse and release leave it', () => {
		const hold = held();
		hold.suspended.set('HealthCheck', reasonAt(hold.now()));
		hold.round();
		hold.round();
		expect(hold.runs.at(-1)).toMatchObject({final: null, processes: ['ReplaceUnhealthy']});
		hold.release();
		expect(hold.calls('resume')).toMatchObject([{processes: ['ReplaceUnhealthy']}]);
		expect(hold.outcome()).toMatchObject({
			left: [{process: 'HealthCheck', why: expect.stringContaining('changedByOther')}],
		});
	});

	test('what others changed is resumed on a yes', () => {
		const hold = held();
		hold.suspended.set('HealthCheck', reasonAt(hold.now()));
		hold.round();
		hold.send({on: 'release', why: 'asked', message: '', alsoResume: ['HealthCheck']});
		hold.until('ended');
		expect(hold.suspended.size).toBe(0);
	});

	test('a third of the lease: a new fuse, the tag, then the old fuse is stopped', () => {
		const hold = held();
		hold.pass(560_000);
		const before = hold.names().length;
		hold.round();
		const order = hold
			.names()
			.slice(before)
			.filter(name => /^(arm|put-tag|stop-fuse)$/.test(name));
		expect(order).toEqual(['arm', 'put-tag', 'stop-fuse']);
		expect(hold.told().at(-1)).toMatchObject({tell: 'renewed'});
	});

	test('an old fuse that cannot be stopped is the end of the hold', () => {
		const hold = held();
		const deadline = hold.runs[0]?.deadline ?? 0;
		hold.failing.set('stop-fuse', denied('AccessDenied'));
		hold.pass(560_000);
		while (hold.state().release === null && hold.now() < deadline) hold.round();
		expect(hold.state().release?.why).toBe('end');
		expect(hold.now()).toBeLessThan(deadline);
	});

	test('taken up in the middle of a renewal, the lease ends with the fuse that sleeps, not with the one nobody saw', () => {
		const hold = held();
		const lease = leaseEnd(hold.state());
		for (let rounds = 0; rounds < 200 && hold.waiting()?.do !== 'arm'; rounds++) {
			hold.wake();
			while (hold.waiting() !== undefined && hold.waiting()?.do !== 'arm') hold.answer();
		}
		const noted = hold.state();
		const taken = takenUpHold(noted.facts, noted.own, startAws);
		const moment = {awsMs: hold.now(), processMs: 0, rate: 1};
		expect(noted.own.leaseUntil).toBeGreaterThan(lease + 60_000);
		expect(Math.abs(leaseEnd({...taken, moment}) - lease)).toBeLessThanOrEqual(1000);
	});

	test('no key for half an hour: no more renewals, and the lease ends the hold', () => {
		const hold = held();
		hold.send({on: 'renewals', allowed: false});
		hold.pass(1_700_000);
		hold.wake();
		hold.until('ended');
		expect(hold.outcome()).toMatchObject({kind: 'released', why: 'lease'});
		expect(count(hold, 'arm')).toBe(1);
	});

	test('after a sleep of the laptop a hold only releases', () => {
		const hold = held();
		hold.wake(60_000);
		expect(hold.state().release?.why).toBe('jump');
		hold.until('ended');
		expect(count(hold, 'suspend')).toBe(1);
	});

	test('one old read that shows neither tag nor suspension ends nothing', () => {
		const hold = held();
		const tags = [...hold.tags];
		const suspended = [...hold.suspended];
		hold.tags.clear();
		hold.suspended.clear();
		hold.round();
		for (const [key, value] of tags) hold.tags.set(key, value);
		for (const [process, reason] of suspended) hold.suspended.set(process, reason);
		hold.round();
		expect(hold.state().release).toBeNull();
		expect(hold.state().watch.endedSeen).toBe(0);
	});
});
