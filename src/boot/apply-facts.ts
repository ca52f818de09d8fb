/**
 * What `systemctl show` adds to the journal's account: units the journal does not tell of, starts whose messages are lost,
 * failures after the last entry. The journal wins where both speak of the same moment, since it knows every run.
 */
import type {UnitFacts} from '../remote/types.ts';
import {keepSentence} from './attempt-record.ts';
import type {BootRecord} from './boot-record.ts';
import {resultWord} from './unit-event.ts';
import {beginRunFromFacts, createUnitRecord, lastAttempt, type UnitRecord} from './unit-record.ts';

/** Times of the journal and of `show` differ by less than this (journald.md, section 7). */
const sameMomentSeconds = 0.5;

export const applyFacts = (boot: BootRecord, facts: UnitFacts): void => {
	const known = boot.units.get(facts.id);
	if (facts.loadState === 'not-found' || (known === undefined && !hasRun(facts))) {
		return;
	}

	const unit = known ?? createUnitRecord(facts.id);
	boot.units.set(unit.name, unit);
	if (facts.activeState === 'failed') {
		applyFailure(boot, unit, facts);
	} else if (facts.activeState === 'active' || facts.activeState === 'activating') {
		applyRun(boot, unit, facts);
	} else if (facts.conditionResult === false && facts.conditionAtUs > 0 && unit.attempts.length === 0) {
		unit.skipped ??= {seconds: facts.conditionAtUs / 1e6, why: 'a condition of the unit was not met'};
	}
};

const hasRun = (facts: UnitFacts): boolean =>
	facts.activeState !== 'inactive' ||
	facts.inactiveExitUs > 0 ||
	(facts.conditionResult === false && facts.conditionAtUs > 0);

const applyRun = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts): void => {
	const start = facts.inactiveExitUs / 1e6;
	const up = facts.activeEnterUs >= facts.inactiveExitUs ? facts.activeEnterUs / 1e6 : null;
	const last = lastAttempt(unit);
	if (facts.inactiveExitUs === 0 || isKnown(unit, start)) {
		if (last !== undefined && last.endSeconds === null && last.upSeconds === null && up !== null) {
			last.upSeconds = up;
		}

		return;
	}

	const attempt = beginRunFromFacts(unit, momentOf(boot, start));
	attempt.upSeconds = up;
};

/** A run of which only lines are known begins with its first line: near enough to be the same run, but without a start. */
const isKnown = (unit: UnitRecord, startSeconds: number): boolean => {
	const last = lastAttempt(unit);
	if (last === undefined) {
		return false;
	}

	if (last.endSeconds === null && unit.lastEventSeconds === 0) {
		last.startSeconds = Math.min(last.startSeconds, startSeconds);
		return true;
	}

	return unit.lastEventSeconds + sameMomentSeconds >= startSeconds;
};

const applyFailure = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts): void => {
	const end = facts.inactiveEnterUs / 1e6;
	const last = lastAttempt(unit);
	if (last !== undefined && last.result !== null && unit.lastEventSeconds + sameMomentSeconds >= end) {
		return;
	}

	const moment = momentOf(boot, end);
	const attempt =
		last !== undefined && last.endSeconds === null
			? last
			: beginRunFromFacts(unit, momentOf(boot, facts.inactiveExitUs / 1e6));
	attempt.endSeconds = end;
	attempt.endedAtUs = moment.realtimeUs;
	attempt.exitCode = facts.execMainCode === 1 ? facts.execMainStatus : null;
	attempt.signal = facts.execMainCode === 2 || facts.execMainCode === 3 ? facts.execMainStatus : null;
	attempt.result = resultWord(facts.result === 'success' ? 'failed' : facts.result);
	attempt.resultSaid = true;
	unit.lastEventSeconds = end;
	keepSentence(
		attempt,
		1,
		`${facts.id} failed with result '${attempt.result}' (systemctl show; the journal does not tell)`,
	);
};

const momentOf = (boot: BootRecord, seconds: number) => ({
	seconds,
	realtimeUs: boot.startedAtUs === null ? 0 : boot.startedAtUs + Math.round(seconds * 1e6),
});
