/** Done when 4: the first fault of every recorded boot. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import type {Boot} from '../../src/boot/types.ts';
import {bootsFolder, entriesOf, factsOf, journalOf, modelOf, readAll, scenarios} from './recordings.ts';

const faultOf = (boot: Boot | null) =>
	boot?.firstFault == null ? null : {unit: boot.firstFault.unit, result: boot.firstFault.result};

const expectedFault = ({expected_failing_unit: unit, expected_result: result}: (typeof scenarios)[number]) =>
	unit === null ? null : {unit, result};

test.each(scenarios)(
	'$scenario: the first fault is $expected_failing_unit',
	async scenario => {
		const model = await modelOf(journalOf(scenario.scenario));
		expect(scenario.boot_ids).toContain(model.boot()?.bootId);
		expect(faultOf(model.boot())).toEqual(expectedFault(scenario));
	},
	60_000,
);

const small = scenarios.filter(({scenario}) => !scenario.startsWith('S10-'));

test.each(small)(
	'$scenario: the same with unit facts, and with facts alone',
	async scenario => {
		const expected = expectedFault(scenario);
		const facts = factsOf(scenario.scenario, 'systemctl-show-units.txt');
		const model = await modelOf(journalOf(scenario.scenario));
		model.facts(facts);
		expect(faultOf(model.boot())).toEqual(expected);
		expect(model.boot()?.chain.at(-1)).toBe('foo-app.service');
		expect(model.boot()?.chain).toHaveLength(3);

		const withoutJournal = createBootModel();
		withoutJournal.facts(facts);
		expect(faultOf(withoutJournal.boot())).toEqual(expected);
	},
	60_000,
);

test.each(small)(
	'$scenario: facts that come before, between or after the entries change nothing',
	async scenario => {
		const facts = factsOf(scenario.scenario, 'systemctl-show-units.txt');
		const entries = await readAll(journalOf(scenario.scenario));
		const attempts = (boot: Boot | null) =>
			boot?.units.map(unit => [unit.name, unit.attempts.length, unit.state]);
		const after = createBootModel();
		after.add(entries);
		after.facts(facts);
		const before = createBootModel();
		before.facts(facts);
		before.add(entries.slice(0, entries.length / 2));
		before.boot();
		before.facts(facts);
		before.add(entries.slice(entries.length / 2));
		expect(attempts(before.boot())).toEqual(attempts(after.boot()));
		expect(before.boots()).toHaveLength(1);
	},
	60_000,
);

test.each(scenarios.filter(({scenario}) => existsSync(join(bootsFolder, scenario, 'postmortem'))))(
	'$scenario: the same from the files of the dead box, in every boot',
	async scenario => {
		const model = await modelOf(
			join(bootsFolder, scenario.scenario, 'postmortem/journalctl-D-o-json.jsonl.gz'),
		);
		expect(model.boots().map(boot => boot.bootId)).toEqual(scenario.boot_ids);
		for (const boot of model.boots()) {
			expect(faultOf(boot)).toEqual(expectedFault(scenario));
		}
	},
);

test('S06: the second boot alone has the same first fault as the first', async () => {
	const model = await modelOf(join(bootsFolder, 'S06-crash-loop/second-boot/journalctl-b-o-json.jsonl.gz'));
	expect(faultOf(model.boot())).toEqual({unit: 'foo-app.service', result: 'exit-code'});
});

test.each(
	small.filter(({scenario}) => existsSync(join(bootsFolder, scenario, 'journalctl-b-units-o-json.jsonl'))),
)('$scenario: three units and fifteen fields are enough', async scenario => {
	for (const file of ['journalctl-b-units-o-json.jsonl', 'journalctl-b-o-json-minimal.jsonl.gz']) {
		const model = await modelOf(join(bootsFolder, scenario.scenario, file));
		expect(faultOf(model.boot())).toEqual(expectedFault(scenario));
	}
});

test.each([
	['S03-tags-missing-pending-wait', 4, /^required tags missing after 10 attempts/],
	['S04-user-data-malformed', 3, /^user data is not valid JSON: parse error/],
	['S05-s3-access-denied', 1, /AccessDenied/],
	[
		'S06-crash-loop',
		1,
		/^ConfigError: incomplete database configuration .*section: database; missing key: 'host'$/,
	],
	['S06b-core-dump', null, /segfault|dumped core/],
	['S06c-start-limit-hit', null, /Start request repeated too quickly/],
	['S07-oom', null, /^Memory cgroup out of memory: Killed process/],
	['S08-start-timeout', null, /start operation timed out/],
])('%s: the message says why', async (scenario, exitCode, message) => {
	const fault = (await modelOf(journalOf(scenario))).boot()?.firstFault;
	expect(fault?.exitCode).toBe(exitCode);
	expect(fault?.message).toMatch(message);
});

test('story 8: a crash loop has five tries, the last gave up, in time order', async () => {
	for (const [scenario, result] of [
		['S06-crash-loop', 'exit-code'],
		['S07-oom', 'oom-kill'],
	] as const) {
		const boot = (await modelOf(journalOf(scenario))).boot();
		const unit = boot?.units.find(one => one.name === 'foo-app.service');
		expect(unit?.state).toBe('failed');
		expect(unit?.attempts.map(attempt => attempt.number)).toEqual([1, 2, 3, 4, 5]);
		expect(unit?.attempts.map(attempt => attempt.result)).toEqual(new Array(5).fill(result));
		expect(unit?.attempts.map(attempt => attempt.gaveUp)).toEqual([false, false, false, false, true]);
		const times = unit?.attempts.flatMap(attempt => [attempt.startSeconds, attempt.endSeconds ?? 0]) ?? [];
		expect(times).toEqual(times.toSorted((a, b) => a - b));
	}
});

test('story 7: the dependants of a failed unit are cancelled, the failed one had one try', async () => {
	const boot = (await modelOf(journalOf('S05-s3-access-denied'))).boot();
	expect(boot?.chain).toEqual(['instance-metadata.service', 's3-config-sync.service', 'foo-app.service']);
	const [metadata, sync, app] = boot?.chain.map(name => boot.units.find(unit => unit.name === name)) ?? [];
	expect(metadata).toMatchObject({state: 'finished', result: 'success'});
	expect(sync).toMatchObject({state: 'failed', result: 'exit-code', exitCode: 1});
	expect(sync?.attempts).toHaveLength(1);
	expect(sync?.lastWords.at(-1)).toContain('giving up');
	expect(app).toMatchObject({state: 'cancelled', cancelledBy: 's3-config-sync.service', attempts: []});
	expect(boot?.notes.map(note => note.text).join('\n')).toContain('Requires= cancels foo-app.service');
	expect(boot?.notes.map(note => note.text).join('\n')).not.toContain('never came back');
});

test('a chain of three is told apart from two dependants of one unit', async () => {
	const boot = (await modelOf(journalOf('S03-tags-missing-pending-wait'))).boot();
	const by = (name: string) => boot?.units.find(unit => unit.name === name)?.cancelledBy;
	expect(by('s3-config-sync.service')).toBe('instance-metadata.service');
	expect(by('foo-app.service')).toBe('s3-config-sync.service');
});

test('what ends in the shutdown is a consequence: S11 has failures after it and no fault', async () => {
	const boot = (await modelOf(journalOf('S11-terminated-mid-boot'))).boot();
	expect(boot?.shutdownSeconds).toBeCloseTo(124.06, 1);
	expect(boot?.finished).toBe(false);
	const sync = boot?.units.find(unit => unit.name === 's3-config-sync.service');
	expect(sync).toMatchObject({state: 'failed', result: 'signal', endedByShutdown: true});
	expect(sync?.why).toContain('stopped by the shutdown');
});

test('live: a boot read entry by entry names the fault at the moment it comes, and never takes it back', async () => {
	const model = createBootModel();
	let named: number | null = null;
	for (const entry of await readAll(journalOf('S06-crash-loop'))) {
		model.add([entry]);
		const fault = model.boot()?.firstFault;
		if (fault != null) {
			named ??= entry.monotonicUs / 1e6;
			expect(fault.unit).toBe('foo-app.service');
		} else {
			expect(named).toBeNull();
		}
	}

	expect(named).toBeCloseTo(104.7, 0);
});

test('S10: 234,000 entries are folded into few units and kept nowhere', async () => {
	const model = createBootModel();
	for await (const entries of entriesOf(journalOf('S10-noisy'))) {
		model.add(entries);
	}

	expect(model.boot()?.entryCount).toBe(233_967);
	expect(model.boot()?.units.length).toBeLessThan(200);
}, 60_000);
