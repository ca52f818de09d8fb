/** The words of a waterfall: labels with their marks, remarks, and the title that sums the boot up. */
import type {Hostile} from '../base/text.ts';
import {formatClock} from './boot-time.ts';
import type {Attempt, Boot, BootUnit} from './types.ts';

/** What colours mean is the theme's affair; this says what a row is. */
export type WaterfallTone = 'good' | 'busy' | 'bad' | 'warn' | 'dim';

export const tryLabel = (attempt: Attempt): string => {
	const what = outcomeOf(attempt);
	return attempt.gaveUp ? `${what}, gave up` : what;
};

const outcomeOf = (attempt: Attempt): string => {
	if (attempt.result === null) {
		return 'runs';
	}

	if (attempt.result === 'oom-kill' || attempt.result === 'core-dump' || attempt.result === 'timeout') {
		return attempt.result;
	}

	if (attempt.signal !== null) {
		return `signal ${attempt.signal}`;
	}

	return attempt.exitCode === null
		? attempt.result === 'success'
			? 'exit 0'
			: attempt.result
		: `exit ${attempt.exitCode}`;
};

export const labelOf = (boot: Boot, unit: BootUnit): string => {
	switch (unit.state) {
		case 'failed':
			return unit.endedByShutdown ? '◌ stopped' : '✖ failed';
		case 'cancelled':
			return '✖ cancelled';
		case 'orphan':
			return '✖ orphan';
		case 'skipped':
			return '– skipped';
		case 'waiting':
			return '◌ waiting';
		case 'finished':
		case 'running':
			return goodLabel(boot, unit);
		default:
			return unit.state satisfies never;
	}
};

const goodLabel = (boot: Boot, unit: BootUnit): string => {
	if (unit.name.endsWith('.target')) {
		return '● reached';
	}

	if (unit.recovered) {
		return '● recovered';
	}

	if (!boot.chain.includes(unit.name)) {
		return '';
	}

	const starting = unit.state === 'running' && unit.upSeconds === null;
	return starting ? '◌ starting' : `● ${unit.state}`;
};

export const toneOf = (unit: BootUnit): WaterfallTone => {
	switch (unit.state) {
		case 'failed':
			return unit.endedByShutdown ? 'warn' : 'bad';
		case 'cancelled':
		case 'orphan':
			return 'bad';
		case 'skipped':
		case 'waiting':
			return 'dim';
		case 'running':
			return unit.upSeconds === null ? 'busy' : 'good';
		case 'finished':
			return 'good';
		default:
			return unit.state satisfies never;
	}
};

export const remarkOf = (unit: BootUnit): string => {
	if (unit.state === 'cancelled') {
		return 'at try 1. Later tries cannot revive it.';
	}

	return unit.state === 'orphan' ? 'never came back' : '';
};

export const titleOf = (boot: Boot): Hostile => {
	const count = (states: readonly string[]): number =>
		boot.units.filter(unit => states.includes(unit.state) && !unit.endedByShutdown).length;
	const failed = count(['failed']);
	const cancelled = count(['cancelled']);
	const orphans = count(['orphan']);
	const parts = [
		progressOf(boot, failed + cancelled + orphans > 0),
		...(failed > 0 ? [`${failed} failed`] : []),
		...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
		...(orphans > 0 ? [`${orphans} orphan`] : []),
		...(boot.shutdownSeconds === null ? [] : [`shut down at ${formatClock(boot.shutdownSeconds)}`]),
	];
	return parts.join(' · ');
};

const progressOf = (boot: Boot, degraded: boolean): Hostile => {
	const target = boot.units.findLast(
		unit =>
			(unit.name === 'multi-user.target' || unit.name === 'graphical.target') && unit.upSeconds !== null,
	);
	if (target?.upSeconds != null) {
		const name = boot.units.some(unit => unit.name === 'multi-user.target' && unit.upSeconds !== null)
			? 'multi-user'
			: target.name.slice(0, -'.target'.length);
		const reached = boot.units.find(unit => unit.name === `${name}.target`)?.upSeconds ?? target.upSeconds;
		return `reached ${name} ${formatClock(reached)}${degraded ? ', degraded' : ''}`;
	}

	return boot.finished
		? `finished ${formatClock(boot.finishedSeconds ?? 0)}`
		: `booting ${formatClock(boot.lastSeconds)}`;
};
