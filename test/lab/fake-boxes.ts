/** Boxes without bodies: enough for the AWS side of the lab. Health and agent follow the recording's numbers. */
import type {Boxes, LabInstance, LabWorld, Recording} from '../../src/lab/types.ts';
import {LabRefusal} from '../../src/lab/types.ts';

const recording = (name: string, healthySeconds: number | null): Recording => ({
	name,
	entries: [],
	units: new Map(),
	console: [],
	agentUpSeconds: 60,
	healthySeconds,
	lengthSeconds: 160,
	bootIds: ['0123456789abcdef0123456789abcdef'],
	userData: JSON.stringify({bucket: 'releases', recording: name}),
	chain: ['a.service', 'b.service'],
});

export const fakeRecordings: ReadonlyMap<string, Recording> = new Map(
	[
		recording('S01-healthy', 120),
		recording('S03-tags-missing-pending-wait', null),
		recording('S05-s3-access-denied', null),
		recording('S06-crash-loop', null),
		recording('S07-oom', null),
	].map(made => [made.name, made]),
);

export const createFakeBoxes = (world: LabWorld): Promise<Boxes> => {
	const open = new Map<string, string>();
	const age = (instance: LabInstance): number => (world.clock.now() - instance.poweredOnAt) / 1000;
	let count = 0;
	return Promise.resolve({
		recordings: fakeRecordings,
		startSession({instanceId, documentName, streamBase}) {
			if (documentName === 'no-such-document') throw new LabRefusal('InvalidDocument', 'no such document');
			count += 1;
			const sessionId = `lab-${count}`;
			open.set(sessionId, instanceId);
			return {sessionId, streamUrl: `${streamBase}/v1/data-channel/${sessionId}`, token: `token-${count}`};
		},
		resumeSession: (sessionId, streamBase) =>
			open.has(sessionId)
				? {sessionId, streamUrl: `${streamBase}/v1/data-channel/${sessionId}`, token: 'again'}
				: null,
		terminateSession: sessionId => open.delete(sessionId),
		sendCommand: () => 'command-1',
		commandInvocation: () => null,
		cancelCommand: () => undefined,
		dataKey: (keyId, bytes) => ({keyId, plaintext: Buffer.alloc(bytes), ciphertext: Buffer.alloc(1)}),
		upgrade(_request, socket) {
			socket.end('HTTP/1.1 418 Upgraded\r\ncontent-length: 0\r\n\r\n');
		},
		consoleText: instance => `console of ${instance.instanceId}: löscht\n`,
		agentOnline: instance => age(instance) >= instance.recording.agentUpSeconds,
		appHealthy: instance =>
			instance.recording.healthySeconds !== null && age(instance) >= instance.recording.healthySeconds,
		openSessions: () => [...open.keys()],
		close: () => Promise.resolve(),
	});
};
