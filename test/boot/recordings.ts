/** The recorded boots, read once a test file. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type BootModel, createBootModel} from '../../src/boot/boot-model.ts';
import {readJournalFile} from '../../src/journal/read-journal-file.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import type {UnitFacts} from '../../src/remote/types.ts';
import {parseSystemctlShow} from '../../src/remote/unit-facts.ts';
import {sharedFolder} from '../shared-folder.ts';

export const bootsFolder = join(sharedFolder, 'fixtures/boots');
export const versionsFolder = join(sharedFolder, 'fixtures/versions');

export type Scenario = {
	readonly scenario: string;
	readonly expected_failing_unit: string | null;
	readonly expected_result: string;
	readonly boot_ids: readonly string[];
};

export const scenarios: readonly Scenario[] = JSON.parse(
	readFileSync(join(bootsFolder, 'index.json'), 'utf8'),
).scenarios;

/** The recording that an issue's reader would take: of the boot, of the files, post mortem. */
export const journalOf = (scenario: string): string => {
	const names = [
		'journalctl-b-o-json.jsonl.gz',
		'journalctl-D-o-json.jsonl.gz',
		'postmortem/journalctl-D-o-json.jsonl.gz',
	];
	const found = names.map(name => join(bootsFolder, scenario, name)).find(existsSync);
	if (found === undefined) {
		throw new Error(`no journal of ${scenario}`);
	}

	return found;
};

export async function* entriesOf(path: string): AsyncGenerator<readonly JournalEntry[]> {
	for await (const part of readJournalFile(path)) {
		if (part.kind === 'incomplete') {
			throw new Error(part.why);
		}

		yield part.lines.flatMap(line => (line.kind === 'entry' ? [line.entry] : []));
	}
}

export const readAll = async (path: string): Promise<readonly JournalEntry[]> => {
	const all: JournalEntry[] = [];
	for await (const entries of entriesOf(path)) {
		all.push(...entries);
	}

	return all;
};

export const modelOf = async (path: string): Promise<BootModel> => {
	const model = createBootModel();
	for await (const entries of entriesOf(path)) {
		model.add(entries);
	}

	return model;
};

export const factsOf = (...path: readonly string[]): readonly UnitFacts[] =>
	parseSystemctlShow(readFileSync(join(bootsFolder, ...path), 'utf8'));
