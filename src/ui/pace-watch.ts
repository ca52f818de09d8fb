/** The good boots of a group: those that earlier runs kept, and those that stand on the screen, kept for the next. */
import type {Aws} from '../aws/types.ts';
import type {Settings} from '../base/settings.ts';
import type {Shown} from '../base/text.ts';
import {createGoodBoots, type GoodBoot} from '../groups/good-boots.ts';
import type {GroupDetail} from '../groups/types.ts';
import {goodBootOf} from '../verdict/pace.ts';
import type {WatchedBox} from './box-watch.ts';

type PaceOptions = {
	readonly aws: Pick<Aws, 'facts'>;
	readonly settings: Settings;
	readonly tell: (note: Shown) => void;
	readonly changed: () => void;
	readonly failed: (error: unknown) => void;
};

export type PaceWatch = {
	/** What is known of the group's good boots; [] before its file was read. Keeps what it sees for the first time. */
	readonly of: (detail: GroupDetail, boxes: readonly WatchedBox[]) => readonly GoodBoot[];
};

export const createPaceWatch = ({aws, settings, tell, changed, failed}: PaceOptions): PaceWatch => {
	const kept = createGoodBoots({folder: settings.paths.cache, endpoint: aws.facts.endpoint, tell});
	const groups = new Map<string, Known>();
	const keep = async (known: Known, detail: GroupDetail, fresh: readonly GoodBoot[]) => {
		const {group} = detail.view;
		for (const boot of fresh) known.seen.add(keyOf(boot));
		// One at a time: each adds to what the one before has written.
		known.writing = known.writing
			.then(async () => {
				await kept.add(group, fresh);
				known.boots = await kept.read(group);
				changed();
			})
			.catch(failed);
		await known.writing;
	};
	return {
		of: (detail, boxes) => {
			const {arn} = detail.view.group;
			const isNew = !groups.has(arn);
			const known = groups.get(arn) ?? {boots: [], seen: new Set<string>(), writing: Promise.resolve()};
			groups.set(arn, known);
			const fresh = boxes
				.map(({instanceId, boot}) => goodOn(detail, instanceId, boot))
				.filter(boot => boot !== null)
				.filter(boot => !known.seen.has(keyOf(boot)));
			if (isNew || fresh.length > 0) void keep(known, detail, fresh);
			return known.boots;
		},
	};
};

type Known = {boots: readonly GoodBoot[]; readonly seen: Set<string>; writing: Promise<void>};

const keyOf = ({instanceId, bootId}: GoodBoot) => `${instanceId} ${bootId}`;

const goodOn = (detail: GroupDetail, instanceId: string, boot: WatchedBox['boot']): GoodBoot | null => {
	const box = detail.boxes.find(one => one.instanceId === instanceId);
	return box === undefined ? null : goodBootOf(detail, box, boot);
};
