/** What a catch does for its boxes: COMMAND with the facts in its environment, and the one answer to the hook. */
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {CatchCommand, CatchNews} from './catch-news.ts';
import type {CatchEvent, CatchWish} from './catch-types.ts';
import {type ChildFacts, childEnvironment} from './child-environment.ts';
import {type RunningExec, startExec} from './exec-command.ts';
import {type HookAnswer, type HookAnswers, type HookResult, sendAnswer} from './hook-answers.ts';
import type {HoldPlace} from './ledger-entry.ts';

export type CatchWork = {
	readonly run: (instanceId: string) => Promise<void>;
	readonly answer: (deed: AnswerDeed) => Promise<void>;
	/** Ends the box's command; its hook gets no answer. */
	readonly stop: (instanceId: string) => void;
	/** Resolves when every command has ended. */
	readonly settled: () => Promise<void>;
};

export type AnswerDeed = {readonly instanceId: string; readonly hook: string; readonly result: HookResult};

export type CatchWorkOptions = {
	readonly aws: Pick<Aws, 'polling' | 'release' | 'clock' | 'facts'>;
	readonly processClock: ProcessClock;
	readonly answers: HookAnswers;
	readonly place: () => Promise<HoldPlace>;
	readonly owner: string;
	readonly wish: CatchWish;
	readonly command: CatchCommand | null;
	/** The newest read. */
	readonly group: () => Group;
	readonly stateOf: (instanceId: string) => string;
	readonly isKept: (instanceId: string) => boolean;
	/** Aborted when the catch ends. */
	readonly signal: AbortSignal;
	readonly onNews: (news: CatchNews) => void;
	readonly send: (event: CatchEvent) => void;
};

export const createCatchWork = (options: CatchWorkOptions): CatchWork => {
	const {aws, answers, wish, onNews, send, signal} = options;
	const running = new Map<string, RunningExec>();
	const warn = (message: Hostile): void => onNews({event: 'warning', message});

	const tell = async (decided: HookAnswer): Promise<void> => {
		const {instanceId, hook} = decided;
		onNews({event: 'hook-answered', instanceId, hook, ...(await sendAnswer(decided, options))});
		send({on: 'answered', instanceId});
	};

	/** A process before us may have decided and died: its answer is repeated, and the command is not run again. */
	const repeatStanding = async (instanceId: string, hook: string): Promise<boolean> => {
		const standing = await answers.read(await targetOf(options, instanceId, hook));
		if (standing === null) return false;
		warn(
			`${standing.result} was decided for ${instanceId} before: it is repeated, COMMAND does not run again`,
		);
		await tell(standing);
		return true;
	};

	const runToEnd = async (instanceId: string, command: CatchCommand, facts: ChildFacts): Promise<void> => {
		const exec = startExec({
			...command,
			environment: childEnvironment(command.environment, facts),
			timeoutMs: command.timeoutMs / aws.clock.rate,
			processClock: options.processClock,
		});
		running.set(instanceId, exec);
		onNews({event: 'command-started', instanceId});
		// Asked to end while it was being prepared.
		if (signal.aborted || !options.isKept(instanceId)) exec.stop();
		const end = await exec.ended;
		running.delete(instanceId);
		onNews({event: 'command-ended', instanceId, ...end});
		send({on: 'command-ended', instanceId, code: end.code});
	};

	return {
		run: async instanceId => {
			const {command} = options;
			const hook = wish.command?.hook ?? null;
			if (command === null) return;
			try {
				if (hook !== null && (await repeatStanding(instanceId, hook))) return;
				await runToEnd(instanceId, command, await factsOf(options, instanceId, command));
			} catch (error) {
				warn(`COMMAND was not run for ${instanceId}: ${messageOf(error)}`);
				send({on: 'command-ended', instanceId, code: null});
			}
		},
		/** The record first; what it says is sent, whoever wrote it. */
		answer: async ({instanceId, hook, result}) => {
			try {
				const target = await targetOf(options, instanceId, hook);
				const {owner} = options;
				const decided = await answers.decide({
					...target,
					...{version: 1, result, decidedAt: aws.clock.now(), owner},
				});
				if (decided.result !== result)
					warn(`${decided.result} was decided for ${instanceId} before: ${result} is not sent`);
				await tell(decided);
			} catch (error) {
				warn(`${instanceId} gets no answer, so its hook runs out by itself: ${messageOf(error)}`);
				send({on: 'answered', instanceId});
			}
		},
		stop: instanceId => running.get(instanceId)?.stop(),
		settled: async () => {
			await Promise.allSettled([...running.values()].map(({ended}) => ended));
		},
	};
};

const targetOf = async ({place, group}: CatchWorkOptions, instanceId: string, hook: string) => ({
	place: await place(),
	group: group().name,
	arn: group().arn,
	instanceId,
	hook,
});

const factsOf = async (
	{aws, wish, owner, group, stateOf, signal}: CatchWorkOptions,
	instanceId: string,
	{reason, timeoutMs}: CatchCommand,
): Promise<ChildFacts> => {
	const [instance] = await aws.polling.instances([instanceId], {signal});
	const member = group().instances.find(one => one.instanceId === instanceId);
	return {
		UNFLAP_GROUP: group().name,
		UNFLAP_INSTANCE_ID: instanceId,
		UNFLAP_PRIVATE_IP: instance?.privateIp ?? '',
		UNFLAP_REGION: aws.facts.region,
		UNFLAP_AVAILABILITY_ZONE: member?.availabilityZone ?? '',
		UNFLAP_INSTANCE_TYPE: instance?.instanceType ?? '',
		UNFLAP_LIFECYCLE_STATE: stateOf(instanceId),
		UNFLAP_HOOK: wish.command?.hook ?? '',
		UNFLAP_OWNER: owner,
		UNFLAP_REASON: reason,
		UNFLAP_UNTIL: new Date(aws.clock.now() + timeoutMs).toISOString(),
	};
};

const messageOf = (error: unknown): Hostile => {
	if (error instanceof Error) return error.message;
	throw error;
};
