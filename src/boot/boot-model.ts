/** The model of one box's boots: entries folded in as they come, refined by unit state, read as often as needed. */
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import type {UnitFacts} from '../remote/types.ts';
import {withFacts} from './apply-facts.ts';
import {notesOf} from './boot-notes.ts';
import {type BootRecord, createBootRecord, foldEntry} from './boot-record.ts';
import {chainOf} from './chain.ts';
import {firstFaultOf} from './first-fault.ts';
import type {Boot} from './types.ts';
import {unitViewOf} from './unit-view.ts';

export type BootModel = {
	readonly add: (entries: readonly JournalEntry[]) => void;
	/** State of units of the newest boot, by `systemctl show`. May come again and again. */
	readonly facts: (units: readonly UnitFacts[]) => void;
	/** Names the units the user cares about; the last known one ends the chain. [] guesses again. */
	readonly care: (units: readonly string[]) => void;
	/** The newest boot, or the one with this id; null when there is none. Cheap while nothing has changed. */
	readonly boot: (bootId?: string) => Boot | null;
	/** Oldest first. */
	readonly boots: () => readonly Boot[];
	/** Grows with every change. */
	readonly version: () => number;
};

export type BootModelOptions = {
	/** See `care`. */
	readonly units?: readonly string[];
};

/** A box that reboots in a loop has many; the oldest are forgotten. */
const maxBoots = 50;
const maxFacts = 5000;

export const createBootModel = (options: BootModelOptions = {}): BootModel => {
	const records = new Map<string, BootRecord>();
	const views = new Map<string, {readonly version: number; readonly boot: Boot}>();
	const known = new Map<Hostile, UnitFacts>();
	let wanted = options.units ?? [];
	let newest: BootRecord | null = null;
	let version = 0;

	const recordOf = (bootId: string): BootRecord => {
		const record = records.get(bootId) ?? createBootRecord(bootId);
		if (!records.has(bootId)) {
			records.set(bootId, record);
			forgetOldest(records, views);
			if (newest !== null && newest.entryCount > 0) {
				known.clear();
			} else if (newest !== null) {
				// Facts came before the first entry, and with it the boot's id.
				records.delete(newest.bootId);
			}

			newest = record;
		}

		return record;
	};

	const view = (record: BootRecord): Boot => {
		const cached = views.get(record.bootId);
		if (cached?.version === version) {
			return cached.boot;
		}

		const boot = bootOf(record, record === newest ? known : new Map(), wanted);
		views.set(record.bootId, {version, boot});
		return boot;
	};

	return {
		add: entries => {
			for (const entry of entries) {
				// An entry without a boot id belongs to the boot around it.
				const record = entry.bootId === '' && newest !== null ? newest : recordOf(entry.bootId);
				foldEntry(record, entry);
			}

			version += entries.length > 0 ? 1 : 0;
		},
		facts: units => {
			newest ??= recordOf('');
			for (const facts of units) {
				if (known.has(facts.id) || known.size < maxFacts) {
					known.set(facts.id, facts);
				}
			}

			version++;
		},
		care: units => {
			wanted = units;
			version++;
		},
		boot: bootId => {
			const record = bootId === undefined ? newest : records.get(bootId);
			return record == null ? null : view(record);
		},
		boots: () => [...records.values()].map(view),
		version: () => version,
	};
};

const forgetOldest = (records: Map<string, BootRecord>, views: Map<string, unknown>): void => {
	for (const bootId of records.keys()) {
		if (records.size <= maxBoots) {
			return;
		}

		records.delete(bootId);
		views.delete(bootId);
	}
};

const bootOf = (
	journal: BootRecord,
	known: ReadonlyMap<Hostile, UnitFacts>,
	wanted: readonly string[],
): Boot => {
	const record = withFacts(journal, known);
	const units = [...record.units.values()]
		.map(unit => unitViewOf(record, unit, known.get(unit.name) ?? null))
		.toSorted(
			(a, b) => (a.startSeconds ?? Number.POSITIVE_INFINITY) - (b.startSeconds ?? Number.POSITIVE_INFINITY),
		);
	const chain = chainOf(units, {wanted, finishedSeconds: record.finishedSeconds});
	return {
		bootId: record.bootId,
		startedAtUs: record.startedAtUs,
		finished: record.finishedSeconds !== null,
		finishedSeconds: record.finishedSeconds,
		shutdownSeconds: record.shutdownSeconds,
		firstSeconds: Number.isFinite(record.firstSeconds) ? record.firstSeconds : 0,
		lastSeconds: record.lastSeconds,
		kernelSeconds: record.kernelSeconds,
		firstFault: firstFaultOf(record, units, chain),
		chain,
		units,
		notes: notesOf(record, units),
		entryCount: record.entryCount,
		suppressed: record.suppressed,
	};
};
