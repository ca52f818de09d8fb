/** Any recorded boot as a scenario: one group, whose boxes play it. */
import type {Recording} from '../types.ts';
import {endOfMachineSeconds} from '../world/machine-end.ts';
import type {GroupPlan, Scenario} from './plan.ts';

export const recordedScenario =
	(recording: Recording): Scenario =>
	random => {
		const length = Math.ceil(recording.lengthSeconds);
		const isHealthy = recording.healthySeconds !== null;
		return [
			{
				name: 'web-prod',
				min: 1,
				max: 4,
				healthCheckTypes: ['ELB'],
				// The boot is done long before the box is killed.
				graceSeconds: Math.max(300, length + 240) + 5 * random.integer(0, 9),
				behaviour: {
					recording: recording.name,
					powerOn: [3, 6],
					pending: [14, 24],
					drain: [40, 60],
					relaunch: [2, 9],
				},
				target: {port: 8080, path: '/healthz', unhealthyThreshold: 3},
				ages: agesOf(recording),
				flapsSinceSeconds: isHealthy ? null : 4400 + random.integer(0, 900),
				createdDaysAgo: [100, 400],
			} satisfies GroupPlan,
		];
	};

const agesOf = (recording: Recording): GroupPlan['ages'] => {
	const length = recording.lengthSeconds;
	if (recording.healthySeconds !== null)
		return [
			[length + 7200, length + 86_400],
			[length + 7200, length + 86_400],
		];
	// A boot that ends with its machine can be looked at only between its agent's start and that end.
	if (endOfMachineSeconds(recording) !== null) {
		const agentUp = recording.agentUpSeconds * 1.03;
		return [
			[agentUp + 6, agentUp + 7],
			[10, 20],
		];
	}
	return [
		[length + 40, length + 70],
		[Math.max(30, length * 0.55), Math.max(40, length * 0.65)],
	];
};
