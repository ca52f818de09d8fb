/** Runs a catch: reads the group politely, pins what comes, runs the command, and answers the hook. The core decides. */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {Care} from './care-types.ts';
import {keptBoxes, newCatch, stepCatch} from './catch-core.ts';
import type {CatchCommand, CatchNews} from './catch-news.ts';
import type {CatchDeed, CatchEnd, CatchEvent, CatchState, CatchWish} from './catch-types.ts';
import {createCatchWork} from './catch-work.ts';
import type {HookAnswers} from './hook-answers.ts';
import type {HoldPlace} from './ledger-entry.ts';

export type Catcher = {
	readonly state: () => CatchState;
	/** Of this group; the newest read. */
	readonly group: () => Group;
	/** What became of the hold that `hold-begins` asked for. */
	readonly holdIs: (state: 'held' | 'over') => void;
	/** Commands are ended, heartbeats stop; `done` follows. */
	readonly end: () => void;
	readonly done: Promise<CatchEnd>;
};

export type CatcherOptions = {
	readonly aws: Pick<Aws, 'polling' | 'release' | 'clock' | 'facts'>;
	readonly processClock: ProcessClock;
	readonly care: Care;
	readonly answers: HookAnswers;
	readonly place: () => Promise<HoldPlace>;
	readonly owner: string;
	readonly group: Group;
	readonly wish: CatchWish;
	readonly command: CatchCommand | null;
	readonly onNews: (news: CatchNews) => void;
};

/** AWS time between two reads, and the least process time. While something happens they come quicker. */
const lookEveryMs = 5000;
const busyLookEveryMs = 3000;
const busyForMs = 30_000;
const leastProcessMs = 1000;
const longestPauseMs = 60_000;

export const createCatcher = (options: CatcherOptions): Catcher => {
	const {aws, care, processClock, wish, onNews} = options;
	const {name} = options.group;
	const over = new AbortController();
	const done = Promise.withResolvers<CatchEnd>();
	const told = new Map<string, string>();
	let state = newCatch(wish);
	let group = options.group;
	let busyUntil: AwsMs = 0;

	const send = (event: CatchEvent): void => {
		const step = stepCatch(state, event, aws.clock.now());
		state = step.state;
		if (step.deeds.length > 0) busyUntil = aws.clock.now() + busyForMs;
		for (const deed of step.deeds) perform(deed);
	};

	const perform = (deed: CatchDeed): void => {
		if (deed.do === 'catch') {
			onNews({event: 'caught', instanceId: deed.instanceId, lifecycleState: stateOf(deed.instanceId)});
			care.pin(name, deed.instanceId);
		} else if (deed.do === 'pin') {
			// Anew, so that it is looked at now and not at its next turn.
			care.pin(name, deed.instanceId);
		} else if (deed.do === 'let-go') {
			care.unpin(name, deed.instanceId);
			onNews({event: 'let-go', instanceId: deed.instanceId, why: deed.why});
		} else if (deed.do === 'tell')
			onNews({event: 'state', instanceId: deed.instanceId, from: deed.from, to: deed.to});
		else if (deed.do === 'too-late') onNews({event: 'too-late', instanceId: deed.instanceId});
		else if (deed.do === 'hold') onNews({event: 'hold-begins'});
		else if (deed.do === 'run') void work.run(deed.instanceId);
		else if (deed.do === 'answer') void work.answer(deed);
		else if (deed.do === 'stop-command') work.stop(deed.instanceId);
		else void finish(deed.why);
	};

	const stateOf = (instanceId: string): string =>
		state.boxes.find(box => box.instanceId === instanceId)?.lifecycleState ?? 'gone';

	const isKept = (instanceId: string): boolean => keptBoxes(state).some(box => box.instanceId === instanceId);

	const work = createCatchWork({
		...options,
		group: () => group,
		stateOf,
		isKept,
		signal: over.signal,
		send,
	});

	const warn = (message: Hostile): void => onNews({event: 'warning', message});

	const finish = async (why: CatchEnd): Promise<void> => {
		over.abort();
		unsubscribe();
		await work.settled();
		for (const {instanceId} of keptBoxes(state)) care.unpin(name, instanceId);
		onNews({event: 'ended', why});
		done.resolve(why);
	};

	/** What a pin says, once for each thing it says. */
	const hearPins = (): void => {
		for (const {group: of, instanceId, state: pinState, until, says} of care.pins()) {
			if (of !== name || !isKept(instanceId)) continue;
			const said = `${pinState} ${says}`;
			if (told.get(instanceId) === said || pinState === 'watching') continue;
			told.set(instanceId, said);
			onNews({event: 'pin', instanceId, state: pinState, until, says});
		}
	};
	const unsubscribe = care.subscribe(hearPins);

	const look = async (): Promise<boolean> => {
		try {
			const groups = await aws.polling.groups({names: [name], signal: over.signal});
			if (over.signal.aborted) return true;
			const found = groups.find(one => one.arn === group.arn) ?? null;
			group = found ?? group;
			send({on: 'seen', boxes: found?.instances ?? null});
			return true;
		} catch (error) {
			if (over.signal.aborted) return true;
			if (!(error instanceof UnflapError)) throw error;
			warn(`the group could not be read: ${error.message}`);
			return false;
		}
	};

	const run = async (): Promise<void> => {
		onNews({event: 'waiting', group: name, what: wish.what});
		let failures = 0;
		while (!over.signal.aborted) {
			failures = (await look()) ? 0 : failures + 1;
			const everyMs = aws.clock.now() < busyUntil ? busyLookEveryMs : lookEveryMs;
			const pauseMs = Math.max(leastProcessMs, everyMs / aws.clock.rate) * 2 ** Math.min(failures, 6);
			await processClock.sleep(Math.min(longestPauseMs, pauseMs), over.signal);
		}
	};
	void run().catch(done.reject);

	return {
		state: () => state,
		group: () => group,
		holdIs: hold => send({on: 'hold', state: hold}),
		end: () => send({on: 'end'}),
		done: done.promise,
	};
};
