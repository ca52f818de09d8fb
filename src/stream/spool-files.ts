/** What was kept of a box: a file a boot, in the form that readJournalFile takes. */
import {lstat} from 'node:fs/promises';
import {join} from 'node:path';
import {boxFolder, namesIn, type SpoolPlace} from './spool.ts';

export type SpooledBoot = {
	readonly bootId: string;
	/** The fullest file of the boot: two processes that streamed it have one each, with much the same lines. */
	readonly path: string;
	readonly bytes: number;
	readonly changedAt: number;
};

/** Newest first; [] where nothing was kept. Links are never followed. */
export const spooledBoots = async (place: SpoolPlace): Promise<readonly SpooledBoot[]> => {
	const folder = boxFolder(place);
	const boots = await Promise.all(
		(await namesIn(folder))
			.filter(name => /^[0-9a-f]{32}$/.test(name))
			.map(bootId => fullest(bootId, join(folder, bootId))),
	);
	return boots.filter(boot => boot !== null).toSorted((a, b) => b.changedAt - a.changedAt);
};

const fullest = async (bootId: string, folder: string): Promise<SpooledBoot | null> => {
	const names = (await namesIn(folder)).filter(name => name.endsWith('.jsonl.gz'));
	const files = await Promise.all(
		names.map(async name => ({path: join(folder, name), facts: await lstat(join(folder, name))})),
	);
	const [first] = files.filter(({facts}) => facts.isFile()).toSorted((a, b) => b.facts.size - a.facts.size);
	return first === undefined
		? null
		: {bootId, path: first.path, bytes: first.facts.size, changedAt: first.facts.mtimeMs};
};
