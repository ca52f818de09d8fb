/** From a folded unit, and what `systemctl show` said of it, to the unit as everybody else sees it. */
import type {Hostile} from '../base/text.ts';
import type {UnitFacts} from '../remote/types.ts';
import {type AttemptRecord, attemptOf, hasFailed, whyOf} from './attempt-record.ts';
import type {BootRecord} from './boot-record.ts';
import type {Attempt, BootUnit, UnitState} from './types.ts';
import {firstFailedAttempt, lastAttempt, type UnitRecord} from './unit-record.ts';

/** A service that crashed before counts as recovered once it has stayed up this long, or twice its longest earlier run. */
const provenSeconds = 10;

export const unitViewOf = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts | null): BootUnit => {
	const last = lastAttempt(unit);
	const failed = firstFailedAttempt(unit);
	const oneshot = facts?.type === 'oneshot' && last?.upSeconds != null && last.result === null;
	const state = oneshot ? 'finished' : stateOf(boot, unit, last);
	const ended = last?.endSeconds ?? (oneshot ? (last?.upSeconds ?? null) : null);
	const result = oneshot ? 'success' : resultOf(unit, last);
	return {
		name: unit.name,
		state,
		startSeconds: unit.attempts[0]?.startSeconds ?? null,
		upSeconds: last === undefined ? null : upSecondsOf(last),
		endSeconds: ended,
		attempts: unit.attempts.map(attempt => shownAttempt(attempt, oneshot && attempt === last)),
		result,
		exitCode: last?.exitCode ?? null,
		why: whyOfUnit(boot, unit, last),
		requires: facts === null ? [...unit.requires] : [...new Set([...facts.requires, ...facts.bindsTo])],
		after: facts?.after ?? [],
		recovered: failed !== undefined && hasRecovered(boot, unit),
		cancelledBy: unit.cancelled?.by ?? null,
		endedByShutdown: endedByShutdown(boot, last),
		facts,
		lastWords: failed?.lastWords ?? (unit.gaveUp ? (last?.lastWords ?? []) : []),
	};
};

/** A run of which only lines are known has come up some time before. */
const upSecondsOf = (attempt: AttemptRecord): number | null =>
	attempt.upSeconds ?? (attempt.startSaid || attempt.endSeconds !== null ? null : attempt.startSeconds);

const shownAttempt = (attempt: AttemptRecord, finished: boolean): Attempt => {
	const shown = attemptOf(attempt);
	return finished ? {...shown, endSeconds: shown.upSeconds, result: 'success'} : shown;
};

const stateOf = (boot: BootRecord, unit: UnitRecord, last: AttemptRecord | undefined): UnitState => {
	if (unit.cancelled !== null) {
		const cause = unit.cancelled.by === null ? undefined : rootOf(boot, unit.cancelled.by);
		return cause !== undefined && hasRecovered(boot, cause, unit.cancelled.seconds) ? 'orphan' : 'cancelled';
	}

	if (last === undefined) {
		return unit.skipped !== null ? 'skipped' : unit.lastEventSeconds > 0 ? 'finished' : 'waiting';
	}

	if (last.endSeconds === null) {
		return 'running';
	}

	return unit.gaveUp || hasFailed(last) ? 'failed' : 'finished';
};

/** Up the line of cancelled units to the one that failed by itself. */
export const rootOf = (boot: BootRecord, name: Hostile): UnitRecord | undefined => {
	const seen = new Set<Hostile>();
	let unit = boot.units.get(name);
	while (unit?.cancelled?.by != null && !seen.has(unit.name)) {
		seen.add(unit.name);
		unit = boot.units.get(unit.cancelled.by) ?? unit;
	}

	return unit;
};

/** True when its last run is good and, for one that stays up, has lasted long enough to be believed. */
export const hasRecovered = (boot: BootRecord, unit: UnitRecord, sinceSeconds = 0): boolean => {
	const last = lastAttempt(unit);
	if (last === undefined || unit.gaveUp || last.upSeconds === null || last.upSeconds < sinceSeconds) {
		return false;
	}

	if (last.endSeconds !== null) {
		return last.result === 'success' || endedByShutdown(boot, last);
	}

	const earlier = unit.attempts.filter(hasFailed).map(one => (one.endSeconds ?? 0) - one.startSeconds);
	const needed = Math.max(provenSeconds, 2 * Math.max(0, ...earlier));
	return boot.lastSeconds - last.upSeconds >= needed;
};

export const endedByShutdown = (boot: BootRecord, attempt: AttemptRecord | undefined): boolean =>
	boot.shutdownSeconds !== null && attempt?.endSeconds != null && attempt.endSeconds >= boot.shutdownSeconds;

/** The reason is that of the last run; the limit is the result only where every run ended well. */
const resultOf = (unit: UnitRecord, last: AttemptRecord | undefined): string | null =>
	unit.gaveUp && last?.result === 'success' ? 'start-limit-hit' : (last?.result ?? null);

const whyOfUnit = (boot: BootRecord, unit: UnitRecord, last: AttemptRecord | undefined): Hostile | null => {
	if (unit.cancelled !== null) {
		return unit.cancelled.by === null ? unit.cancelled.sentence : `${unit.cancelled.by} failed`;
	}

	if (last === undefined) {
		return unit.skipped?.why ?? null;
	}

	if (endedByShutdown(boot, last) && hasFailed(last)) {
		return `stopped by the shutdown: ${last.sentence?.text ?? last.result}`;
	}

	return hasFailed(last) || unit.gaveUp ? whyOf(last) : null;
};
