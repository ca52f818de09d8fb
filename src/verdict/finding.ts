/** What several rules share: evidence from lines and units, and the state of the unit a line belongs to. */
import type {Hostile} from '../base/text.ts';
import type {Attempt, Boot, BootUnit} from '../boot/types.ts';
import type {LineMark, MarkedLine, MarkKind} from './line-marks.ts';
import type {Evidence, Facts} from './types.ts';

export const lineEvidence = (line: MarkedLine): Evidence => ({
	source: 'journal',
	text: line.text,
	atSeconds: line.atSeconds,
	at: line.atUs === 0 ? null : Math.floor(line.atUs / 1000),
});

export const systemdEvidence = (boot: Boot, text: Hostile, atSeconds: number | null): Evidence => ({
	source: 'systemd',
	text,
	atSeconds,
	at: atSeconds === null ? null : wallMs(boot, atSeconds),
});

const wallMs = (boot: Boot, seconds: number): number | null =>
	boot.startedAtUs === null ? null : Math.floor(boot.startedAtUs / 1000 + seconds * 1000);

export const marksOf = ({marks}: Facts, kind: MarkKind): readonly LineMark[] =>
	marks.filter(mark => mark.kind === kind);

export const unitNamed = (boot: Boot | null, name: Hostile): BootUnit | undefined =>
	boot?.units.find(unit => unit.name === name);

/** How a unit stands with what one of its lines complained of. */
export type Outcome = 'failed' | 'under-way' | 'recovered' | 'ended-by-shutdown';

/**
 * The line counts against the unit only if it was written before the unit's end: a unit that failed, and one that is
 * still starting. A unit that came up afterwards has got over it.
 */
export const outcomeOf = (boot: Boot | null, mark: LineMark): Outcome | null => {
	const unit = unitNamed(boot, mark.unit);
	if (boot === null || unit === undefined) return null;
	if (unit.endedByShutdown) return 'ended-by-shutdown';
	if (unit.state === 'failed') return 'failed';
	if (unit.state === 'finished') return 'recovered';
	const up = unit.upSeconds;
	return up !== null && up >= mark.last.atSeconds ? 'recovered' : 'under-way';
};

/** A finding whose unit has failed is certain; one whose unit still tries is likely. */
export const confidenceOf = (outcome: Outcome): 'certain' | 'likely' =>
	outcome === 'failed' ? 'certain' : 'likely';

export const isAgainst = (outcome: Outcome | null): outcome is 'failed' | 'under-way' =>
	outcome === 'failed' || outcome === 'under-way';

/** "exit 4", "signal 11" or systemd's word for it. */
export const endWords = ({
	result,
	exitCode,
	signal,
}: Pick<Attempt, 'result' | 'exitCode' | 'signal'>): string => {
	if (exitCode !== null && exitCode !== 0) return `exit ${exitCode}`;
	if (signal !== null) return `signal ${signal}`;
	return result ?? 'no result';
};

/** ", and app.service was never started" for what a failed unit took with it; '' where nothing was. */
export const consequences = (boot: Boot | null, unit: Hostile): Hostile => {
	const names = takenDown(boot, unit);
	if (names.length === 0) return '';
	return names.length === 1
		? `; ${names[0]} was never started`
		: `; ${names.join(' and ')} were never started`;
};

/** Direct and indirect: what was cancelled by it, and by those. */
const takenDown = (boot: Boot | null, unit: Hostile): readonly Hostile[] => {
	const found = new Set<Hostile>([unit]);
	for (let size = 0; size !== found.size; ) {
		size = found.size;
		for (const other of boot?.units ?? [])
			if (other.state === 'cancelled' && other.cancelledBy !== null && found.has(other.cancelledBy))
				found.add(other.name);
	}
	return [...found].slice(1, 5);
};

/** The unit's failure as systemd told it. */
export const failureEvidence = (boot: Boot, unit: BootUnit): readonly Evidence[] => {
	const last = unit.attempts.at(-1);
	if (last === undefined || unit.state !== 'failed') return [];
	return [systemdEvidence(boot, `${unit.name} failed: ${endWords(last)}`, last.endSeconds)];
};

export const seconds = (value: number): string => {
	if (value < 60) return `${Math.round(value)}s`;
	const minutes = Math.floor(value / 60);
	return `${minutes}m${String(Math.round(value - minutes * 60)).padStart(2, '0')}s`;
};

/** `count` things in words: "1 try", "3 tries". */
export const times = (count: number, one: string, many: string): string =>
	`${count} ${count === 1 ? one : many}`;
