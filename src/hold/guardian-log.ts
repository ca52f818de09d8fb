/** The guardian's log: JSONL it appends to while nobody watches, read and put aside by the next start of unflap. */
import {rename} from 'node:fs/promises';
import {join} from 'node:path';
import {encodeJson} from '../base/json.ts';
import {codeOf, openAppend, readOwnFile} from '../base/safe-files.ts';

export type GuardianRelease = {
	readonly at: string;
	readonly holdId: string;
	readonly group: string;
	readonly resumed: readonly string[];
};

const fileName = 'guardian.log';

export const appendGuardianLog = async (stateFolder: string, line: object): Promise<void> => {
	const file = await openAppend(join(stateFolder, fileName));
	try {
		await file.appendFile(`${encodeJson(line)}\n`);
	} finally {
		await file.close();
	}
};

/** Releases nobody was told of yet. Of two starts at once one gets them: the rename has one winner. */
export const takeGuardianReleases = async (stateFolder: string): Promise<readonly GuardianRelease[]> => {
	const path = join(stateFolder, fileName);
	const releases = releasesIn((await readOwnFile(path)) ?? '');
	if (releases.length === 0) return [];
	try {
		await rename(path, `${path}.1`);
		return releases;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return [];
		throw error;
	}
};

const releasesIn = (text: string): readonly GuardianRelease[] =>
	text
		.split('\n')
		.filter(line => line !== '')
		.map(parseLine)
		.filter(release => release !== null);

/** Null for other events, and for a line that a crash cut short. */
const parseLine = (line: string): GuardianRelease | null => {
	try {
		const record = JSON.parse(line) as Record<string, unknown>;
		const {at, holdId, group, event} = record;
		const resumed = Object(record['outcome'])['resumed'];
		if (event !== 'released' || typeof at !== 'string' || typeof holdId !== 'string') return null;
		return {at, holdId, group: String(group), resumed: Array.isArray(resumed) ? resumed.map(String) : []};
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};
