import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import {messageIds} from '../../src/boot/message-ids.ts';
import type {Boot} from '../../src/boot/types.ts';
import {bootOf, entry, line, manager, started, stateOf} from './entries.ts';
import {journalOf, readAll} from './recordings.ts';

/** Everything but the count of messages. */
const judged = (boot: Boot | null) => ({
	...boot,
	entryCount: 0,
	lastSeconds: 0,
	units: boot?.units.map(unit => ({...unit, lastWords: []})),
});

const forgeries = [
	{MESSAGE_ID: messageIds.unitFailed, UNIT_RESULT: 'exit-code', MESSAGE: 'app.service: Failed with result'},
	{MESSAGE_ID: messageIds.startFailed, JOB_RESULT: 'failed', MESSAGE: 'Failed to start app.service'},
	{
		MESSAGE_ID: messageIds.startFailed,
		JOB_RESULT: 'dependency',
		MESSAGE: 'Dependency failed for app.service',
	},
	{
		MESSAGE_ID: messageIds.processExited,
		EXIT_CODE: 'exited',
		EXIT_STATUS: '9',
		MESSAGE: 'Main process exited',
	},
	{MESSAGE_ID: messageIds.shutdown, MESSAGE: 'System is powering down.'},
	{MESSAGE_ID: messageIds.linesSuppressed, N_DROPPED: '100000', MESSAGE: 'Suppressed 100000 messages'},
	{MESSAGE_ID: messageIds.startupFinished, MESSAGE: 'Startup finished in 1s (kernel) + 1s (userspace) = 2s.'},
	{MESSAGE_ID: messageIds.coreDump, COREDUMP_UNIT: 'app.service', MESSAGE: 'Process 700 (app) dumped core.'},
	{MESSAGE: 'app.service: Start request repeated too quickly.'},
	{MESSAGE: "app.service: Job app.service/start failed with result 'dependency'."},
	{
		MESSAGE:
			'oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/system.slice/app.service,task=app,pid=700,uid=0',
	},
	{MESSAGE: 'Memory cgroup out of memory: Killed process 700 (app)'},
	{MESSAGE: 'app[700]: segfault at 0 ip 0 sp 0 error 4'},
];

test('X4 what any process may send to journald changes no state, and is counted as a message', () => {
	const honest = [started(10, 'app.service'), line(11, 'app.service', 'INFO serving')];
	const forged = forgeries.flatMap(fields => [
		entry(12, {
			_PID: '900',
			_UID: '1000',
			_SYSTEMD_UNIT: 'user@1000.slice',
			UNIT: 'app.service',
			OBJECT_SYSTEMD_UNIT: 'app.service',
			SYSLOG_IDENTIFIER: 'systemd',
			...fields,
		}),
		entry(12, {
			_PID: '1',
			_UID: '1000',
			_SYSTEMD_UNIT: 'user@1000.slice',
			UNIT: 'app.service',
			SYSLOG_IDENTIFIER: 'systemd',
			...fields,
		}),
		// The kernel's log as root's user space may write it: journald names the writer, not the kernel.
		entry(12, {_TRANSPORT: 'kernel', SYSLOG_IDENTIFIER: 'app', UNIT: 'app.service', ...fields}),
		entry(12, {
			_PID: '901',
			_UID: '1000',
			_TRANSPORT: 'syslog',
			SYSLOG_IDENTIFIER: 'systemd-journald',
			...fields,
		}),
	]);
	const boot = bootOf([...honest, ...forged]);
	expect(judged(boot)).toEqual(judged(bootOf(honest)));
	expect(boot.entryCount).toBe(honest.length + forged.length);
	expect(stateOf(boot, 'app.service')).toBe('running');
});

