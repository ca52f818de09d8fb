/** Spools for the boxes that are streamed: what they said outlives them, and this run. */
import {join} from 'node:path';
import type {Identity} from '../aws/types.ts';
import type {Settings} from '../base/settings.ts';
import type {Hostile} from '../base/text.ts';
import type {JournalEntry} from '../journal/types.ts';
import {createPageFile, type PageFile} from '../stream/page-file.ts';
import {createSpool, pruneSpool, type Spool} from '../stream/spool.ts';
import {fromHome} from './format.ts';

export type Copies = {
	/** Where the entries of a box go. Until the account is known nothing is kept: its id is a part of the path. */
	readonly of: (
		group: {readonly name: Hostile; readonly arn: string},
		instanceId: string,
	) => {readonly append: (entries: readonly JournalEntry[]) => void};
	/** Folder of a box as the user writes it (`~/…`), or null while nothing of it is kept. */
	readonly folderOf: (instanceId: string) => string | null;
	/** Where lines go that memory has no room for; null where the user wants no copies. */
	readonly pages: () => PageFile | null;
	readonly close: () => Promise<void>;
};

type Options = {
	readonly settings: Settings;
	readonly region: string;
	readonly identity: () => Identity | null;
	readonly home: string | undefined;
};

export const createCopies = ({settings, region, identity, home}: Options): Copies => {
	const spools = new Map<string, Spool>();
	const root = settings.paths.spool;
	const limits = {maxMegabytes: settings.spoolMaxMegabytes, wallNow: Date.now};
	const isKept = settings.spoolMaxMegabytes > 0;
	return {
		of: (group, instanceId) => ({
			append: entries => {
				const accountId = identity()?.accountId;
				if (!isKept || accountId === undefined) return;
				const known = spools.get(instanceId);
				const spool = known ?? createSpool({...limits, root, accountId, region, group, instanceId});
				if (known === undefined) spools.set(instanceId, spool);
				spool.append(entries);
			},
		}),
		folderOf: instanceId => {
			const spool = spools.get(instanceId);
			return spool === undefined || spool.problem() !== null ? null : fromHome(spool.folder, home);
		},
		pages: () => (isKept ? createPageFile(join(root, 'paged')) : null),
		close: async () => {
			await Promise.all([...spools.values()].map(spool => spool.close()));
			if (isKept && spools.size > 0) await pruneSpool({root, ...limits});
		},
	};
};
