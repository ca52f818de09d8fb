/**
 * A recording as one instance plays it: lab time decides how far it has come, the instance's seed gives it its own ids,
 * cursors and pace. What is asked here is always the present.
 */
import type {LabClock, LabInstance, LabMs} from '../types.ts';
import {type BoxFiles, createBoxFiles} from './box-files.ts';
import {
	type JournalField,
	type JournalFields,
	lifeOf,
	monotonicUs,
	type RecordedBoot,
	textOf,
} from './life.ts';
import {
	createDateShift,
	createPidShift,
	createSubstitution,
	digest,
	hashNumber,
	type PidShift,
	remembering,
} from './own-text.ts';
import {createUnitHistory, type UnitFactsAt} from './unit-history.ts';

export type PlayedEntry = {
	/** Position in its boot's journal, from 0. */
	readonly index: number;
	readonly realtimeUs: number;
	readonly monotonicUs: number;
	readonly cursor: string;
	/** Lab time at which it becomes visible. */
	readonly dueAt: LabMs;
	/** With all times, ids and cursors already the box's own. */
	readonly fields: () => JournalFields;
	/** As recorded, for matching on fields that no box changes. */
	readonly recorded: JournalFields;
};

export type PlayedBoot = {
	readonly bootId: string;
	readonly startsAt: LabMs;
	/** When it ended by itself; null while it runs. */
	readonly endsAt: LabMs | null;
	readonly agentUpAt: LabMs | null;
	readonly entries: readonly PlayedEntry[];
	readonly unitNames: readonly string[];
	/** `systemctl show` of a unit now. */
	readonly unitFacts: (unit: string) => ReadonlyMap<string, string>;
	/** What it plays, with everything that was done to it so far. */
	readonly recorded: () => RecordedBoot;
	/** Lab seconds to a recorded second. */
	readonly pace: number;
	/** How far it has come, in the recording's own microseconds. */
	readonly recordedUs: () => number;
	/** Something is done to it: it plays on as `change` says. What is past must stay as it was. */
	readonly amend: (change: (boot: RecordedBoot) => RecordedBoot) => void;
	/** Called once when it plays on otherwise than it would have; gives what takes the listener back. */
	readonly onceAmended: (listener: () => void) => () => void;
	/** It ends now: what was to come is never played. */
	readonly end: (now: LabMs) => void;
};

export type PlayedBox = {
	readonly instance: LabInstance;
	readonly clock: LabClock;
	readonly hostname: string;
	readonly machineId: string;
	readonly unitFiles: string;
	/** Boots that have begun, the running one last. Never empty. */
	readonly boots: () => readonly PlayedBoot[];
	/** How many entries of a boot are in the journal by now. */
	readonly visible: (boot: PlayedBoot) => number;
	readonly uptimeSeconds: () => number;
	readonly agentOnline: () => boolean;
	readonly appHealthy: () => boolean;
	/** From then on the app answers, or, null, does not answer any more: somebody started it anew. */
	readonly setHealthy: (from: LabMs | null) => void;
	/** The machine goes down now and comes up again; its agent is silent meanwhile. */
	readonly reboot: () => void;
	readonly files: BoxFiles;
	/** Called when the agent, and what runs under it, is taken away by a reboot. */
	readonly onDown: (listener: () => void) => void;
	readonly consoleText: () => string;
	/** Text of the recording with the box's own ids, pids and dates. */
	readonly own: (text: string) => string;
	/** A recorded pid as the box has it. */
	readonly ownPid: (recorded: string) => string;
};

