/** Boxes: recordings that play on instances, their sessions, and the commands that run on them. */
import type {OpenTerminal, RunOnBox} from './agent/box-process.ts';
import {createDataChannels} from './agent/data-channels.ts';
import {createKeyStore} from './agent/key-store.ts';
import {createRunCommands} from './agent/run-commands.ts';
import {createCommandRunner, type SandboxChoice} from './box/command-runner.ts';
import {toRecording} from './box/life.ts';
import {loadBoots} from './box/load-boots.ts';
import {makeNoisy} from './box/noisy.ts';
import {createPlayedBox, type PlayedBox} from './box/played-box.ts';
import {type Boxes, type LabInstance, LabRefusal, type LabWorld, type Recording} from './types.ts';

export {loadRecordingFolder} from './box/read-recording.ts';

export type BoxesOptions = {
	/** More recordings beside the packaged ones, e.g. of `--scenario DIR`. */
	readonly recordings?: readonly Recording[];
	/** How commands run; 'auto' takes the first that works: bwrap, unshare, reader. */
	readonly sandbox?: SandboxChoice;
	/** The KMS key by which sessions are encrypted, as an account's preferences name it; none by default. */
	readonly sessionKey?: string;
};

/** Recordings by name: the packaged ones and those derived from them. */
export const loadRecordings = (): ReadonlyMap<string, Recording> =>
	new Map(
		[...loadBoots().values()]
			.flatMap(life => (life.name === noisyBase ? [life, makeNoisy(life)] : [life]))
			.map(life => [life.name, toRecording(life)]),
	);

const noisyBase = 'S01-healthy';

export const createBoxes = async (world: LabWorld, options: BoxesOptions = {}): Promise<Boxes> => {
	const recordings = new Map([
		...loadRecordings(),
		...(options.recordings ?? []).map(recording => [recording.name, recording] as const),
	]);
	const played = new Map<string, PlayedBox>();
	const boxOf = (instance: LabInstance): PlayedBox => {
		const known = played.get(instance.instanceId);
		if (known !== undefined) return known;
		const box = createPlayedBox(instance, world.clock);
		box.onDown(() => channels.silence(instance.instanceId));
		played.set(instance.instanceId, box);
		return box;
	};
	const runner = createCommandRunner(options.sandbox ?? 'auto');
	const boxAt = (instanceId: string): PlayedBox => {
		const instance = world.instance(instanceId);
		if (instance === undefined) throw new LabRefusal('TargetNotConnected', `${instanceId} is not connected.`);
		return boxOf(instance);
	};
	const run: RunOnBox = async (instanceId, argv) => runner.run(boxAt(instanceId), argv);
	const open: OpenTerminal = async (instanceId, command) => runner.open(boxAt(instanceId), command);
	const keys = createKeyStore();
	const channels = createDataChannels(world, {
		run,
		open,
		encryption: options.sessionKey === undefined ? null : {keyId: options.sessionKey, keys},
	});
	const runCommands = createRunCommands(world, run);
	world.onTerminated(instanceId => {
		channels.silence(instanceId);
		played.delete(instanceId);
	});
	return {
		recordings,
		...channels,
		...runCommands,
		dataKey: keys.generate,
		startSession(request) {
			const instance = world.instance(request.instanceId);
			if (instance === undefined || !boxOf(instance).agentOnline() || world.agentAway(request.instanceId))
				throw new LabRefusal('TargetNotConnected', `${request.instanceId} is not connected.`);
			silenceAtEndOfBoot(boxOf(instance), () => channels.silence(request.instanceId));
			return channels.startSession(request);
		},
		consoleText: instance => boxOf(instance).consoleText(),
		agentOnline: instance => boxOf(instance).agentOnline(),
		appHealthy: instance => boxOf(instance).appHealthy(),
		async close() {
			channels.close();
			runCommands.stop();
			await runner.close();
		},
	};
};

/** A reboot or a power cut of the recording takes the agent, and what runs under it, with it. */
const silenceAtEndOfBoot = (box: PlayedBox, silence: () => void) => {
	const end = box.boots().at(-1)?.endsAt ?? null;
	if (end !== null) box.clock.at(end, silence);
};
