/** Runs one schedule against the real core and judges it: hold.md's oracle. */
import type {ScalingProcess} from '../../../src/aws/types.ts';
import type {Ownership} from '../../../src/hold/core-state.ts';
import {brokenTagKey, holdTagKey} from '../../../src/hold/tag.ts';
import {type AwsModel, createAwsModel, reasonAt} from './aws-model.ts';
import {createHolder, type Holder, type Step} from './holder.ts';
import type {Meddling, Schedule} from './schedule.ts';

export type World = {
	readonly now: () => number;
	readonly at: (at: number, action: () => void) => void;
	readonly after: (ms: number, action: () => void) => void;
	readonly seed: number;
	readonly faults: number;
	readonly staleMs: number;
	readonly isDenied: (operation: string) => boolean;
	readonly aws: AwsModel;
	readonly suspendByHold: (hold: string, processes: readonly ScalingProcess[]) => void;
	/** `lastRead`: the moment of which the caller last read. */
	readonly resumeByHold: (hold: string, processes: readonly ScalingProcess[], lastRead: number) => void;
	readonly say: (who: string, what: string) => void;
	readonly reach: (rule: string) => void;
};

export type Verdict = {
	readonly violations: readonly string[];
	readonly story: readonly string[];
	readonly reached: ReadonlyMap<string, number>;
};

const startAt = Date.UTC(2026, 10, 22, 12);
/** Everything scheduled is over by then, with leases, patience and retries. */
const settleMs = 3 * 3_600_000;
const maxEvents = 60_000;

export const runSchedule = (schedule: Schedule, step?: Step): Verdict => {
	const queue = createQueue();
	const story: string[] = [];
	const reached = new Map<string, number>();
	const violations: string[] = [];
	const expected = new Set<string>(schedule.initial);
	const undecided = new Set<string>();
	let calm = false;
	const aws = createAwsModel(schedule.initial, {startAt, refreshes: schedule.refreshes});

	const world: World = {
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
		isDenied: operation => {
			const {denied} = schedule;
			const elapsed = queue.now() - startAt;
			return (
				!calm &&
				denied !== null &&
				denied.operation === operation &&
				elapsed >= denied.from &&
				elapsed < denied.to
			);
		},
		aws,
		suspendByHold: (hold, processes) => {
			world.say(`hold ${hold[0]}`, `suspends ${processes.join(' ')}`);
			for (const process of processes) {
				const known = aws.suspended().get(process);
				// Another was faster by less than our clock can tell apart.
				if (known?.owner === 'third' && isCloseTo(known.reason, process)) {
					aws.mark(process, 'either');
					undecided.add(process);
				}
				aws.suspend(process, queue.now(), {hold});
			}
		},
		resumeByHold: (hold, processes, lastRead) => {
			world.say(`hold ${hold[0]}`, `resumes ${processes.join(' ')}`);
			for (const process of processes) {
				const reason = aws.suspended().get(process)?.reason ?? '';
				const owner = aws.resume(process, queue.now());
				// Suspended after the last read that came through: nobody can have seen it.
				const unseen = timeOf(reason) >= lastRead - 1000;
				if (owner === 'third' && (unseen || isCloseTo(reason, process))) undecided.add(process);
				else if (owner === 'third')
					violations.push(`hold ${hold[0]} resumed ${process}, which somebody else had suspended`);
				if (owner === 'either') undecided.add(process);
			}
		},
		say: (who, what) => {
			story.push(`${((queue.now() - startAt) / 1000).toFixed(1).padStart(8)} s  ${who}: ${what}`);
		},
		reach: rule => {
			reached.set(rule, (reached.get(rule) ?? 0) + 1);
		},
	};

	const holders = schedule.holders.map((plan, index) => createHolder(world, index, plan, step));
	for (const holder of holders) plant(world, holder);
	for (const act of schedule.meddling)
		queue.at(startAt + act.at, () => meddle({world, act, holders, expected, undecided}));

	queue.run(startAt + settleMs);
	calm = true;
	finishAll({queue, holders});
	judge();
	return {violations, story, reached};

	function isCloseTo(reason: string, process: string): boolean {
		const at = timeOf(reason);
		return holders.some(holder => holder.ownerships().some(own => isClose(own, process, at)));
	}

	function judge() {
		const actual = new Set(
			[...aws.suspended()].filter(([, {owner}]) => owner !== 'either').map(([name]) => name),
		);
		const reportedOnly = holders.filter(holder => holder.entry() !== null);
		for (const holder of reportedOnly)
			if (!holder.reported()) violations.push(`hold ${holder.id[0]} still has a ledger entry`);
		for (const [process, {owner}] of aws.suspended()) {
			const isReported = typeof owner === 'object' && reportedOnly.some(({id}) => id === owner.hold);
			if (!expected.has(process) && !undecided.has(process) && owner !== 'either' && !isReported)
				violations.push(
					`${process} is left suspended by ${typeof owner === 'object' ? `hold ${owner.hold[0]}` : owner}`,
				);
		}
		for (const process of expected)
			if (!actual.has(process) && !undecided.has(process) && aws.suspended().get(process)?.owner !== 'either')
				violations.push(`${process} should be suspended, as before`);
	}
};

const timeOf = (reason: string): number => Date.parse(reason.slice('User suspended at '.length));

/** Begin, wished end, guardian's death and sleep of one holder. */
const plant = (world: World, holder: Holder): void => {
	const {plan} = holder;
	const begin = startAt + plan.beginAt;
	world.at(begin, holder.begin);
	if (plan.releaseAfter !== null)
		world.at(begin + plan.releaseAfter, () =>
			holder.ask({on: 'release', why: 'asked', message: 'asked for'}),
		);
	if (plan.guardianDiesAfter !== null) world.at(begin + plan.guardianDiesAfter, holder.killGuardian);
	const {sleep} = plan;
	if (sleep !== null) world.at(begin + sleep.after, () => holder.sleep(sleep.ms));
};

