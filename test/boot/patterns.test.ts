/** X3: the built-in patterns of this room are linear. Each sees adversarial lines of 100 KB far more often than a journal has them. */
import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import {messageIds} from '../../src/boot/message-ids.ts';
import {entry, manager, started} from './entries.ts';

const kilobytes = (piece: string, size = 100_000): string =>
	piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

const adversarial = [
	kilobytes('a'),
	kilobytes('no '),
	kilobytes('0 error'),
	kilobytes(' '),
	kilobytes('\t'),
	kilobytes('Error'),
	kilobytes('(INFO'),
	`oom-kill:${kilobytes('task_memcg=/')}`,
	`oom-kill:${kilobytes(',pid=1')}`,
	`oom-kill:task_memcg=${kilobytes('/a')}`,
	`Memory cgroup ${kilobytes('out of memory')}`,
	kilobytes('[1'),
	kilobytes('thread '),
	`thread '${kilobytes('a')}`,
	`Startup finished in ${kilobytes('1min 1.1s ')}`,
	`Startup finished in ${kilobytes('1')}`,
	`Condition check resulted in ${kilobytes('being skipped')}`,
	kilobytes(' was skipped because'),
	`a.service: Job ${kilobytes('x')}`,
	`a.service: Failed with result '${kilobytes('x')}`,
	`a.service: ${kilobytes('process exited, code=')}`,
	kilobytes('start request repeated too '),
];

test('X3 patterns of the boot model take no time on adversarial lines of 100 KB', () => {
	const model = createBootModel();
	model.add([started(1, 'a.service')]);
	const ids = [undefined, ...Object.values(messageIds)];
	const before = process.cpuUsage().user;
	let read = 0;
	for (const message of adversarial) {
		for (const MESSAGE_ID of ids) {
			model.add([
				manager(2, 'a.service', message, {
					MESSAGE_ID,
					EXIT_CODE: message,
					EXIT_STATUS: message,
					UNIT_RESULT: message,
				}),
				entry(2, {_PID: '7', _SYSTEMD_UNIT: 'a.service', MESSAGE: message, MESSAGE_ID}),
				entry(2, {_TRANSPORT: 'kernel', SYSLOG_IDENTIFIER: 'kernel', MESSAGE: message}),
			]);
			read += 3;
		}
	}

	model.boot();
	// 10 ms each is the limit of the threat table; a quadratic pattern takes seconds for one.
	expect((process.cpuUsage().user - before) / 1000 / read).toBeLessThan(10);
}, 60_000);
