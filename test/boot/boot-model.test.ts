import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import {messageIds} from '../../src/boot/message-ids.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {
	bootOf,
	cancelled,
	closed,
	entry,
	exited,
	failed,
	finished,
	line,
	manager,
	rescheduled,
	started,
	starting,
	stateOf,
} from './entries.ts';
import {journalOf, modelOf, readAll, scenarios} from './recordings.ts';

test('story 9: a requirement that failed and recovers leaves an orphan, and not before', async () => {
	const entries = await readAll(journalOf('S05-s3-access-denied'));
	const bootId = entries[0]?.bootId ?? '';
	const model = createBootModel();
	model.add(entries);
	const note = () => model.boot()?.notes.find(one => one.kind === 'orphan')?.text;
	expect(stateOf(model.boot() ?? bootOf([]), 'foo-app.service')).toBe('cancelled');
	expect(note()).toBeUndefined();

	const again = [starting(220, 's3-config-sync.service'), finished(233, 's3-config-sync.service')];
	model.add(again.map(one => ({...one, bootId})));
	const boot = model.boot();
	const unit = (name: string) => boot?.units.find(one => one.name === name);
	expect(unit('s3-config-sync.service')).toMatchObject({state: 'finished', recovered: true});
	expect(unit('s3-config-sync.service')?.attempts).toHaveLength(2);
	expect(unit('foo-app.service')).toMatchObject({state: 'orphan', cancelledBy: 's3-config-sync.service'});
	expect(note()).toMatch(/s3-config-sync\.service recovered, foo-app\.service never came back/);
	// The fault that is to blame is still named.
	expect(boot?.firstFault?.unit).toBe('s3-config-sync.service');
});

test('an orphan that is started after all is an orphan no more', () => {
	const before = [
		starting(1, 'a.service'),
		failed(2, 'a.service'),
		cancelled(2, 'b.service'),
		closed(2, 'b.service'),
		starting(5, 'a.service'),
		finished(6, 'a.service'),
	];
	expect(stateOf(bootOf(before), 'b.service')).toBe('orphan');
	const after = bootOf([...before, started(9, 'b.service')]);
	expect(stateOf(after, 'b.service')).toBe('running');
	expect(after.firstFault).toBeNull();
});

test('a service that crashed once and then stays up has recovered; until that is proven it is the fault', () => {
	const crash = [
		started(1, 'a.service'),
		exited(3, 'a.service', 1),
		failed(3, 'a.service'),
		rescheduled(4, 'a.service', 1),
		started(4, 'a.service'),
	];
	expect(bootOf([...crash, line(6, 'a.service', 'INFO up')]).firstFault?.unit).toBe('a.service');
	const later = bootOf([...crash, line(60, 'a.service', 'INFO still up')]);
	expect(later.firstFault).toBeNull();
	expect(later.units[0]).toMatchObject({state: 'running', recovered: true});
	expect(later.units[0]?.attempts.map(attempt => attempt.result)).toEqual(['exit-code', null]);
});

test('two dependants of one unit both hang on it; a nested one hangs on its own requirement', () => {
	const boot = bootOf([
		starting(1, 'root.service'),
		failed(2, 'root.service'),
		cancelled(2, 'left.service'),
		cancelled(2, 'leaf.service'),
		closed(2, 'leaf.service'),
		closed(2, 'left.service'),
		cancelled(2, 'right.service'),
		closed(2, 'right.service'),
	]);
	const by = Object.fromEntries(boot.units.map(unit => [unit.name, unit.cancelledBy]));
	expect(by).toMatchObject({
		'left.service': 'root.service',
		'leaf.service': 'left.service',
		'right.service': 'root.service',
	});
});

test('a fault in the chain goes before an earlier one beside it', () => {
	const boot = bootOf([
		started(1, 'systemd-something.service'),
		failed(2, 'systemd-something.service'),
		starting(3, 'fetch.service'),
		failed(5, 'fetch.service'),
		cancelled(5, 'shop.service'),
	]);
	expect(boot.firstFault?.unit).toBe('fetch.service');
	expect(boot.chain).toEqual(['fetch.service', 'shop.service']);
	expect(boot.units.find(unit => unit.name === 'systemd-something.service')?.state).toBe('failed');
});

test('a fault beside the chain is named when the chain has none', () => {
	const boot = bootOf([
		started(1, 'other.service'),
		failed(2, 'other.service'),
		starting(3, 'shop.service'),
		started(4, 'shop.service'),
	]);
	expect(boot.chain).toEqual(['shop.service']);
	expect(boot.firstFault?.unit).toBe('other.service');
});

