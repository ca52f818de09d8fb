/** One boot while its entries are being folded in. Memory is bounded: units, runs a unit, lines a run. */
import type {Hostile} from '../base/text.ts';
import {ownText} from '../journal/own-text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {keepSentence} from './attempt-record.ts';
import {createDependencyTree, type DependencyTree} from './dependency-tree.ts';
import {isKernelLine, kernelLineOf} from './kernel-lines.ts';
import {messageIds} from './message-ids.ts';
import {beginsShutdown} from './shutdown.ts';
import type {BootNote} from './types.ts';
import {unitEventOf} from './unit-event.ts';
import {
	applyUnitEvent,
	createUnitRecord,
	lastAttempt,
	type Moment,
	readUnitLine,
	type UnitRecord,
} from './unit-record.ts';

export type BootRecord = {
	readonly bootId: string;
	readonly units: Map<Hostile, UnitRecord>;
	readonly tree: DependencyTree;
	entryCount: number;
	firstSeconds: number;
	lastSeconds: number;
	/** Wall clock of the monotonic zero by the latest entry: early ones come before the clock was set. */
	startedAtUs: number | null;
	finishedSeconds: number | null;
	kernelSeconds: number | null;
	shutdownSeconds: number | null;
	suppressed: number;
	readonly suppressedBy: Map<Hostile, number>;
	readonly notes: BootNote[];
	/** Messages about units beyond the cap. */
	otherUnitMessages: number;
	oomVictim: {readonly unit: Hostile; readonly pid: number} | null;
};

const maxUnits = 5000;
const maxNotes = 200;
const clockStepUs = 1_000_000;

export const createBootRecord = (bootId: string): BootRecord => ({
	bootId,
	units: new Map(),
	tree: createDependencyTree(),
	entryCount: 0,
	firstSeconds: Number.POSITIVE_INFINITY,
	lastSeconds: 0,
	startedAtUs: null,
	finishedSeconds: null,
	kernelSeconds: null,
	shutdownSeconds: null,
	suppressed: 0,
	suppressedBy: new Map(),
	notes: [],
	otherUnitMessages: 0,
	oomVictim: null,
});

export const foldEntry = (boot: BootRecord, entry: JournalEntry): void => {
	boot.entryCount++;
	const moment = {seconds: entry.monotonicUs / 1e6, realtimeUs: entry.realtimeUs};
	foldTime(boot, entry, moment);
	if (boot.shutdownSeconds === null && beginsShutdown(entry)) {
		boot.shutdownSeconds = moment.seconds;
	}

	if (entry.fromManager) {
		foldManagerEntry(boot, entry, moment);
	} else if (isKernelLine(entry)) {
		foldKernelLine(boot, entry);
	} else {
		foldOwnLine(boot, entry);
	}
};

const foldTime = (boot: BootRecord, entry: JournalEntry, moment: Moment): void => {
	if (entry.monotonicUs === 0 && entry.transport !== 'kernel') {
		return;
	}

	boot.firstSeconds = Math.min(boot.firstSeconds, moment.seconds);
	boot.lastSeconds = Math.max(boot.lastSeconds, moment.seconds);
	// Kernel lines carry the time of their origin on one clock and that of their reception on the other.
	if (entry.realtimeUs === 0 || entry.transport === 'kernel') {
		return;
	}

	const startedAtUs = entry.realtimeUs - entry.monotonicUs;
	const stepUs = boot.startedAtUs === null ? 0 : startedAtUs - boot.startedAtUs;
	if (Math.abs(stepUs) > clockStepUs) {
		const way = stepUs > 0 ? 'forward' : 'back';
		addNote(
			boot,
			'clock-step',
			`the clock was set ${way} by ${(Math.abs(stepUs) / 1e6).toFixed(1)}s`,
			moment.seconds,
		);
	}

	boot.startedAtUs = startedAtUs;
};

export const addNote = (boot: BootRecord, kind: string, text: Hostile, atSeconds: number | null): void => {
	if (boot.notes.length < maxNotes) {
		boot.notes.push({kind, text, atSeconds});
	}
};

