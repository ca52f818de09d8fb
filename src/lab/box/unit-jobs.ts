/** Jobs that somebody gives the manager of a box: start, restart, stop, reset-failed. What follows is played from then on. */
import type {LabMs} from '../types.ts';
import {type Attempt, attemptIn, dependencyFailure, isOf, moveAttempt, moveFacts} from './attempt.ts';
import {
	type JournalFields,
	lifeOf,
	monotonicUs,
	type RecordedBoot,
	type RecordedLife,
	textOf,
} from './life.ts';
import {loadBoots} from './load-boots.ts';
import {mendedBy} from './mending.ts';
import type {PlayedBoot, PlayedBox} from './played-box.ts';

export type JobEnd = {
	readonly result: 'done' | 'failed' | 'dependency' | 'not-found' | 'refused';
	/** Lab time at which the job is over. */
	readonly at: LabMs;
};

export const startUnit = (box: PlayedBox, unit: string, isRestart: boolean): JobEnd => {
	const boot = box.boots().at(-1);
	if (boot === undefined || !boot.unitNames.includes(unit)) return {result: 'not-found', at: box.clock.now()};
	const facts = boot.unitFacts(unit);
	const isUp = facts.get('ActiveState') === 'active';
	if (isUp && !isRestart) return {result: 'done', at: box.clock.now()};
	if (hasGivenUp(facts)) return {result: 'refused', at: box.clock.now()};
	const {result, endUs} = play(box, boot, {unit, fromUs: boot.recordedUs(), stopsFirst: isUp});
	return {result, at: labTime(boot, endUs, box)};
};

export const stopUnit = (box: PlayedBox, unit: string): JobEnd => {
	const boot = box.boots().at(-1);
	if (boot === undefined || !boot.unitNames.includes(unit)) return {result: 'not-found', at: box.clock.now()};
	const facts = boot.unitFacts(unit);
	if (facts.get('ActiveState') !== 'active' && facts.get('ActiveState') !== 'activating')
		return {result: 'done', at: box.clock.now()};
	const fromUs = boot.recordedUs();
	boot.amend(before =>
		withEntries(before, unit, stopEntries(before, unit, fromUs), atRest(before, unit, fromUs)),
	);
	if (unit === appOf(box)) box.setHealthy(null);
	return {result: 'done', at: labTime(boot, fromUs + stopUs, box)};
};

/** Forgets that it failed, and how often it was started. The journal says nothing of it. */
export const resetFailed = (box: PlayedBox, unit: string): boolean => {
	const boot = box.boots().at(-1);
	const facts = boot?.unitFacts(unit);
	if (boot === undefined || facts === undefined || facts.size === 0) return false;
	if (facts.get('ActiveState') === 'failed')
		boot.amend(before => ({...before, units: new Map([...before.units, [unit, rested(before, unit)]])}));
	return true;
};

type Job = {readonly unit: string; readonly fromUs: number; readonly stopsFirst: boolean};
type Played = {readonly result: JobEnd['result']; readonly endUs: number};

/** Requirements that are not up come first, as the manager has it; one that fails takes the job with it. */
const play = (box: PlayedBox, boot: PlayedBoot, {unit, fromUs, stopsFirst}: Job): Played => {
	let readyUs = fromUs;
	for (const required of requirements(boot, unit)) {
		if (boot.unitFacts(required).get('ActiveState') === 'active') continue;
		const before = play(box, boot, {unit: required, fromUs: readyUs, stopsFirst: false});
		readyUs = before.endUs + afterUs;
		if (before.result !== 'done') {
			boot.amend(now => failDependency(now, unit, readyUs));
			return {result: 'dependency', endUs: readyUs};
		}
	}
	const source = sourceOf(box, unit);
	if (source === null) return {result: 'not-found', endUs: readyUs};
	const {attempt, text} = source;
	const stopping = stopsFirst ? stopEntries(boot.recorded(), unit, readyUs) : [];
	const toUs = readyUs + (stopsFirst ? stopUs : 0);
	const move = {into: boot.recorded(), toUs, number: runsOf(boot, unit) + 1, text};
	const entries = moveAttempt(attempt, move);
	boot.amend(now => withEntries(now, unit, [...stopping, ...entries], moveFacts(attempt, move), readyUs));
	if (unit === appOf(box)) tellHealth(box, boot, entries);
	return {
		result: attempt.jobResult === 'done' ? 'done' : 'failed',
		endUs: toUs + attempt.jobUs - attempt.startUs,
	};
};

const afterUs = 20_000;
const stopUs = 80_000;

const requirements = (boot: PlayedBoot, unit: string): readonly string[] =>
	(boot.unitFacts(unit).get('Requires') ?? '')
		.split(' ')
		.filter(name => name.endsWith('.service') && boot.unitNames.includes(name));

/** Starts of one minute ago and its own restarts count; `reset-failed` forgets them. */
const hasGivenUp = (facts: ReadonlyMap<string, string>): boolean =>
	facts.get('ActiveState') === 'failed' && Number(facts.get('NRestarts') ?? 0) >= 5;

type Source = {readonly attempt: Attempt; readonly text: (text: string) => string};

/** Its own recorded run again; the healthy recording's where it was mended, or never ran on this box. */
const sourceOf = (box: PlayedBox, unit: string): Source | null => {
	const life = lifeOf(box.instance.recording);
	const mended = mendedBy(box, unit);
	const own = mended === null ? lastAttempt(life, unit) : null;
	if (own !== null) return {attempt: own, text: text => text};
	const healthy = healthyLife();
	const attempt = lastAttempt(healthy, unit);
	if (attempt === null) return null;
	return {attempt, text: renaming([...namesBetween(healthy, life), ...(mended?.instead ?? [])])};
};