test('the unit the user names ends the chain', () => {
	const entries = [
		starting(1, 'a.service'),
		finished(2, 'a.service'),
		started(2.1, 'b.service'),
		started(30, 'c.service'),
	];
	const model = createBootModel({units: ['b.service']});
	model.add(entries);
	expect(model.boot()?.chain).toEqual(['a.service', 'b.service']);
	model.care([]);
	expect(model.boot()?.chain).toEqual(['c.service']);
});

test('boots in one stream are kept apart, also when their entries alternate', () => {
	const second = (one: JournalEntry): JournalEntry => ({...one, bootId: '00000000000000000000000000000002'});
	const model = createBootModel();
	model.add([
		started(1, 'a.service'),
		second(started(1, 'a.service')),
		failed(2, 'a.service'),
		second(line(3, 'a.service', 'fine')),
	]);
	expect(model.boots().map(boot => [boot.bootId.at(-1), boot.firstFault?.unit])).toEqual([
		['1', 'a.service'],
		['2', undefined],
	]);
	expect(model.boot()?.bootId.at(-1)).toBe('2');
	expect(model.boot('00000000000000000000000000000001')?.firstFault?.unit).toBe('a.service');
	expect(model.boot('ffffffffffffffffffffffffffffffff')).toBeNull();
});

test('the host time of zero is that of a late entry, and a step of the clock is noted', () => {
	const early = entry(5, {MESSAGE: 'x', __REALTIME_TIMESTAMP: '1700000000000000'});
	const boot = bootOf([early, line(50, 'a.service', 'later')]);
	expect(boot.startedAtUs).toBe(1_795_373_000_000_000);
	expect(boot.notes.map(note => note.kind)).toEqual(['clock-step']);
});

test('start, exit code and signal of control processes are told only when the main one says nothing', () => {
	const control = manager(
		2,
		'a.service',
		'a.service: Control process exited, code=exited, status=7/NOTRUNNING',
		{MESSAGE_ID: messageIds.processExited, EXIT_CODE: 'exited', EXIT_STATUS: '7'},
	);
	expect(bootOf([starting(1, 'a.service'), control, failed(3, 'a.service')]).firstFault).toMatchObject({
		exitCode: 7,
		result: 'exit-code',
	});
	expect(
		bootOf([starting(1, 'a.service'), exited(2, 'a.service', 1), control, failed(3, 'a.service')]).firstFault
			?.exitCode,
	).toBe(1);
});

test('X2 five thousand units are kept, the rest is counted', () => {
	const model = createBootModel();
	for (let batch = 0; batch < 20; batch++) {
		model.add(Array.from({length: 500}, (_, index) => started(1, `unit-${batch}-${index}.service`)));
	}

	expect(model.boot()?.units).toHaveLength(5000);
	expect(model.boot()?.notes.find(note => note.kind === 'other-units')?.text).toContain('5000 messages');
});

test('X2 a unit that crashes for ever keeps a bounded number of tries, with their true numbers', () => {
	const entries = Array.from({length: 1000}, (_, index) => [
		started(index, 'a.service'),
		exited(index + 0.5, 'a.service', 1),
		failed(index + 0.5, 'a.service'),
	]);
	const unit = bootOf(entries.flat()).units[0];
	expect(unit?.attempts).toHaveLength(200);
	expect(unit?.attempts[0]?.number).toBe(1);
	expect(unit?.attempts.at(-1)?.number).toBe(1000);
});

test('X2 unit names like __proto__ are names, and results that are no words are only "failed"', () => {
	const boot = bootOf([
		starting(1, '__proto__'),
		failed(2, '__proto__', 'x"><script>'),
		starting(3, 'constructor'),
		finished(4, 'constructor'),
	]);
	expect(boot.firstFault).toMatchObject({unit: '__proto__', result: 'failed'});
	expect(stateOf(boot, 'constructor')).toBe('finished');
});

test('Done when 9: with all units, messages and paths renamed, each recording gives the renamed fault', async () => {
	const rename = (text: string) =>
		text
			.replaceAll('instance-metadata', 'gather')
			.replaceAll('s3-config-sync', 'zz-pull')
			.replaceAll('foo-app', 'shop-front');
	for (const scenario of scenarios.filter(({scenario: name}) => !name.startsWith('S10'))) {
		const model = createBootModel();
		const entries = await readAll(journalOf(scenario.scenario));
		model.add(
			entries.map(one => ({
				...one,
				unit: rename(one.unit),
				message: rename(one.message),
				identifier: rename(one.identifier),
			})),
		);
		const expected = scenario.expected_failing_unit;
		expect(model.boot()?.firstFault?.unit ?? null).toBe(expected === null ? null : rename(expected));
		expect(model.boot()?.chain).toEqual(
			(await modelOf(journalOf(scenario.scenario))).boot()?.chain.map(rename),
		);
	}
});
