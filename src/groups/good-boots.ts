/**
 * How long the good boots of a group took, kept on disk as they are seen: what a grace period must cover can only be
 * learned from boots that came through.
 */
import type {Group} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import {
	createGroupFiles,
	isRecord,
	type KeptFilesOptions,
	openKept,
	unusable,
	type Whose,
} from './group-files.ts';

/** A boot whose units came up and whose health check passed. */
export type GoodBoot = {
	readonly instanceId: string;
	/** The boot's id, as the journal says it. */
	readonly bootId: string;
	/** When the last unit of its chain was up, by the box's clock. */
	readonly at: AwsMs;
	/** From "in service" to that moment, the time that the grace period must cover; 0 where it was up before. */
	readonly seconds: number;
};

export type GoodBoots = {
	/** Oldest first; none where none was kept, or nothing that can be used. */
	readonly read: (group: Named) => Promise<readonly GoodBoot[]>;
	/** Adds what is not kept yet. */
	readonly add: (group: Named, boots: readonly GoodBoot[]) => Promise<void>;
};

type Named = Pick<Group, 'name' | 'arn'>;

const version = 1;
const mostBoots = 200;

export const createGoodBoots = (options: KeptFilesOptions): GoodBoots => {
	const {endpoint} = options;
	const files = createGroupFiles({name: 'good-boots', what: 'good boots'}, options);
	const read = async (group: Named) =>
		(await files.read(group, text => parse(text, {arn: group.arn, endpoint}))) ?? [];
	return {
		read,
		add: async (group, boots) => {
			const kept = await read(group);
			const fresh = boots.filter(boot => !kept.some(isSame(boot)));
			if (fresh.length === 0) return;
			const all = [...kept, ...fresh].toSorted((one, other) => one.at - other.at).slice(-mostBoots);
			await files.write(group, {version, arn: group.arn, endpoint, boots: all});
		},
	};
};

const isSame =
	({instanceId, bootId}: GoodBoot) =>
	(other: GoodBoot) =>
		other.instanceId === instanceId && other.bootId === bootId;

/** Anything unexpected in it, and nothing of it is used. */
const parse = (text: string, whose: Omit<Whose, 'version'>): readonly GoodBoot[] => {
	const {boots} = openKept(text, {...whose, version});
	if (!Array.isArray(boots) || boots.length > mostBoots || !boots.every(isGoodBoot))
		throw unusable('it is not what unflap writes');
	return boots;
};

const isGoodBoot = (value: unknown): value is GoodBoot =>
	isRecord(value) &&
	typeof value['instanceId'] === 'string' &&
	typeof value['bootId'] === 'string' &&
	Number.isFinite(value['at']) &&
	Number.isFinite(value['seconds']) &&
	Number(value['seconds']) >= 0;