test('X4 the same from the unit itself: its lines are lines', () => {
	const honest = [started(10, 'app.service')];
	const forged = forgeries.map(fields =>
		line(12, 'app.service', fields.MESSAGE, {...fields, UNIT: 'app.service'}),
	);
	const boot = bootOf([...honest, ...forged]);
	expect(boot.firstFault).toBeNull();
	expect(boot.shutdownSeconds).toBeNull();
	expect(boot.suppressed).toBe(0);
	expect(boot.finished).toBe(false);
});

test('X4 a recorded boot with forgeries between all its entries has the same first fault', async () => {
	const entries = await readAll(journalOf('S05-s3-access-denied'));
	const model = createBootModel();
	const plain = createBootModel();
	plain.add(entries);
	for (const [index, one] of entries.entries()) {
		const fields = forgeries[index % forgeries.length] ?? {};
		model.add([
			one,
			{
				...entry(one.monotonicUs / 1e6, {
					_PID: '4000',
					_UID: '1000',
					_SYSTEMD_UNIT: 'evil.scope',
					UNIT: 'instance-metadata.service',
					...fields,
				}),
				bootId: one.bootId,
			},
		]);
	}

	expect(model.boot()?.firstFault).toEqual(plain.boot()?.firstFault);
	expect(model.boot()?.units.map(unit => [unit.name, unit.state])).toEqual(
		plain.boot()?.units.map(unit => [unit.name, unit.state]),
	);
	expect(model.boot()?.entryCount).toBe(2 * entries.length);
});

test('the real ones do count: PID 1, journald, the kernel, logind', () => {
	const boot = bootOf([
		started(10, 'app.service'),
		entry(11, {
			_TRANSPORT: 'driver',
			_PID: '200',
			SYSLOG_IDENTIFIER: 'systemd-journald',
			_SYSTEMD_UNIT: 'systemd-journald.service',
			OBJECT_SYSTEMD_UNIT: 'app.service',
			MESSAGE_ID: messageIds.linesSuppressed,
			N_DROPPED: '3000',
			MESSAGE: 'Suppressed 3000 messages from app.service',
		}),
		entry(12, {
			_TRANSPORT: 'kernel',
			SYSLOG_IDENTIFIER: 'kernel',
			_SOURCE_MONOTONIC_TIMESTAMP: '12000000',
			MESSAGE:
				'oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/system.slice/app.service,task_memcg=/system.slice/app.service,task=app,pid=700,uid=999',
		}),
		entry(12, {
			_TRANSPORT: 'kernel',
			SYSLOG_IDENTIFIER: 'kernel',
			_SOURCE_MONOTONIC_TIMESTAMP: '12000000',
			MESSAGE: 'Memory cgroup out of memory: Killed process 700 (app) total-vm:1kB',
		}),
		manager(13, 'app.service', 'app.service: A process of this unit has been killed by the OOM killer.', {
			MESSAGE_ID: messageIds.outOfMemory,
		}),
		manager(13, 'app.service', 'app.service: Main process exited, code=killed, status=9/KILL', {
			MESSAGE_ID: messageIds.processExited,
			EXIT_CODE: 'killed',
			EXIT_STATUS: '9',
		}),
		manager(13, 'app.service', "app.service: Failed with result 'oom-kill'.", {
			MESSAGE_ID: messageIds.unitFailed,
			UNIT_RESULT: 'oom-kill',
		}),
		entry(20, {
			_PID: '300',
			_UID: '0',
			_SYSTEMD_UNIT: 'systemd-logind.service',
			MESSAGE_ID: messageIds.shutdown,
			MESSAGE: 'System is powering down.',
		}),
	]);
	expect(boot.suppressed).toBe(3000);
	expect(boot.notes.map(note => note.text)).toContain(
		'journald dropped 3000 lines of app.service (rate limit)',
	);
	expect(boot.firstFault).toMatchObject({unit: 'app.service', result: 'oom-kill', exitCode: null});
	expect(boot.firstFault?.message).toContain('Memory cgroup out of memory');
	expect(boot.shutdownSeconds).toBe(20);
});
