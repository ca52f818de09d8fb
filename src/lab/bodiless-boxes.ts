/** Boxes without an agent: health and console of the recordings, and no sessions. */

import {toRecording} from './box/life.ts';
import {loadBoots} from './box/load-boots.ts';
import {type Boxes, type LabInstance, LabRefusal, type LabWorld} from './types.ts';

export const createBoxes = (world: LabWorld): Promise<Boxes> => {
	const age = (instance: LabInstance): number => (world.clock.now() - instance.poweredOnAt) / 1000;
	return Promise.resolve({
		recordings: new Map([...loadBoots()].map(([name, life]) => [name, toRecording(life)])),
		startSession({instanceId}) {
			throw new LabRefusal('TargetNotConnected', `${instanceId} is not connected.`);
		},
		resumeSession: () => null,
		terminateSession: () => false,
		upgrade: (_request, socket) => {
			socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
		},
		consoleText: instance =>
			instance.recording.console
				.filter(({atSeconds}) => atSeconds <= age(instance))
				.map(({text}) => text)
				.join(''),
		agentOnline: () => false,
		appHealthy: ({recording, ...instance}) =>
			recording.healthySeconds !== null &&
			(world.clock.now() - instance.poweredOnAt) / 1000 >= recording.healthySeconds,
		openSessions: () => [],
		close: () => Promise.resolve(),
	});
};
