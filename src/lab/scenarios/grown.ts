/** A region of any size for scale tests: calm groups, and one that flaps, slowly enough for one page of activities. */
import type {Random} from '../random.ts';
import type {GroupPlan} from './plan.ts';

const teams = ['cart', 'search', 'mail', 'orders', 'media', 'auth', 'feed', 'price'] as const;

/** @param size number of groups, and boxes in each. */
export const grownScenario =
	(size: {readonly groups: number; readonly instances: number}) =>
	(random: Random): readonly GroupPlan[] =>
		Array.from({length: size.groups}, (_, index) => {
			const flaps = index === 3;
			const name = index === 0 ? 'web-prod' : `${random.pick(teams)}-${String(index).padStart(4, '0')}`;
			return {
				name,
				min: 0,
				max: Math.max(1, size.instances * 2),
				healthCheckTypes: [flaps ? 'ELB' : 'EC2'],
				graceSeconds: flaps ? 1200 : 300,
				behaviour: {
					recording: flaps ? 'S05-s3-access-denied' : 'S01-healthy',
					powerOn: [3, 6],
					pending: [10, 24],
					drain: [40, 60],
					relaunch: [2, 9],
				},
				target: flaps ? {port: 8080, path: '/healthz', unhealthyThreshold: 3} : null,
				ages: Array.from({length: size.instances}, () =>
					flaps ? ([10, 1200] as const) : ([7200, 30 * 86_400] as const),
				),
				flapsSinceSeconds: flaps ? 3000 : null,
				createdDaysAgo: [40, 900],
			};
		});
