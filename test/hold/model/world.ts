/** Runs one schedule against the real core and judges it. */
import type {ScalingProcess} from '../../../src/aws/types.ts';
import {type AwsModel, createAwsModel} from './aws-model.ts';
import {type Actor, createHolder, type Holder, type HolderOptions} from './holder.ts';
import {meddle} from './meddling.ts';
import {createOracle, type Oracle, type Resume} from './oracle.ts';
import {createQueue, type Queue} from './queue.ts';
import {createRuns, type Run, type RunsModel} from './runs-model.ts';
import type {Schedule, Window} from './schedule.ts';

export type World = {
	readonly startAt: number;
	readonly now: () => number;
	readonly at: (at: number, action: () => void) => void;
	readonly after: (ms: number, action: () => void) => void;
	readonly seed: number;
	readonly faults: number;
	readonly staleMs: number;
	readonly isDenied: (operation: string) => boolean;
	readonly isContended: () => boolean;
	readonly isLimited: () => boolean;
	readonly queuedUntil: () => number | null;
	readonly fuseLeavesTag: boolean;
	readonly aws: AwsModel;
	readonly runs: RunsModel;
	readonly suspendByHold: (call: {
		readonly hold: string;
		readonly who: Actor;
		readonly processes: readonly ScalingProcess[];
	}) => void;
	readonly resumeByHold: (call: Resume) => void;
	readonly resumeByFuse: (run: Run) => void;
	/** A hold says that nothing of it is left. */
	readonly finished: (hold: string) => void;
	/** Nobody can be blamed for what becomes of these. */
	readonly excuse: (processes: readonly string[]) => void;
	readonly sendsSuspend: Oracle['sendsSuspend'];
	readonly deletesTag: Oracle['deletesTag'];
	readonly stopsFuse: Oracle['stopsFuse'];
	readonly arms: Oracle['arms'];
	readonly looks: Oracle['looks'];
	readonly say: (who: string, what: () => string) => void;
	readonly reach: (rule: string) => void;
};

export type Verdict = {
	readonly violations: readonly string[];
	readonly story: readonly string[];
	readonly reached: ReadonlyMap<string, number>;
};

export type RunOptions = HolderOptions & {
	/** Keep the story: what everybody did, for a person to read. */
	readonly tell?: boolean;
};

const startAt = Date.UTC(2026, 10, 22, 12);
/** Everything scheduled is over by then, with leases, fuses and their retries. */
const settleMs = 3 * 3_600_000;
export const runSchedule = (schedule: Schedule, options: RunOptions = {}): Verdict => {
	const queue = createQueue(startAt);
	const story: string[] = [];
	const reached = new Map<string, number>();
	const holders: Holder[] = [];
	const reach = (rule: string) => reached.set(rule, (reached.get(rule) ?? 0) + 1);
	const say: World['say'] = (who, what) => {
		if (options.tell)
			story.push(`${((queue.now() - startAt) / 1000).toFixed(1).padStart(8)} s  ${who}: ${what()}`);
	};
	const world = createWorld({schedule, queue, say, reach});
	const oracle = createOracle({
		aws: world.aws,
		runs: world.runs,
		holders: () => holders,
		initial: schedule.initial,
		now: queue.now,
		isQuiet: isQuiet(schedule),
		isFaultless: schedule.faults === 0 && schedule.denied === null,
		isSmooth:
			schedule.faults === 0 &&
			[schedule.denied, schedule.contention, schedule.queue, schedule.limit].every(
				window => window === null,
			) &&
			schedule.holders.every(({sleep}) => sleep === null),
		isUnattended: hold => holders.find(({id}) => id === hold)?.plan.answers !== true,
	});
	world.judgeBy(oracle);
	for (const [index, plan] of schedule.holders.entries()) {
		const holder = createHolder(world, index, plan, options);
		holders.push(holder);
		plant(world, holder);
	}
	for (const act of schedule.meddling)
		queue.at(startAt + act.at, () => meddle({world, act, holders, oracle}));
	queue.run(startAt + settleMs);
	world.calmDown();
	for (let round = 0; round < 4; round++) {
		if (round > 0 && holders.every(holder => holder.entry() === null)) break;
		for (const holder of holders) holder.nextStart();
		queue.run(queue.now() + settleMs);
	}
	oracle.judge();
	return {violations: oracle.violations, story, reached};
};

