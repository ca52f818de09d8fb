/** One unit set under nine versions of systemd: the model says the same of all. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {messageIds} from '../../src/boot/message-ids.ts';
import type {Boot} from '../../src/boot/types.ts';
import {parseSystemctlShow} from '../../src/remote/unit-facts.ts';
import {bootOf, manager} from './entries.ts';
import {modelOf, versionsFolder} from './recordings.ts';

const versions = [229, 237, 245, 247, 249, 252, 255, 257, 262];

const unitOf = (boot: Boot | null, name: string) => {
	const unit = boot?.units.find(one => one.name === name);
	return (
		unit && {
			state: unit.state,
			result: unit.result,
			exitCode: unit.exitCode,
			tries: unit.attempts.length,
			by: unit.cancelledBy,
			gaveUp: unit.attempts.at(-1)?.gaveUp ?? false,
		}
	);
};

const expected: Readonly<Record<string, unknown>> = {
	'crash-loop.service': {state: 'failed', result: 'exit-code', exitCode: 1, tries: 5, by: null, gaveUp: true},
	'exit-loop.service': {
		state: 'failed',
		result: 'start-limit-hit',
		exitCode: null,
		tries: 5,
		by: null,
		gaveUp: true,
	},
	'never-ready.service': {
		state: 'failed',
		result: 'timeout',
		exitCode: null,
		tries: 1,
		by: null,
		gaveUp: false,
	},
	'segfault.service': {state: 'failed', result: 'exit-code', exitCode: 2, tries: 1, by: null, gaveUp: false},
	'no-exec.service': {state: 'failed', result: 'exit-code', exitCode: 203, tries: 1, by: null, gaveUp: false},
	'instance-metadata.service': {
		state: 'failed',
		result: 'exit-code',
		exitCode: 4,
		tries: 1,
		by: null,
		gaveUp: false,
	},
	's3-config-sync.service': {
		state: 'cancelled',
		result: null,
		exitCode: null,
		tries: 0,
		by: 'instance-metadata.service',
		gaveUp: false,
	},
	'foo-app.service': {
		state: 'cancelled',
		result: null,
		exitCode: null,
		tries: 0,
		by: 's3-config-sync.service',
		gaveUp: false,
	},
	'good-simple.service': {state: 'running', result: null, exitCode: null, tries: 1, by: null, gaveUp: false},
};

test.each(versions)('systemd %i: states, results, codes and tries are the same', async version => {
	const boot = (await modelOf(join(versionsFolder, `systemd-${version}/journalctl-b-o-json.jsonl`))).boot();
	for (const [name, facts] of Object.entries(expected)) {
		expect([name, unitOf(boot, name)]).toEqual([name, facts]);
	}

	expect(boot?.finished).toBe(true);
	expect(boot?.firstFault).toMatchObject({
		unit: 'instance-metadata.service',
		result: 'exit-code',
		exitCode: 4,
	});
	expect(boot?.firstFault?.message).toMatch(/required tags missing/);
});

const showOf = (version: number) =>
	parseSystemctlShow(
		readFileSync(join(versionsFolder, `systemd-${version}`, 'systemctl-show-units.txt'), 'utf8'),
	);

/** 237 and 245 stop half way: what came is used, the rest is known from the journal. */
test.each(versions)('systemd %i: unit facts, also cut short, change no state', async version => {
	const model = await modelOf(join(versionsFolder, `systemd-${version}/journalctl-b-o-json.jsonl`));
	model.facts(showOf(version));
	for (const [name, facts] of Object.entries(expected)) {
		expect([name, unitOf(model.boot(), name)]).toEqual([name, facts]);
	}

	expect(model.boot()?.firstFault).toMatchObject({unit: 'instance-metadata.service', exitCode: 4});
});

test('where the text says "Started" of a oneshot that is through, the facts say it is finished', async () => {
	const model = await modelOf(join(versionsFolder, 'systemd-229/journalctl-b-o-json.jsonl'));
	expect(unitOf(model.boot(), 'good-oneshot.service')).toMatchObject({state: 'running', result: null});
	model.facts(showOf(229));
	expect(unitOf(model.boot(), 'good-oneshot.service')).toMatchObject({state: 'finished', result: 'success'});
});

test.each(versions.filter(version => version >= 245))(
	'systemd %i: a condition that is not met is a skip',
	async version => {
		const boot = (await modelOf(join(versionsFolder, `systemd-${version}/journalctl-b-o-json.jsonl`))).boot();
		const unit = boot?.units.find(one => one.name === 'skipped.service');
		expect(unit?.state).toBe('skipped');
		expect(unit?.why).toMatch(/skipped/);
	},
);

test('systemd 219 has neither ids nor results for most of it: its sentences are read', () => {
	const said = (seconds: number, message: string, fields = {}) =>
		manager(seconds, 'a.service', message, fields);
	const crash = bootOf([
		said(1, 'Started A.', {MESSAGE_ID: messageIds.startDone}),
		said(2, 'a.service: main process exited, code=exited, status=3/NOTIMPLEMENTED', {}),
		said(2, 'Unit a.service entered failed state.'),
		said(2, 'a.service failed.'),
		said(3, 'a.service holdoff time over, scheduling restart.'),
		said(3, 'Started A.', {MESSAGE_ID: messageIds.startDone}),
		said(4, 'a.service: main process exited, code=killed, status=9/KILL'),
		said(4, 'Unit a.service entered failed state.'),
		said(5, 'a.service holdoff time over, scheduling restart.'),
		said(5, 'start request repeated too quickly for a.service'),
		said(5, 'Failed to start A.', {MESSAGE_ID: messageIds.startFailed, RESULT: 'failed'}),
	]);
	expect(crash.firstFault).toMatchObject({unit: 'a.service', result: 'exit-code', exitCode: 3, atSeconds: 2});
	expect(crash.units[0]?.attempts.map(one => [one.result, one.exitCode, one.signal, one.gaveUp])).toEqual([
		['exit-code', 3, null, false],
		['signal', null, 9, true],
	]);
	const hang = bootOf([
		said(1, 'Starting A...', {MESSAGE_ID: messageIds.jobBegins}),
		said(91, 'a.service start operation timed out. Terminating.'),
		said(91, 'Failed to start A.', {MESSAGE_ID: messageIds.startFailed, RESULT: 'failed'}),
		said(91, 'Unit a.service entered failed state.'),
	]);
	expect(hang.firstFault).toMatchObject({result: 'timeout', atSeconds: 91});
});
