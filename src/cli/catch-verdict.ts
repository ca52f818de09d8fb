/** The verdict on a caught box: live as its boot model grows, and once more at the end with all that AWS knows. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {type BootModel, createBootModel} from '../boot/boot-model.ts';
import type {Boot} from '../boot/types.ts';
import {loadGroup} from '../groups/load-group.ts';
import type {JournalEntry} from '../journal/types.ts';
import {lifeFacts, nothingBeside} from '../verdict/box-facts.ts';
import {judge} from '../verdict/judge.ts';
import {createLineMarks} from '../verdict/line-marks.ts';
import type {Facts, Verdict} from '../verdict/types.ts';
import {type WithBackground, withBackground} from './background-beside.ts';
import type {CommandContext} from './command.ts';
import {besideBoot} from './judge-box.ts';
import {goodBootsWith} from './kept-good-boots.ts';

export type CaughtVerdict = {
	readonly model: BootModel;
	readonly add: (entries: readonly JournalEntry[]) => void;
	/** From what the journal says alone; null while there is none. Cheap while nothing has changed. */
	readonly now: () => Verdict | null;
	/** With the group, the load balancer, the deployment and the end of the box beside it. */
	readonly whole: (options: WholeOptions) => Promise<{
		readonly verdict: Verdict;
		readonly beside: WithBackground | null;
	}>;
};

type WholeOptions = {readonly group: Hostile; readonly isOver: boolean; readonly signal: AbortSignal};
type Context = Pick<CommandContext, 'settings' | 'out' | 'signal'>;

type Beside = Omit<Facts, 'boot' | 'marks' | 'listening' | 'over'>;

export const createCaughtVerdict = (context: Context, aws: Aws, instanceId: string): CaughtVerdict => {
	const model = createBootModel();
	const marks = createLineMarks();
	let judged: {readonly version: number; readonly verdict: Verdict} | null = null;
	const judgeWith = (beside: Beside, over: boolean): Verdict => {
		const boot = model.boot();
		return judge({...beside, boot, marks: boot === null ? [] : marks.of(boot.bootId), listening: null, over});
	};
	return {
		model,
		add: entries => {
			model.add(entries);
			marks.add(entries);
		},
		now: () => {
			if (model.boot() === null) return null;
			const version = model.version();
			if (judged?.version !== version) judged = {version, verdict: judgeWith(nothingBeside, false)};
			return judged.verdict;
		},
		whole: async ({group, isOver, signal}) => {
			const {facts, beside} = await besideOf({...context, signal}, aws, {
				group,
				instanceId,
				boot: model.boot(),
			});
			return {verdict: judgeWith(facts, isOver), beside};
		},
	};
};

/** What cannot be read is missing from the verdict, which then says less. */
const besideOf = async (
	context: Context,
	aws: Aws,
	{
		group,
		instanceId,
		boot,
	}: {readonly group: Hostile; readonly instanceId: string; readonly boot: Boot | null},
): Promise<{readonly facts: Beside; readonly beside: WithBackground | null}> => {
	const {signal} = context;
	try {
		const detail = await loadGroup(aws, group, {signal});
		const box = detail.boxes.find(one => one.instanceId === instanceId) ?? null;
		const beside = await withBackground(aws, detail, box ?? {instanceId, launchedAt: null}, signal);
		if (box !== null) return await besideBoot(context, aws, {box, boot}, beside);
		const good = await goodBootsWith(context, aws, detail, null);
		return {facts: lifeFacts(instanceId, detail, {background: beside.background, good}), beside};
	} catch (error) {
		if (!(error instanceof UnflapError)) throw error;
		return {facts: nothingBeside, beside: null};
	}
};