type Meddle = {
	readonly world: World;
	readonly act: Meddling;
	readonly holders: readonly Holder[];
	readonly expected: Set<string>;
	readonly undecided: Set<string>;
};

const meddle = ({world, act, holders, expected, undecided}: Meddle): void => {
	const {aws} = world;
	const now = world.now();
	const suspendBy = (process: string) => {
		const known = aws.suspended().get(process);
		const close = holders.some(holder => holder.ownerships().some(own => isClose(own, process, now)));
		if (known !== undefined && typeof known.owner === 'object') {
			// One suspension with ours, unless its reason becomes another.
			aws.suspend(process, now, 'third');
			const after = aws.suspended().get(process);
			if (after?.reason !== known.reason && !close) expected.add(process);
			else aws.mark(process, close ? 'either' : known.owner);
			if (close) undecided.add(process);
			return;
		}
		aws.suspend(process, now, 'third');
		expected.add(process);
		if (close) {
			aws.mark(process, 'either');
			undecided.add(process);
		}
	};
	const resumeBy = (process: string) => {
		aws.resume(process, now);
		expected.delete(process);
	};
	world.reach(`third party ${act.act}`);
	switch (act.act) {
		case 'suspend':
			world.say('somebody', `suspends ${act.processes.join(' ')}`);
			for (const process of act.processes) suspendBy(process);
			return;
		case 'resume':
			world.say('somebody', `resumes ${act.processes.join(' ')}`);
			for (const process of act.processes) resumeBy(process);
			return;
		case 'swap':
			world.say('somebody', `resumes and suspends ${act.process}`);
			resumeBy(act.process);
			suspendBy(act.process);
			return;
		case 'forge': {
			const until = new Date(now + (act.phase === 'expired' ? -600_000 : 1_800_000))
				.toISOString()
				.slice(0, 16);
			const word = act.phase === 'releasing' ? 'releasing' : 'live';
			world.say('somebody', `forges a ${act.phase} tag for ${act.letters}`);
			aws.putTag(holdTagKey('deadbeef'), `v1 ${word} until=${until}Z by=mallory@x procs=${act.letters}`, now);
			return;
		}
		default:
			meddleWithTag(world, act.act, holders[act.holder]?.id);
	}
};

const meddleWithTag = (world: World, act: 'untag' | 'rewrite' | 'break', id: string | undefined): void => {
	if (id === undefined || !world.aws.tags().has(holdTagKey(id))) return;
	world.say('somebody', `${act}s the tag of hold ${id[0]}`);
	if (act === 'untag') world.aws.deleteTag(holdTagKey(id), world.now());
	else if (act === 'break') world.aws.putTag(brokenTagKey(id), 'v1 broken', world.now());
	else
		world.aws.putTag(
			holdTagKey(id),
			`v1 live until=${new Date(world.now() + 600_000).toISOString().slice(0, 16)}Z by=mallory@x procs=L`,
			world.now(),
		);
};

/** Within the seconds in which a Suspend of ours was on its way nobody can tell one suspension from the other. */
const isClose = (own: Ownership, process: string, at: number): boolean => {
	if (own.fingerprint[process]?.includes(reasonAt(at))) return true;
	return own.windows.some(
		window =>
			(window.processes as readonly string[]).includes(process) &&
			at >= window.from - 4000 &&
			at <= (window.to ?? window.from + 120_000) + 4000,
	);
};

/** When all is quiet, unflap is started again and again: what a crash left behind is finished, or reported. */
const finishAll = ({queue, holders}: {queue: Queue; holders: readonly Holder[]}): void => {
	for (let round = 0; round < 4; round++) {
		for (const holder of holders) holder.nextStart();
		queue.run(queue.now() + settleMs);
	}
};

type Queue = {
	readonly now: () => number;
	readonly at: (at: number, action: () => void) => void;
	readonly run: (until: number) => void;
};

const createQueue = (): Queue => {
	let now = startAt;
	let order = 0;
	let done = 0;
	const heap: {at: number; order: number; action: () => void}[] = [];
	const before = (one: (typeof heap)[number], other: (typeof heap)[number]) =>
		one.at < other.at || (one.at === other.at && one.order < other.order);
	const push = (item: (typeof heap)[number]) => {
		heap.push(item);
		for (let child = heap.length - 1; child > 0; ) {
			const parent = (child - 1) >> 1;
			if (!before(item, heap[parent] as typeof item)) break;
			heap[child] = heap[parent] as typeof item;
			heap[parent] = item;
			child = parent;
		}
	};
	const pop = () => {
		const first = heap[0] as (typeof heap)[number];
		const last = heap.pop() as typeof first;
		if (heap.length === 0) return first;
		let parent = 0;
		for (;;) {
			let child = parent * 2 + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && before(heap[child + 1] as typeof last, heap[child] as typeof last))
				child++;
			if (!before(heap[child] as typeof last, last)) break;
			heap[parent] = heap[child] as typeof last;
			parent = child;
		}
		heap[parent] = last;
		return first;
	};
	return {
		now: () => now,
		at: (at, action) => push({at: Math.max(at, now), order: order++, action}),
		run: until => {
			while (heap.length > 0 && (heap[0]?.at ?? 0) <= until) {
				if (++done > maxEvents) throw new Error('a schedule that never comes to rest');
				const item = pop();
				now = item.at;
				item.action();
			}
			now = Math.max(now, until);
		},
	};
};
