/** The verdict on a box that can be read: its boot, its group beside it, and what a probe of it says. */
import type {Aws} from '../aws/types.ts';
import type {Boot} from '../boot/types.ts';
import {loadGroup} from '../groups/load-group.ts';
import type {Box} from '../groups/types.ts';
import {boxFacts, nothingBeside} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import {createLineMarks} from '../verdict/line-marks.ts';
import {createStoreLines} from '../verdict/store-lines.ts';
import type {Verdict} from '../verdict/types.ts';
import {type WithBackground, withBackground} from './background-beside.ts';
import {type BoxBoot, readBootBox} from './boot-box.ts';
import type {CommandContext} from './command.ts';
import {keptActivities} from './kept-activities.ts';
import {goodBootsWith} from './kept-good-boots.ts';
import {notProbed, probeBeside} from './probe-beside.ts';

export type JudgedBox = {
	readonly source: BoxBoot;
	readonly verdict: Verdict;
	/** null for a box of no group. */
	readonly beside: WithBackground | null;
};

type Asked = {
	readonly box: string;
	readonly units: readonly string[];
	/** Whether the box is probed, where that can be and may be. */
	readonly probe: boolean;
	/** What was read of its group already. */
	readonly known?: WithBackground;
};

export const judgeBox = async (
	context: CommandContext,
	aws: Aws,
	{box, units, probe, known}: Asked,
): Promise<JudgedBox> => {
	const marks = createLineMarks();
	const storeLines = createStoreLines();
	const source = await readBootBox(context, {
		box,
		boot: undefined,
		units,
		onEntries: entries => {
			marks.add(entries);
			storeLines.add(entries);
		},
	});
	const boot = source.model.boot();
	const {facts, beside, here} = await besideBoot(context, aws, {box: source.box, boot}, known);
	// A box that is gone answers nothing, and read-only runs nothing on a box but what reads its journal.
	const isProbed = probe && !context.readOnly && source.incomplete === null;
	const there = {box: here, detail: beside?.detail ?? null, store: storeLines.of(boot)};
	const asked = isProbed ? await probeBeside(context, aws, there) : notProbed;
	const verdict = judge({
		...facts,
		...asked,
		unread: [...facts.unread, ...asked.unread],
		boot,
		marks: boot === null ? [] : marks.of(boot.bootId),
		over: source.incomplete !== null,
	});
	return {source, verdict, beside};
};

/** What AWS says around a boot. A good one is kept, for what the next ones are held against. */
export const besideBoot = async (
	context: Pick<CommandContext, 'settings' | 'out' | 'signal'>,
	aws: Aws,
	seen: {readonly box: Box; readonly boot: Boot | null},
	known?: WithBackground,
) => {
	const {box} = seen;
	const {signal} = context;
	if (box.group === '') return {facts: nothingBeside, beside: null, here: box};
	const [detail, instances] = await Promise.all([
		known?.detail ?? loadGroup(aws, box.group, {signal, cache: keptActivities(context, aws)}),
		aws.polling.instances([box.instanceId], {signal}),
	]);
	const beside = known ?? (await withBackground(aws, detail, box, signal));
	// A box that was looked up by its id came without its target's health: its group knows it.
	const here = detail.boxes.find(({instanceId}) => instanceId === box.instanceId) ?? box;
	const good = await goodBootsWith(context, aws, detail, {box: here, boot: seen.boot});
	const metadataTags = instances[0]?.metadataTags ?? null;
	return {facts: boxFacts(here, detail, {metadataTags, background: beside.background, good}), beside, here};
};
