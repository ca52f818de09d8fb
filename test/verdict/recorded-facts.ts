/** The recorded boots as facts: journal, unit state where it was taken, and the health checks recorded beside them. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createBootModel} from '../../src/boot/boot-model.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createLineMarks} from '../../src/verdict/line-marks.ts';
import type {Facts, HealthFacts} from '../../src/verdict/types.ts';
import {bootsFolder, entriesOf, factsOf, journalOf, scenarios} from '../boot/recordings.ts';

export const unknownFacts: Facts = {
	boot: null,
	marks: [],
	health: null,
	death: null,
	hook: null,
	deployment: null,
	failedBefore: null,
	ec2: null,
	refresh: null,
	changes: [],
	onsetAt: null,
	unread: [],
	lifecycleState: null,
	metadataTags: null,
	pace: null,
	healthCheckPort: null,
	probe: null,
	listening: null,
	over: false,
};

type Check = {readonly t: number; readonly result: string};

/** What the health checks had said by `until`, in seconds since power on; null before the first. */
export const healthOf = (scenario: string, until = Number.POSITIVE_INFINITY): HealthFacts | null => {
	const all: readonly Check[] = JSON.parse(
		readFileSync(join(bootsFolder, scenario, 'health-checks.json'), 'utf8'),
	);
	const end = Math.min(until, capturedAt(scenario));
	const seen = all.filter(({t}) => t <= end);
	const last = seen.at(-1);
	if (last === undefined) return null;
	const passed = ({result}: Check) => result === '200';
	return {
		state: passed(last) ? 'passing' : 'failing',
		everPassed: seen.some(passed),
		lastAnswer: last.result,
		at: null,
	};
};

/** When whoever recorded it pressed the power button; what is asked afterwards says nothing of the boot. */
const capturedAt = (scenario: string): number => {
	const events = readFileSync(join(bootsFolder, scenario, 'outside-events.jsonl'), 'utf8')
		.trim()
		.split('\n');
	const end = events
		.map(line => JSON.parse(line) as {readonly t: number; readonly kind: string; readonly text: string})
		.find(({kind, text}) => kind === 'vm' && text !== 'start');
	return end?.t ?? Number.POSITIVE_INFINITY;
};

export const bootIdOf = (scenario: string): string =>
	scenarios.find(one => one.scenario === scenario)?.boot_ids[0] ?? '';

/**
 * The facts of a recording: as the journal alone tells it, and with what `systemctl show` said where that was taken.
 */
export const recordedFacts = async (
	scenario: string,
	change: (entry: JournalEntry) => JournalEntry = entry => entry,
): Promise<{readonly alone: Facts; readonly whole: Facts}> => {
	const model = createBootModel();
	const marks = createLineMarks();
	for await (const part of entriesOf(journalOf(scenario))) {
		const entries = part.map(change);
		model.add(entries);
		marks.add(entries);
	}
	const bootId = bootIdOf(scenario);
	const factsNow = (): Facts => ({
		...unknownFacts,
		boot: model.boot(bootId),
		marks: marks.of(bootId),
		health: healthOf(scenario),
		over: true,
	});
	const alone = factsNow();
	if (existsSync(join(bootsFolder, scenario, unitsFile))) model.facts(factsOf(scenario, unitsFile));
	return {alone, whole: factsNow()};
};

const unitsFile = 'systemctl-show-units.txt';
