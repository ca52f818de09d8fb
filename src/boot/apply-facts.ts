/**
 * What `systemctl show` adds to the journal's account: units the journal does not tell of, starts whose messages are lost,
 * failures after the last entry. The journal wins where both speak of the same moment, since it knows every run.
 * Facts are laid over a copy when the boot is read: the journal's own words may come later than the facts.
 */
import type {Hostile} from '../base/text.ts';
import type {UnitFacts} from '../remote/types.ts';
import {type AttemptRecord, hasFailed, keepSentence} from './attempt-record.ts';
import type {BootRecord} from './boot-record.ts';
import {isDistributionUnit} from './distribution-units.ts';
import {resultWord} from './unit-event.ts';
import {
	beginRunFromFacts,
	createUnitRecord,
	lastAttempt,
	type Moment,
	type UnitRecord,
} from './unit-record.ts';
import {endedByShutdown} from './unit-view.ts';

/** Times of the journal and of `show` differ by less than this (journald.md, section 7). */
const sameMomentSeconds = 0.5;

/** The boot with the facts laid over it; the given one stays as it is. */
export const withFacts = (boot: BootRecord, known: ReadonlyMap<Hostile, UnitFacts>): BootRecord => {
	if (known.size === 0) {
		return boot;
	}

	const units = new Map(boot.units);
	for (const facts of known.values()) {
		const unit = units.get(facts.id);
		if (facts.loadState !== 'not-found' && (unit !== undefined || isWorthShowing(facts))) {
			const copy = unit === undefined ? createUnitRecord(facts.id) : copyOf(unit);
			units.set(copy.name, copy);
			applyFacts(boot, copy, facts);
		}
	}

	cancelByRequirement(boot, units, known);
	return {...boot, units};
};

const copyOf = (unit: UnitRecord): UnitRecord => ({
	...unit,
	attempts: unit.attempts.map(attempt => ({...attempt})),
});

/** What has run or was looked at, and what of the user's own is still to come. */
const isWorthShowing = (facts: UnitFacts): boolean =>
	facts.activeState !== 'inactive' ||
	facts.inactiveExitUs > 0 ||
	facts.conditionAtUs > 0 ||
	(facts.unitFileState === 'enabled' &&
		facts.id.endsWith('.service') &&
		!isDistributionUnit(facts.id, facts));

const applyFacts = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts): void => {
	if (facts.activeState === 'failed') {
		applyFailure(boot, unit, facts);
	} else if (facts.inactiveExitUs > 0) {
		applyRun(boot, unit, facts);
	} else if (facts.conditionResult === false && facts.conditionAtUs > 0 && unit.attempts.length === 0) {
		unit.skipped ??= {seconds: facts.conditionAtUs / 1e6, why: 'a condition of the unit was not met'};
	} else if (
		facts.loadState === 'masked' ||
		facts.loadState === 'bad-setting' ||
		facts.loadState === 'error'
	) {
		unit.skipped ??= {seconds: 0, why: `the unit is ${facts.loadState}`};
	}
};

const applyRun = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts): void => {
	const start = facts.inactiveExitUs / 1e6;
	const up = facts.activeEnterUs >= facts.inactiveExitUs ? facts.activeEnterUs / 1e6 : null;
	const last = lastAttempt(unit);
	if (last !== undefined && isKnown(unit, last, start)) {
		if (!last.startSaid && start < last.startSeconds + sameMomentSeconds) {
			last.startSeconds = start;
			last.upSeconds ??= up;
		} else if (last.endSeconds === null) {
			last.upSeconds ??= up;
		}

		return;
	}

	const attempt = beginRunFromFacts(unit, momentOf(boot, start));
	attempt.upSeconds = up;
	if (facts.activeState === 'inactive' && facts.inactiveEnterUs >= facts.inactiveExitUs) {
		endAttempt(attempt, 'success', momentOf(boot, facts.inactiveEnterUs / 1e6));
	}
};

/** Whether the journal tells of this run: PID 1 spoke at its start or later, or its lines are all there is. */
const isKnown = (unit: UnitRecord, last: AttemptRecord, startSeconds: number): boolean =>
	unit.lastEventSeconds + sameMomentSeconds >= startSeconds || (!last.startSaid && last.endSeconds === null);

const applyFailure = (boot: BootRecord, unit: UnitRecord, facts: UnitFacts): void => {
	const end = facts.inactiveEnterUs / 1e6;
	const last = lastAttempt(unit);
	if (last !== undefined && last.result !== null && unit.lastEventSeconds + sameMomentSeconds >= end) {
		return;
	}

	const open = last?.endSeconds === null ? last : undefined;
	const attempt = open ?? beginRunFromFacts(unit, momentOf(boot, facts.inactiveExitUs / 1e6));
	attempt.exitCode = facts.execMainCode === 1 ? facts.execMainStatus : null;
	attempt.signal = facts.execMainCode === 2 || facts.execMainCode === 3 ? facts.execMainStatus : null;
	endAttempt(attempt, resultWord(facts.result === 'success' ? 'failed' : facts.result), momentOf(boot, end));
	unit.lastEventSeconds = end;
	keepSentence(attempt, 1, `${facts.id} failed with result '${attempt.result}' (by systemctl show)`);
};

const endAttempt = (attempt: AttemptRecord, result: string, moment: Moment): void => {
	attempt.endSeconds = moment.seconds;
	attempt.endedAtUs = moment.realtimeUs;
	attempt.result = result;
	attempt.resultSaid = true;
};

/** `show` says nothing of a cancelled start: a unit that never ran and requires a failed one was cancelled by it. */
const cancelByRequirement = (
	boot: BootRecord,
	units: ReadonlyMap<Hostile, UnitRecord>,
	known: ReadonlyMap<Hostile, UnitFacts>,
): void => {
	let changed = true;
	while (changed) {
		changed = false;
		for (const facts of known.values()) {
			const unit = units.get(facts.id);
			if (
				unit === undefined ||
				unit.attempts.length > 0 ||
				unit.cancelled !== null ||
				unit.skipped !== null
			) {
				continue;
			}

			const by = [...facts.requires, ...facts.bindsTo]
				.map(name => units.get(name))
				.find(one => isLost(boot, one));
			if (by !== undefined) {
				const seconds = by.cancelled?.seconds ?? lastAttempt(by)?.endSeconds ?? 0;
				unit.cancelled = {by: by.name, seconds, sentence: `${by.name} failed`};
				changed = true;
			}
		}
	}
};

const isLost = (boot: BootRecord, unit: UnitRecord | undefined): boolean => {
	const last = unit === undefined ? undefined : lastAttempt(unit);
	const failed = last !== undefined && hasFailed(last) && !endedByShutdown(boot, last);
	return failed || unit?.cancelled != null;
};

const momentOf = (boot: BootRecord, seconds: number): Moment => ({
	seconds,
	realtimeUs: boot.startedAtUs === null ? 0 : boot.startedAtUs + Math.round(seconds * 1e6),
});
