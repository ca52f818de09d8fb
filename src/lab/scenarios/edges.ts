/** Scenario `edges`: names and boots at the limits of what a screen can hold. */
import type {Recording} from '../types.ts';
import type {GroupPlan, Scenario} from './plan.ts';

export const edgesScenario =
	(recordings: ReadonlyMap<string, Recording>): Scenario =>
	() => {
		const edge = recordings.has('edges') ? 'edges' : 'S05-s3-access-denied';
		return [
			calm(longName('platform-team-', 120), 'S01-healthy', 2),
			calm('注文サービス-本番', edge, 1),
			{...calm('long-name-tag', 'S01-healthy', 1), tags: {Name: longName('box-of-the-platform-team-', 120)}},
		];
	};

const longName = (start: string, length: number): string =>
	`${start.repeat(20).slice(0, length - 9)}-the-last`;

const calm = (name: string, recording: string, boxes: number): GroupPlan => ({
	name,
	min: 0,
	max: 10,
	healthCheckTypes: ['EC2'],
	graceSeconds: 300,
	behaviour: {recording, powerOn: [3, 6], pending: [14, 24], drain: [40, 60], relaunch: [2, 9]},
	target: null,
	ages: Array.from({length: boxes}, () => [900, 90_000] as const),
	flapsSinceSeconds: null,
	createdDaysAgo: [40, 900],
});
