/** Run Command on the agent's side: a script a box, its output when it has ended, cut as AWS cuts it. */
import {randomUUID} from 'node:crypto';
import type {Readable} from 'node:stream';
import type {Boxes, CommandInvocation, LabWorld} from '../types.ts';
import type {BoxProcess, RunOnBox} from './box-process.ts';

export type RunCommands = Pick<Boxes, 'sendCommand' | 'commandInvocation' | 'cancelCommand'> & {
	readonly stop: () => void;
};

const shownOutput = 24_000;
const shownErrors = 8000;
/** What AWS puts where it cuts. */
const cutMark = '\n---Output truncated---';
/** Between sending and the first sight of the invocation. */
const deliveryMs = 30;

type Invocation = {facts: CommandInvocation; process: BoxProcess | null; isVisible: boolean};

export const createRunCommands = (world: LabWorld, run: RunOnBox): RunCommands => {
	const invocations = new Map<string, Invocation>();
	const execute = async (instanceId: string, script: string, timeoutMs: number, invocation: Invocation) => {
		const set = (facts: Partial<CommandInvocation>) => {
			invocation.facts = {...invocation.facts, ...facts};
		};
		const isCancelled = () => invocation.facts.status === 'Cancelled';
		await new Promise(resolve => setTimeout(resolve, deliveryMs).unref());
		invocation.isVisible = true;
		// A command to an agent that is away waits for it; ours are given up with the client's patience.
		if (world.agentAway(instanceId) || isCancelled()) return;
		set({status: 'InProgress', startedAt: world.clock.now()});
		const started = await run(instanceId, ['sh', '-c', script]);
		invocation.process = started;
		// Cancelled while its shell was being started.
		if (isCancelled()) started.kill();
		const timer = setTimeout(() => {
			set({status: 'TimedOut'});
			started.kill();
		}, timeoutMs).unref();
		const [stdout, stderr, code] = await Promise.all([
			collect(started.stdout, shownOutput),
			collect(started.stderr, shownErrors),
			started.exited,
		]);
		clearTimeout(timer);
		const ended = {responseCode: code, stdout, stderr, endedAt: world.clock.now()};
		set(
			invocation.facts.status === 'InProgress'
				? {...ended, status: code === 0 ? 'Success' : 'Failed'}
				: ended,
		);
	};
	return {
		sendCommand({instanceIds, commands, executionTimeoutSeconds = 3600}) {
			const commandId = randomUUID();
			for (const instanceId of instanceIds) {
				const invocation: Invocation = {facts: fresh, process: null, isVisible: false};
				invocations.set(`${commandId} ${instanceId}`, invocation);
				execute(instanceId, commands.join('\n'), executionTimeoutSeconds * 1000, invocation).catch(
					(error: unknown) => {
						const stderr = error instanceof Error ? error.message : String(error);
						const endedAt = world.clock.now();
						invocation.facts = {...invocation.facts, status: 'Failed', responseCode: 1, stderr, endedAt};
					},
				);
			}
			return commandId;
		},
		commandInvocation(commandId, instanceId) {
			const invocation = invocations.get(`${commandId} ${instanceId}`);
			return invocation?.isVisible === true ? invocation.facts : null;
		},
		cancelCommand(commandId) {
			for (const [key, invocation] of invocations) {
				if (!key.startsWith(`${commandId} `) || invocation.facts.endedAt !== null) continue;
				invocation.facts = {...invocation.facts, status: 'Cancelled'};
				invocation.process?.kill();
			}
		},
		stop() {
			for (const {process} of invocations.values()) process?.kill();
		},
	};
};

const fresh: CommandInvocation = {
	status: 'Pending',
	responseCode: -1,
	stdout: '',
	stderr: '',
	startedAt: null,
	endedAt: null,
};

/** Reads all, keeps what AWS shows. */
const collect = async (stream: Readable, most: number): Promise<string> => {
	const parts: Buffer[] = [];
	let kept = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		if (kept <= most * 4) parts.push(chunk);
		kept += chunk.length;
	}
	const text = Buffer.concat(parts).toString('utf8');
	return text.length <= most ? text : text.slice(0, most - cutMark.length) + cutMark;
};
