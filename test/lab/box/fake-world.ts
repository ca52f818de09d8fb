/** A world of one or more instances at speed 1, stepped by hand: enough for boxes, without HTTP. */
import {createLabClock, type SteppableClock} from '../../../src/lab/lab-clock.ts';
import type {ChannelFault, LabInstance, LabWorld, Recording} from '../../../src/lab/types.ts';

export type FakeWorld = LabWorld & {
	readonly clock: SteppableClock;
	readonly add: (recording: Recording, more?: Partial<LabInstance>) => LabInstance;
	readonly terminate: (instanceId: string) => void;
	readonly faults: ChannelFault[];
	/** Instances whose agent does not answer. */
	readonly away: Set<string>;
};

export const startAt = Date.parse('2026-11-22T12:00:00Z');

export const createFakeWorld = (speed = 1): FakeWorld => {
	const instances = new Map<string, LabInstance>();
	const ended = new Map<string, number>();
	const listeners: ((instanceId: string) => void)[] = [];
	const faults: ChannelFault[] = [];
	const away = new Set<string>();
	const clock = createLabClock({startAt, speed, monotonicMs: () => performance.now()});
	return {
		clock,
		faults,
		away,
		instance: instanceId => instances.get(instanceId),
		onTerminated: listener => listeners.push(listener),
		channelFaults: () => faults,
		agentAway: instanceId => away.has(instanceId),
		add(recording, more = {}) {
			const number = instances.size + 1;
			const instanceId = `i-0${String(number).padStart(16, 'a')}`;
			const instance: LabInstance = {
				instanceId,
				groupName: 'web-prod',
				poweredOnAt: startAt,
				recording,
				seed: 1000 + number,
				privateIp: `10.8.0.${number + 10}`,
				state: () => (ended.has(instanceId) ? 'terminated' : 'running'),
				terminatedAt: () => ended.get(instanceId) ?? null,
				...more,
			};
			instances.set(instance.instanceId, instance);
			return instance;
		},
		terminate(instanceId) {
			ended.set(instanceId, clock.now());
			for (const listener of listeners) listener(instanceId);
		},
	};
};