export const createPlayedBox = (instance: LabInstance, clock: LabClock): PlayedBox => {
	const life = lifeOf(instance.recording);
	const pace = 0.97 + (hashNumber(instance.seed, 'pace') % 6001) / 100_000;
	const at = (seconds: number): LabMs => instance.poweredOnAt + seconds * 1000 * pace;
	const secondsNow = () => (clock.now() - instance.poweredOnAt) / 1000 / pace;
	const substitute = createSubstitution(instance, life);
	const shiftDates = createDateShift(at(0), life.boots[0], pace);
	const pids = createPidShift(instance.seed);
	const own = (text: string) => shiftDates(substitute(pids.inText(text)));
	const machineId = digest(instance.seed, 'machine');
	const journalFile = digest(instance.seed, 'journal file');
	const playing = {instance, at, pace, substitute: remembering(substitute), own, pids, clock, journalFile};
	let boots: readonly PlayedBoot[] = life.boots.map(boot => playBoot(boot, playing));
	const begun = () => {
		const now = clock.now();
		return boots.filter((boot, index) => index === 0 || boot.startsAt <= now);
	};
	let healthyFrom: LabMs | null | undefined;
	const downListeners: (() => void)[] = [];
	const running = () => begun().at(-1) as PlayedBoot;
	return {
		instance,
		clock,
		hostname: `ip-${instance.privateIp.replaceAll('.', '-')}`,
		machineId,
		unitFiles: life.unitFiles,
		boots: begun,
		visible: boot => countUntil(boot.entries, Math.min(clock.now(), instance.terminatedAt() ?? Infinity)),
		uptimeSeconds: () => Math.max(0, (clock.now() - running().startsAt) / 1000),
		agentOnline: () => {
			const now = clock.now();
			const {agentUpAt, endsAt} = running();
			return (
				agentUpAt !== null && agentUpAt <= now && (endsAt === null || now < endsAt) && isPowered(instance)
			);
		},
		appHealthy: () => {
			const seconds = secondsNow();
			const {endsAt} = running();
			if (!isPowered(instance) || (endsAt !== null && endsAt <= clock.now())) return false;
			if (healthyFrom !== undefined) return healthyFrom !== null && healthyFrom <= clock.now();
			return life.health.filter(({atSeconds}) => atSeconds <= seconds).at(-1)?.result === '200';
		},
		consoleText: () => {
			const until = Math.min(clock.now(), instance.terminatedAt() ?? Infinity);
			const seconds = (until - instance.poweredOnAt) / 1000 / pace;
			return own(
				instance.recording.console
					.filter(({atSeconds}) => atSeconds <= seconds)
					.map(({text}) => text)
					.join(''),
			);
		},
		own,
		ownPid: pids.pid,
		setHealthy: from => {
			healthyFrom = from;
		},
		reboot: () => {
			const now = clock.now();
			const past = begun();
			const next = life.boots[past.length] ?? life.boots[0];
			if (next === undefined) return;
			for (const listener of downListeners) listener();
			past.at(-1)?.end(now);
			const startsAt = now + rebootMs * pace;
			boots = [...past, playBoot(next, {...playing, again: {number: past.length, startsAt}})];
			healthyFrom = healthyAfter(life, next, {startsAt, pace});
		},
		files: createBoxFiles(life, {own, now: clock.now}),
		onDown: listener => downListeners.push(listener),
	};
};

/** When the boot that is played again answers for the first time; null: never, as it was recorded. */
const healthyAfter = (
	{health}: ReturnType<typeof lifeOf>,
	{zeroSeconds, endSeconds}: RecordedBoot,
	{startsAt, pace}: {readonly startsAt: LabMs; readonly pace: number},
): LabMs | null => {
	const until = endSeconds ?? Number.POSITIVE_INFINITY;
	const first = health.find(
		({atSeconds, result}) => result === '200' && atSeconds >= zeroSeconds && atSeconds < until,
	);
	return first === undefined ? null : startsAt + (first.atSeconds - zeroSeconds) * 1000 * pace;
};

/** From the last word of one boot to the kernel of the next. */
const rebootMs = 6000;

const isPowered = (instance: LabInstance) => {
	const state = instance.state();
	return state === 'running' || state === 'pending' || state === 'shutting-down';
};

type Playing = {
	readonly instance: LabInstance;
	readonly at: (seconds: number) => LabMs;
	readonly pace: number;
	readonly substitute: (text: string) => string;
	readonly own: (text: string) => string;
	readonly pids: PidShift;
	readonly clock: LabClock;
	/** The `s=` of its cursors. */
	readonly journalFile: string;
	/** Played once more, or at another moment than it was recorded at. */
	readonly again?: {readonly number: number; readonly startsAt: LabMs};
};

const playBoot = (first: RecordedBoot, playing: Playing): PlayedBoot => {
	const {at, pace, instance, clock, again} = playing;
	const bootId = digest(
		instance.seed,
		`boot/${first.bootId}${again === undefined ? '' : `/${again.number}`}`,
	);
	const startsAt = again?.startsAt ?? at(first.zeroSeconds);
	const later = startsAt - at(first.zeroSeconds);
	let boot = first;
	let endedAt: LabMs | null = null;
	let entries: readonly PlayedEntry[] | undefined;
	let factsAt: UnitFactsAt | undefined;
	let amended: (() => void)[] = [];
	const recordedUs = () => ((clock.now() - startsAt) * 1000) / pace;
	return {
		bootId,
		startsAt,
		get endsAt() {
			return endedAt ?? (boot.endSeconds === null || again !== undefined ? null : at(boot.endSeconds));
		},
		agentUpAt: boot.agentUpSeconds === null ? null : at(boot.agentUpSeconds) + later,
		get entries() {
			entries ??= boot.entries.map((fields, index) =>
				playEntry(fields, index, {...playing, bootId, startsAt}),
			);
			return entries;
		},
		unitNames: [...boot.units.keys()],
		unitFacts: unit => {
			factsAt ??= createUnitHistory(boot);
			return playFacts(factsAt(unit, recordedUs()), playing);
		},
		recorded: () => boot,
		pace,
		recordedUs,
		amend: change => {
			boot = change(boot);
			entries = undefined;
			factsAt = undefined;
			const waiting = amended;
			amended = [];
			for (const listener of waiting) listener();
		},
		onceAmended: listener => {
			amended.push(listener);
			return () => {
				amended = amended.filter(one => one !== listener);
			};
		},
		end: now => {
			endedAt = now;
			const until = recordedUs();
			boot = {...boot, entries: boot.entries.filter(entry => monotonicUs(entry) <= until)};
			entries = undefined;
		},
	};
};

