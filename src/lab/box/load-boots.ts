/** The recordings that the package carries, read from the file beside the bundle (or beside the sources). */
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {RecordedLife} from './life.ts';
import {unpack} from './pack.ts';

/** All but the two floods. */
export const packagedRecordings = [
	'S01-healthy',
	'S02-metadata-late',
	'S03-tags-missing-pending-wait',
	'S04-user-data-malformed',
	'S05-s3-access-denied',
	'S06-crash-loop',
	'S06b-core-dump',
	'S06c-start-limit-hit',
	'S07-oom',
	'S08-start-timeout',
	'S09a-ordering-standalone',
	'S09b-ordering-asg',
	'S11-terminated-mid-boot',
	'S11b-hard-kill-mid-boot',
] as const;

export const loadBoots = (): ReadonlyMap<string, RecordedLife> => {
	const lives = unpack(readFileSync(packFile()));
	return new Map(lives.map(life => [life.name, life]));
};

/** From dist/chunks or dist it is dist/boots.pack; from src/lab/box it is src/lab/boots.pack. */
const packFile = (): string => {
	const here = dirname(fileURLToPath(import.meta.url));
	const found = [here, dirname(here)]
		.map(folder => join(folder, 'boots.pack'))
		.find(path => existsSync(path));
	if (found === undefined) throw new Error('boots.pack is missing beside the program: build it again');
	return found;
};