const foldManagerEntry = (boot: BootRecord, entry: JournalEntry, moment: Moment): void => {
	const id = entry.fields.MESSAGE_ID;
	if (id === messageIds.startupFinished || id === messageIds.startupFinishedInContainer) {
		boot.finishedSeconds ??= moment.seconds;
		boot.kernelSeconds ??= kernelSecondsOf(entry.message);
		return;
	}

	if (entry.unit === '' || entry.unit === 'init.scope') {
		return;
	}

	const event = unitEventOf(entry);
	if (id === messageIds.outOfMemory) {
		markOutOfMemory(boot, entry);
	}

	const unit = event === null ? undefined : unitRecordOf(boot, entry.unit);
	if (event === null || unit === undefined) {
		return;
	}

	applyUnitEvent(unit, event, entry, moment);
	if (event.kind === 'failed' || (event.kind === 'start-failed' && unit.cancelled === null)) {
		boot.tree.failed(unit.name);
	} else if (event.kind === 'start-failed' && unit.cancelled !== null) {
		const by = boot.tree.cancelled(unit.name);
		unit.cancelled = {...unit.cancelled, by};
		if (by !== null) {
			unit.requires.add(by);
		}
	} else if (event.kind === 'job-closed') {
		boot.tree.closed(entry.unit);
	} else if (event.kind === 'started' && entry.unit.endsWith('.target')) {
		addNote(boot, 'target', `reached ${entry.unit}`, moment.seconds);
	}
};

/** `Startup finished in 5.405s (kernel) + 2.9s (initrd) + 1min 59.179s (userspace) = …`; in a container there is no kernel. */
const kernelSecondsOf = (message: string): number | null => {
	const parts = [
		...message
			.slice(0, 500)
			.matchAll(/(?:(\d{1,4})min )?(\d{1,6}(?:\.\d{1,6})?)(ms|s) \((?:kernel|initrd|firmware|loader)\)/g),
	];
	const ours = parts.filter(part => part[0].endsWith('(kernel)') || part[0].endsWith('(initrd)'));
	return ours.length === 0
		? null
		: ours.reduce(
				(sum, [, minutes, amount, unit]) =>
					sum + Number(minutes ?? 0) * 60 + Number(amount) / (unit === 'ms' ? 1000 : 1),
				0,
			);
};

const unitRecordOf = (boot: BootRecord, name: Hostile): UnitRecord | undefined => {
	const known = boot.units.get(name);
	if (known !== undefined) {
		return known;
	}

	// systemd's own limit: a longer name is nobody's.
	if (boot.units.size >= maxUnits || name.length > 256) {
		boot.otherUnitMessages++;
		return undefined;
	}

	const unit = createUnitRecord(name);
	boot.units.set(unit.name, unit);
	return unit;
};

const markOutOfMemory = (boot: BootRecord, entry: JournalEntry): void => {
	const attempt = lastAttemptOf(boot, entry.unit);
	if (attempt !== undefined) {
		attempt.outOfMemory = true;
		keepSentence(attempt, 4, entry.message);
	}
};

const lastAttemptOf = (boot: BootRecord, name: Hostile) => {
	const unit = boot.units.get(name);
	return unit === undefined ? undefined : lastAttempt(unit);
};

const foldKernelLine = (boot: BootRecord, entry: JournalEntry): void => {
	const line = kernelLineOf(entry);
	if (line === null) {
		return;
	}

	if (line.kind === 'oom-victim') {
		boot.oomVictim = {unit: ownText(line.unit), pid: line.pid};
		return;
	}

	const victim =
		boot.oomVictim?.pid === line.pid ? boot.units.get(boot.oomVictim.unit) : unitOfPid(boot, line.pid);
	const attempt = victim === undefined ? undefined : lastAttempt(victim);
	attempt?.judge.offer({score: line.kind === 'oom-killed' ? 95 : 82, text: entry.message.slice(0, 1000)});
};

const unitOfPid = (boot: BootRecord, pid: number): UnitRecord | undefined => {
	for (const unit of boot.units.values()) {
		if (unit.lastPid === pid) {
			return unit;
		}
	}

	return undefined;
};

/** Lines of a unit's own processes; only a service's make a record by themselves. */
const foldOwnLine = (boot: BootRecord, entry: JournalEntry): void => {
	if (entry.fields.MESSAGE_ID === messageIds.linesSuppressed) {
		foldSuppressed(boot, entry);
		return;
	}

	const unit = entry.unit.endsWith('.service') ? unitRecordOf(boot, entry.unit) : boot.units.get(entry.unit);
	if (unit !== undefined) {
		readUnitLine(unit, entry);
	}
};

/** journald's own word alone: nobody else has the transport `driver`. */
const foldSuppressed = (boot: BootRecord, entry: JournalEntry): void => {
	const dropped = Number(entry.fields.N_DROPPED ?? Number.NaN);
	if (entry.transport === 'driver' && Number.isSafeInteger(dropped) && dropped > 0) {
		boot.suppressed += dropped;
		if (boot.suppressedBy.size < maxUnits || boot.suppressedBy.has(entry.unit)) {
			boot.suppressedBy.set(ownText(entry.unit), (boot.suppressedBy.get(entry.unit) ?? 0) + dropped);
		}
	}
};
