/** The verbs of systemctl that change something: as root only, and the manager's own words when it does not work out. */
import type {PlayedBox} from '../played-box.ts';
import {type JobEnd, resetFailed, startUnit, stopUnit} from '../unit-jobs.ts';
import {unitName} from './journalctl-query.ts';
import type {ParsedOptions, PlayerCall} from './player.ts';

type Verb = (call: PlayerCall, options: ParsedOptions, operands: readonly string[]) => Promise<number>;

const asRoot =
	(name: string, verb: Verb): Verb =>
	async (call, options, operands) => {
		if (call.isRoot) return verb(call, options, operands);
		call.io.complain(
			`Failed to ${name} ${operands.map(unitName).join(' ')}: Interactive authentication required.\nSee system logs and 'systemctl status ${operands.map(unitName).join(' ')}' for details.\n`,
		);
		return 1;
	};

const job =
	(name: 'start' | 'restart' | 'stop', begin: (box: PlayedBox, unit: string) => JobEnd): Verb =>
	async ({box, io}, {values}, operands) => {
		if (operands.length === 0) {
			io.complain('Too few arguments.\n');
			return 1;
		}
		let status = 0;
		for (const operand of operands) {
			const unit = unitName(operand);
			const end = begin(box, unit);
			if (!values.has('no-block')) await reached(box, end.at, io.gone);
			const words = complaint(name, unit, end.result);
			if (words === null || (values.has('no-block') && end.result !== 'not-found')) continue;
			io.complain(words);
			status = end.result === 'not-found' ? 5 : 1;
		}
		return status;
	};

const complaint = (name: string, unit: string, result: JobEnd['result']): string | null => {
	const look = `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.\n`;
	switch (result) {
		case 'done':
			return null;
		case 'not-found':
			return `Failed to ${name} ${unit}: Unit ${unit} not found.\n`;
		case 'dependency':
			return `A dependency job for ${unit} failed. See 'journalctl -xe' for details.\n`;
		case 'refused':
			return `Job for ${unit} failed.\n${look}`;
		case 'failed':
			return `Job for ${unit} failed because the control process exited with error code.\n${look}`;
	}
};

const reached = ({clock}: PlayedBox, at: number, gone: AbortSignal) =>
	new Promise<void>(resolve => {
		if (at <= clock.now() || gone.aborted) return resolve();
		const timer = clock.at(at, resolve);
		gone.addEventListener(
			'abort',
			() => {
				timer.cancel();
				resolve();
			},
			{once: true},
		);
	});

const forget: Verb = async ({box, io}, _options, operands) => {
	const names = operands.length === 0 ? (box.boots().at(-1)?.unitNames ?? []) : operands.map(unitName);
	const unknown = names.find(name => !resetFailed(box, name));
	if (unknown === undefined) return 0;
	io.complain(`Failed to reset failed state of unit ${unknown}: Unit ${unknown} not loaded.\n`);
	return 1;
};

/** The session ends with it: nothing is said any more. */
const reboot: Verb = async ({box}) => {
	box.reboot();
	return 0;
};

export const jobVerbs: Readonly<Record<string, Verb>> = {
	start: asRoot(
		'start',
		job('start', (box, unit) => startUnit(box, unit, false)),
	),
	restart: asRoot(
		'restart',
		job('restart', (box, unit) => startUnit(box, unit, true)),
	),
	stop: asRoot('stop', job('stop', stopUnit)),
	'reset-failed': asRoot('reset failed state of', forget),
	'daemon-reload': asRoot('reload daemon:', async () => 0),
	reboot: asRoot('reboot', reboot),
};