const lastAttempt = ({boots}: RecordedLife, unit: string): Attempt | null =>
	boots.map(boot => attemptIn(boot, unit)).findLast(attempt => attempt !== null) ?? null;

let healthy: RecordedLife | undefined;
const healthyLife = (): RecordedLife => {
	healthy ??= loadBoots().get('S01-healthy');
	if (healthy === undefined) throw new Error('the healthy recording is missing');
	return healthy;
};

/** What one recording says of its machine, as the other says it: `own` of the box knows these. */
const namesBetween = (from: RecordedLife, to: RecordedLife): readonly (readonly [string, string])[] => {
	const ip = ({hostname}: RecordedLife) =>
		/^ip-(\d+-\d+-\d+-\d+)$/.exec(hostname)?.[1]?.replaceAll('-', '.') ?? '';
	return [
		[from.instanceId, to.instanceId],
		[from.hostname, to.hostname],
		[ip(from), ip(to)],
		[from.machineId, to.machineId],
	];
};

const renaming = (pairs: readonly (readonly [string, string])[]) => {
	const known = pairs.filter(([before, after]) => before.length >= 6 && after !== '');
	return (text: string) => known.reduce((said, [before, after]) => said.replaceAll(before, after), text);
};

/** How often the manager began with it in this boot. */
const runsOf = (boot: PlayedBoot, unit: string): number => {
	const ids = boot
		.recorded()
		.entries.filter(entry => isOf(entry, unit))
		.map(entry => textOf(entry['INVOCATION_ID']) || textOf(entry['_SYSTEMD_INVOCATION_ID']));
	return new Set(ids.filter(id => id !== '')).size;
};

/** What was to come of the unit is not played: the manager does something else with it now. */
const withEntries = (
	boot: RecordedBoot,
	unit: string,
	added: readonly JournalFields[],
	facts: ReadonlyMap<string, string>,
	fromUs = monotonicUs(added[0]),
): RecordedBoot => {
	const kept = boot.entries.filter(entry => monotonicUs(entry) <= fromUs || !isOf(entry, unit));
	const entries = [...kept, ...added].sort((one, other) => monotonicUs(one) - monotonicUs(other));
	return {...boot, entries, units: new Map([...boot.units, [unit, facts]])};
};

const failDependency = (boot: RecordedBoot, unit: string, atUs: number): RecordedBoot => {
	const recorded = dependencyFailure(boot, unit);
	const [first] = recorded;
	if (first === undefined) return boot;
	const move = {into: boot, toUs: atUs, number: recorded.length + 1, text: (text: string) => text};
	const entries = moveAttempt({entries: recorded, startUs: monotonicUs(first), boot}, move);
	return withEntries(boot, unit, entries, boot.units.get(unit) ?? new Map(), atUs);
};

/** From the last entry of the manager about this unit: who, where, and on what machine it was written. */
const stopEntries = (boot: RecordedBoot, unit: string, atUs: number): readonly JournalFields[] => {
	const model = boot.entries.findLast(entry => isOf(entry, unit) && textOf(entry['_PID']) === '1');
	if (model === undefined) return [];
	const description = boot.units.get(unit)?.get('Description') ?? unit;
	const say = (us: number, id: string, message: string, more: JournalFields = {}): JournalFields => {
		const {
			JOB_ID: _job,
			JOB_RESULT: _result,
			UNIT_RESULT: _unit,
			EXIT_CODE: _code,
			EXIT_STATUS: _status,
			...rest
		} = model;
		return {
			...rest,
			__MONOTONIC_TIMESTAMP: String(Math.round(us)),
			MESSAGE_ID: id,
			MESSAGE: message,
			JOB_TYPE: 'stop',
			...more,
		};
	};
	return [
		say(atUs, 'de5b426a63be47a7b6ac3eaac82e2f6f', `Stopping ${unit} - ${description}...`),
		say(atUs + stopUs - 1000, '9d1aaa27d60140bd96365438aad20286', `Stopped ${unit} - ${description}.`, {
			JOB_RESULT: 'done',
		}),
	];
};

const rested = (boot: RecordedBoot, unit: string): ReadonlyMap<string, string> =>
	new Map([
		...(boot.units.get(unit) ?? []),
		['ActiveState', 'inactive'],
		['SubState', 'dead'],
		['Result', 'success'],
		['NRestarts', '0'],
	]);

const atRest = (boot: RecordedBoot, unit: string, atUs: number): ReadonlyMap<string, string> =>
	new Map([...rested(boot, unit), ['InactiveEnterTimestampMonotonic', String(Math.round(atUs + stopUs))]]);

const appOf = (box: PlayedBox): string | undefined => lifeOf(box.instance.recording).chain.at(-1);

/** It answers from the moment on in which it says that it listens on an address others can reach. */
const tellHealth = (box: PlayedBox, boot: PlayedBoot, entries: readonly JournalFields[]): void => {
	const listening = entries.find(({MESSAGE: message}) => /listening on 0\.0\.0\.0:/.test(textOf(message)));
	box.setHealthy(listening === undefined ? null : labTime(boot, monotonicUs(listening), box));
};

const labTime = (boot: PlayedBoot, recordedUs: number, {clock}: PlayedBox): LabMs =>
	clock.now() + ((recordedUs - boot.recordedUs()) / 1000) * boot.pace;
