/** Runs a catch: reads the group politely, pins what comes, runs the command, and answers the hook. The core decides. */
import type {Aws, Group} from '../aws/types.ts';
import type {AwsMs, ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import type {Care, PinView} from './care-types.ts';
import {
	type CatchDeed,
	type CatchEnd,
	type CatchEvent,
	type CatchState,
	type CatchWish,
	keptBoxes,
	newCatch,
	stepCatch,
} from './catch-core.ts';
import {childEnvironment} from './child-environment.ts';
import {type ExecEnd, type RunningExec, startExec} from './exec-command.ts';
import {type AnswerOutcome, type HookAnswers, type HookResult, sendAnswer} from './hook-answers.ts';
import type {HoldPlace} from './ledger-entry.ts';

export type CatchNews =
	| {readonly event: 'waiting'; readonly group: Hostile; readonly what: CatchWish['what']}
	| {readonly event: 'caught'; readonly instanceId: string; readonly lifecycleState: string}
	| {readonly event: 'state'; readonly instanceId: string; readonly from: string; readonly to: string}
	| ({readonly event: 'pin'} & Pick<PinView, 'instanceId' | 'state' | 'until' | 'says'>)
	| {readonly event: 'hold-begins'}
	| {readonly event: 'command-started'; readonly instanceId: string}
	| ({readonly event: 'command-ended'; readonly instanceId: string} & ExecEnd)
	| {readonly event: 'too-late'; readonly instanceId: string}
	| ({readonly event: 'hook-answered'; readonly instanceId: string; readonly hook: string} & AnswerOutcome)
	| {readonly event: 'let-go'; readonly instanceId: string; readonly why: 'gone' | 'time' | 'answered'}
	| {readonly event: 'warning'; readonly message: Hostile}
	| {readonly event: 'ended'; readonly why: CatchEnd};

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

export type CatchCommand = {
	readonly line: string;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly stdout: 'stdout' | 'stderr';
	/** AWS time. */
	readonly timeoutMs: number;
	readonly reason: string;
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
	const running = new Map<string, RunningExec>();
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
		else if (deed.do === 'run') void runCommand(deed.instanceId);
		else if (deed.do === 'answer') void answer(deed);
		else if (deed.do === 'stop-command') running.get(deed.instanceId)?.stop();
		else void finish(deed.why);
	};

	const stateOf = (instanceId: string): string =>
		state.boxes.find(box => box.instanceId === instanceId)?.lifecycleState ?? 'gone';

	const targetOf = async (instanceId: string, hook: string) => ({
		place: await options.place(),
		group: name,
		arn: group.arn,
		instanceId,
		hook,
	});

	/** A process before us may have decided and died: its answer is repeated, and the command is not run again. */
	const runCommand = async (instanceId: string): Promise<void> => {
		const {command} = options;
		const hook = wish.command?.hook ?? null;
		if (command === null) return;
		try {
			const standing = hook === null ? null : await options.answers.read(await targetOf(instanceId, hook));
			if (standing !== null && hook !== null) {
				warn(
					`${standing.result} was decided for ${instanceId} before: it is repeated, COMMAND does not run again`,
				);
				return await tellAnswer(instanceId, hook, await sendAnswer(standing, sending()));
			}
			const exec = startExec({
				line: command.line,
				environment: childEnvironment(command.environment, await factsOf(instanceId, hook, command)),
				stdout: command.stdout,
				timeoutMs: command.timeoutMs / aws.clock.rate,
				processClock,
			});
			running.set(instanceId, exec);
			onNews({event: 'command-started', instanceId});
			// Asked to end while it was being prepared.
			if (state.ended !== null || !isKept(instanceId)) exec.stop();
			const end = await exec.ended;
			running.delete(instanceId);
			onNews({event: 'command-ended', instanceId, ...end});
			send({on: 'command-ended', instanceId, code: end.code});
		} catch (error) {
			warn(`COMMAND was not run for ${instanceId}: ${messageOf(error)}`);
			send({on: 'command-ended', instanceId, code: null});
		}
	};

	const isKept = (instanceId: string): boolean => keptBoxes(state).some(box => box.instanceId === instanceId);

	const factsOf = async (instanceId: string, hook: string | null, {reason, timeoutMs}: CatchCommand) => {
		const [instance] = await aws.polling.instances([instanceId], {signal: over.signal});
		const member = group.instances.find(one => one.instanceId === instanceId);
		return {
			UNFLAP_GROUP: name,
			UNFLAP_INSTANCE_ID: instanceId,
			UNFLAP_PRIVATE_IP: instance?.privateIp ?? '',
			UNFLAP_REGION: aws.facts.region,
			UNFLAP_AVAILABILITY_ZONE: member?.availabilityZone ?? '',
			UNFLAP_INSTANCE_TYPE: instance?.instanceType ?? '',
			UNFLAP_LIFECYCLE_STATE: stateOf(instanceId),
			UNFLAP_HOOK: hook ?? '',
			UNFLAP_OWNER: options.owner,
			UNFLAP_REASON: reason,
			UNFLAP_UNTIL: new Date(aws.clock.now() + timeoutMs).toISOString(),
		};
	};

	const sending = () => ({aws, processClock, signal: over.signal});

	/** The record first; what it says is sent, whoever wrote it. */
	const answer = async ({instanceId, hook, result}: AnswerDeed): Promise<void> => {
		try {
			const target = await targetOf(instanceId, hook);
			const wanted = {
				...target,
				version: 1,
				result,
				decidedAt: aws.clock.now(),
				owner: options.owner,
			} as const;
			const decided = await options.answers.decide(wanted);
			if (decided.result !== result)
				warn(`${decided.result} was decided for ${instanceId} before: ${result} is not sent`);
			await tellAnswer(instanceId, hook, await sendAnswer(decided, sending()));
		} catch (error) {
			warn(`${instanceId} gets no answer, so its hook runs out by itself: ${messageOf(error)}`);
			send({on: 'answered', instanceId});
		}
	};

	const tellAnswer = async (instanceId: string, hook: string, outcome: AnswerOutcome): Promise<void> => {
		onNews({event: 'hook-answered', instanceId, hook, ...outcome});
		send({on: 'answered', instanceId});
	};

	const warn = (message: Hostile): void => onNews({event: 'warning', message});

	const finish = async (why: CatchEnd): Promise<void> => {
		over.abort();
		unsubscribe();
		await Promise.allSettled([...running.values()].map(({ended}) => ended));
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

type AnswerDeed = {readonly instanceId: string; readonly hook: string; readonly result: HookResult};

const messageOf = (error: unknown): Hostile => {
	if (error instanceof Error) return error.message;
	throw error;
};