/** Schedules in which nothing but holders and honest third parties act, and every call works. */
const isQuiet = ({faults, denied, contention, queue, limit, staleMs, meddling, holders}: Schedule): boolean =>
	faults === 0 &&
	denied === null &&
	contention === null &&
	queue === null &&
	limit === null &&
	staleMs <= 4000 &&
	meddling.every(({act}) => act === 'suspend' || act === 'next start' || act === 'far-fuse') &&
	holders.every(({credentialsMs}) => credentialsMs === null);

type WorldParts = {
	readonly schedule: Schedule;
	readonly queue: Queue;
	readonly say: World['say'];
	readonly reach: World['reach'];
};

const createWorld = ({schedule, queue, say, reach}: WorldParts) => {
	const aws = createAwsModel(schedule.initial, {startAt, refreshes: schedule.refreshes});
	let calm = false;
	let oracle: Oracle | null = null;
	const isIn = (window: Window | null): boolean => {
		const elapsed = queue.now() - startAt;
		return !calm && window !== null && elapsed >= window.from && elapsed < window.to;
	};
	const world: Omit<World, 'runs'> = {
		startAt,
		now: queue.now,
		at: queue.at,
		after: (ms, action) => queue.at(queue.now() + ms, action),
		seed: schedule.seed,
		get faults() {
			return calm ? 0 : schedule.faults;
		},
		get staleMs() {
			return calm ? 0 : schedule.staleMs;
		},
		isDenied: operation => schedule.denied?.operation === operation && isIn(schedule.denied),
		isContended: () => isIn(schedule.contention),
		isLimited: () => isIn(schedule.limit),
		queuedUntil: () => (isIn(schedule.queue) ? startAt + (schedule.queue?.to ?? 0) : null),
		fuseLeavesTag: schedule.fuseLeavesTag,
		aws,
		suspendByHold: ({hold, processes}) => {
			say(`hold ${hold[0]}`, () => `suspends ${processes.join(' ')}`);
			for (const process of processes) {
				oracle?.beforeSuspend(hold, process);
				aws.suspend(process, queue.now(), {hold});
			}
		},
		resumeByHold: call => {
			say(`hold ${call.hold[0]}`, () => `resumes ${call.processes.join(' ')}`);
			oracle?.resumeByHold(call);
		},
		resumeByFuse: run => {
			say(`fuse ${run.holdId[0]}`, () => `resumes ${run.processes.join(' ')}`);
			oracle?.resumeByFuse(run);
		},
		finished: hold => oracle?.finished(hold),
		excuse: processes => {
			for (const process of processes) oracle?.undecided.add(process);
		},
		sendsSuspend: call => oracle?.sendsSuspend(call),
		deletesTag: (hold, who) => oracle?.deletesTag(hold, who),
		stopsFuse: (...call) => oracle?.stopsFuse(...call),
		arms: (hold, who, deadline) => oracle?.arms(hold, who, deadline),
		looks: (hold, who) => oracle?.looks(hold, who),
		say,
		reach,
	};
	const whole = world as World & {runs: RunsModel};
	whole.runs = createRuns(whole);
	return Object.assign(whole, {
		judgeBy: (judge: Oracle) => {
			oracle = judge;
		},
		calmDown: () => {
			calm = true;
		},
	});
};

/** Begin, wished end, guardian's death, sleep, hang-up and the like of one holder. */
const plant = (world: World, holder: Holder): void => {
	const {plan} = holder;
	const begin = startAt + plan.beginAt;
	const later = <T extends {readonly after: number}>(part: T | null, action: (part: T) => void) => {
		if (part !== null) world.at(begin + part.after, () => action(part));
	};
	world.at(begin, holder.begin);
	if (plan.releaseAfter !== null)
		world.at(begin + plan.releaseAfter, () =>
			holder.ask({on: 'release', why: 'asked', message: 'asked for'}),
		);
	if (plan.guardianDiesAfter !== null) world.at(begin + plan.guardianDiesAfter, holder.killGuardian);
	if (plan.renewalsEndAfter !== null)
		world.at(begin + plan.renewalsEndAfter, () => holder.ask({on: 'renewals', allowed: false}));
	later(plan.sleep, ({ms, inCall}) => holder.sleep(ms, inCall));
	later(plan.extend, ({ms}) => holder.ask({on: 'extend', ms}));
	later(plan.linger, ({ms, takeUpAfter}) => {
		holder.linger(ms);
		if (takeUpAfter !== null) world.after(takeUpAfter, holder.takeUp);
	});
};
