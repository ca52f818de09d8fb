/** Boxes: recordings that play on instances, their sessions, and the commands that run on them. */
import type {RunOnBox} from './agent/box-process.ts';
import {createDataChannels} from './agent/data-channels.ts';
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
		played.set(instance.instanceId, box);
		return box;
	};
	const runner = createCommandRunner(options.sandbox ?? 'auto');
	const run: RunOnBox = (instanceId, argv) => {
		const instance = world.instance(instanceId);
		if (instance === undefined) throw new LabRefusal('TargetNotConnected', `${instanceId} is not connected.`);
		return runner.run(boxOf(instance), argv);
	};
	const channels = createDataChannels(world, run);
	world.onTerminated(instanceId => {
		channels.silence(instanceId);
		played.delete(instanceId);
	});
	return {
		recordings,
		...channels,
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
			await runner.close();
		},
	};
};

/** A reboot or a power cut of the recording takes the agent, and what runs under it, with it. */
const silenceAtEndOfBoot = (box: PlayedBox, silence: () => void) => {
	const end = box.boots().at(-1)?.endsAt ?? null;
	if (end !== null) box.clock.at(end, silence);
};
