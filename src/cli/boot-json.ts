/** `boot -o json`: the shape of the contract, then what else the model knows. Messages are masked like on a screen. */
import {shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {Attempt, Boot, BootUnit, FirstFault} from '../boot/types.ts';

export type BootDocumentContext = {
	readonly instanceId: string | null;
	/** Lines of the input that were no entry. */
	readonly garbageLines: number;
	/** Why the input was not read to its end, or null. */
	readonly incomplete: Hostile | null;
};

export const bootDocument = (boot: Boot, context: BootDocumentContext): unknown => ({
	instanceId: context.instanceId,
	bootId: boot.bootId === '' ? null : boot.bootId,
	startedAt: isoOf(boot.startedAtUs),
	finished: boot.finished,
	firstFault: boot.firstFault === null ? null : faultDocument(boot, boot.firstFault),
	chain: boot.chain.map(masked),
	units: boot.units.map(unitDocument),
	finishedSeconds: boot.finishedSeconds,
	shutdownSeconds: boot.shutdownSeconds,
	lastSeconds: boot.lastSeconds,
	notes: boot.notes.map(note => ({kind: note.kind, text: masked(note.text), atSeconds: note.atSeconds})),
	entries: boot.entryCount,
	suppressedLines: boot.suppressed,
	garbageLines: context.garbageLines,
	incomplete: masked(context.incomplete),
});

const faultDocument = (boot: Boot, fault: FirstFault) => ({
	unit: masked(fault.unit),
	result: fault.result,
	exitCode: fault.exitCode,
	message: masked(fault.message),
	at: isoOf(wallClockOf(boot, fault.atSeconds) ?? fault.atUs),
	atSeconds: fault.atSeconds,
});

const unitDocument = (unit: BootUnit) => ({
	name: masked(unit.name),
	state: unit.state,
	startSeconds: unit.startSeconds,
	endSeconds: unit.endSeconds,
	attempts: unit.attempts.map(attemptDocument),
	result: unit.result,
	exitCode: unit.exitCode,
	why: masked(unit.why),
	upSeconds: unit.upSeconds,
	requires: unit.requires.map(masked),
	after: unit.after.map(masked),
	recovered: unit.recovered,
	cancelledBy: masked(unit.cancelledBy),
	endedByShutdown: unit.endedByShutdown,
	lastWords: unit.lastWords.map(masked),
});

const attemptDocument = (attempt: Attempt) => ({...attempt, why: masked(attempt.why)});

/** Changes no name that systemd allows; what hides or controls becomes `·`. */
const masked = (text: Hostile | null): string | null => (text === null ? null : shown(text));

/** By the clock as it was set in the end: the clock of an early moment may have been wrong. */
const wallClockOf = (boot: Boot, seconds: number): number | null =>
	boot.startedAtUs === null ? null : boot.startedAtUs + seconds * 1e6;

const isoOf = (microseconds: number | null): string | null =>
	microseconds === null || microseconds <= 0 ? null : new Date(Math.round(microseconds / 1000)).toISOString();