const playFacts = (facts: ReadonlyMap<string, string>, {pace, own, pids, instance}: Playing) => {
	const played = new Map<string, string>();
	for (const [name, value] of facts) {
		if (name.endsWith('TimestampMonotonic')) played.set(name, String(Math.round(Number(value) * pace)));
		else if (name === 'InvocationID') played.set(name, value === '' ? '' : digest(instance.seed, value));
		else if (name.endsWith('PID')) played.set(name, pids.pid(value));
		else played.set(name, own(value));
	}
	return played;
};

/** A flood has hundreds of thousands: what is not always asked for is made when it is. */
const playEntry = (
	recorded: JournalFields,
	index: number,
	playing: Playing & {readonly bootId: string; readonly startsAt: LabMs},
): PlayedEntry => {
	const {pace, startsAt} = playing;
	const ownMonotonicUs = Math.round(monotonicUs(recorded) * pace);
	const realtimeUs = Math.round(startsAt * 1000) + ownMonotonicUs;
	const entry: PlayedEntry = {
		index,
		realtimeUs,
		monotonicUs: ownMonotonicUs,
		get cursor() {
			return cursorOf(entry, playing);
		},
		dueAt: startsAt + ownMonotonicUs / 1000,
		recorded,
		fields: () => playFields(recorded, {...playing, ownMonotonicUs, realtimeUs, cursor: entry.cursor}),
	};
	return entry;
};

const cursorOf = (
	{index, monotonicUs: m, realtimeUs: t}: PlayedEntry,
	{instance: {seed}, bootId, journalFile}: Playing & {readonly bootId: string},
): string => {
	const hash = [index, m].map(number =>
		(Math.imul(number ^ seed, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0'),
	);
	const number = index + 1 + (seed % 4096);
	return `s=${journalFile};i=${number.toString(16)};b=${bootId};m=${m.toString(16)};t=${t.toString(16)};x=${hash.join('')}`;
};

const playFields = (
	recorded: JournalFields,
	{
		cursor,
		realtimeUs,
		ownMonotonicUs,
		bootId,
		instance,
		pace,
		substitute,
		own,
		pids,
	}: Playing & {cursor: string; realtimeUs: number; ownMonotonicUs: number; bootId: string},
): JournalFields => {
	const fields: Record<string, JournalField> = {
		__CURSOR: cursor,
		__REALTIME_TIMESTAMP: String(realtimeUs),
		__MONOTONIC_TIMESTAMP: String(ownMonotonicUs),
		_BOOT_ID: bootId,
	};
	const recordedRealtimeUs = Number(textOf(recorded['__REALTIME_TIMESTAMP']));
	for (const [name, value] of Object.entries(recorded)) {
		if (Object.hasOwn(fields, name)) continue;
		if (name === '_SOURCE_MONOTONIC_TIMESTAMP') fields[name] = String(Math.round(Number(value) * pace));
		else if (name === '_SOURCE_REALTIME_TIMESTAMP')
			fields[name] = String(realtimeUs + Number(value) - recordedRealtimeUs);
		else if (name === 'INVOCATION_ID' || name === '_SYSTEMD_INVOCATION_ID' || name === '_STREAM_ID')
			fields[name] = digest(instance.seed, textOf(value));
		else if (typeof value !== 'string') fields[name] = value;
		else if (name.endsWith('_PID')) fields[name] = pids.pid(value);
		else fields[name] = name === 'MESSAGE' ? own(value) : substitute(value);
	}
	return fields;
};

/** How many entries are due by `now`; they are in order of time. */
const countUntil = (entries: readonly PlayedEntry[], now: LabMs): number => {
	let low = 0;
	let high = entries.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((entries[middle]?.dueAt ?? Infinity) <= now) low = middle + 1;
		else high = middle;
	}
	return low;
};
