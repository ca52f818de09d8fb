/** Which place in S3 the units of a boot speak of: the address to ask again with the box's own role. */
import type {Hostile} from '../base/text.ts';
import type {Boot} from '../boot/types.ts';
import type {JournalEntry} from '../journal/types.ts';
import type {StoreTarget} from '../remote/box-probe-types.ts';
import {storeTarget} from '../remote/store-target.ts';

export type StoreLines = {
	readonly add: (entries: readonly JournalEntry[]) => void;
	/** The last one the failed unit named, or else any unit of this boot; null for none. */
	readonly of: (boot: Boot | null) => StoreTarget | null;
};

const seenCharacters = 2048;
const mostUnits = 500;
const address = /\bs3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[A-Za-z0-9!_.*()/=+@-]{0,512})?/g;
const arn = /arn:aws[a-z-]{0,10}:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[A-Za-z0-9!_.*()/=+@-]{0,512})?/g;

export const createStoreLines = (): StoreLines => {
	const boots = new Map<string, Map<Hostile, StoreTarget>>();
	return {
		add: entries => {
			for (const {bootId, unit, message, fromManager} of entries) {
				if (fromManager || !/s3:/.test(message)) continue;
				const target = targetIn(message.slice(0, seenCharacters));
				if (target === null) continue;
				const units = boots.get(bootId) ?? new Map<Hostile, StoreTarget>();
				boots.set(bootId, units);
				// An ARN of a refusal has no prefix: the address the same unit gave says more.
				const known = units.get(unit);
				units.delete(unit);
				if (units.size < mostUnits)
					units.set(unit, target.key === '' && known?.bucket === target.bucket ? known : target);
			}
		},
		of: boot => {
			const units = boots.get(boot?.bootId ?? '');
			if (boot === null || units === undefined) return null;
			const failed = boot.units.filter(({state}) => state === 'failed').map(({name}) => name);
			const named = [...(boot.firstFault === null ? [] : [boot.firstFault.unit]), ...failed];
			const found = named.map(name => units.get(name)).find(target => target !== undefined);
			return found ?? [...units.values()].at(-1) ?? null;
		},
	};
};

/** A full stop or a bracket at the end belongs to the sentence. */
const targetIn = (text: string): StoreTarget | null => {
	const written = [...text.matchAll(address)].at(-1)?.[0];
	if (written !== undefined) return storeTarget(written.replace(/[.)]+$/, ''));
	const [, bucket, key = ''] = [...text.matchAll(arn)].at(-1) ?? [];
	return bucket === undefined ? null : storeTarget(`s3://${bucket}${key.replace(/[.*)]+$/, '')}`);
};
