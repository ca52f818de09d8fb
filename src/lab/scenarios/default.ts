/** Scenario `default`: six groups that tell the story of lab.md. Numbers differ a little from seed to seed. */
import type {Random} from '../random.ts';
import type {GroupPlan, Scenario} from './plan.ts';

const day = 86_400;
/** Of groups whose boxes come up without a hook. */
const plainTimes = {powerOn: [3, 6], pending: [14, 24], drain: [40, 60], relaunch: [2, 9]} as const;
const web = {port: 8080, path: '/healthz', unhealthyThreshold: 2} as const;

export const defaultScenario: Scenario = random => [
	webProd(random.fork('web-prod')),
	webCanary(random.fork('web-canary')),
	apiStaging(random.fork('api-staging')),
	worker(random.fork('worker')),
	batch(random.fork('batch')),
	legacy(),
];

/**
 * Flaps on a denied bucket: launch hook about a minute, grace about five, two or three failed checks, killed.
 * At the start one box is past its first fault, one in mid-boot, one still in its hook.
 */
const webProd = (random: Random): GroupPlan => ({
	name: 'web-prod',
	min: 1,
	max: 4,
	healthCheckTypes: ['ELB'],
	graceSeconds: 270 + 5 * random.integer(0, 12),
	behaviour: {
		recording: 'S05-s3-access-denied',
		powerOn: [3, 6],
		pending: [7, 11],
		drain: [35 + random.integer(0, 20), 58 + random.integer(0, 15)],
		relaunch: [2, 9],
	},
	hooks: [
		{
			name: 'web-prod-warmup',
			transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
			heartbeatSeconds: 600,
			defaultResult: 'CONTINUE',
			answer: {after: [54 + random.integer(0, 6), 64 + random.integer(0, 6)], result: 'CONTINUE'},
		},
	],
	target: {port: 8080, path: '/healthz', unhealthyThreshold: 3},
	hasPolicy: true,
	ages: [
		[190, 225],
		[100, 114],
		[18, 32],
	],
	flapsSinceSeconds: 4400 + random.integer(0, 900),
	createdDaysAgo: [200, 400],
});

/** Its CodeDeploy hook is abandoned on every box: no suspension saves a box in Pending:Wait. */
const webCanary = (random: Random): GroupPlan => ({
	name: 'web-canary',
	min: 0,
	max: 2,
	healthCheckTypes: ['ELB'],
	graceSeconds: 300,
	behaviour: {
		recording: 'S03-tags-missing-pending-wait',
		powerOn: [3, 6],
		pending: [7, 11],
		drain: [30, 50],
		relaunch: [20, 40],
	},
	hooks: [
		{
			name: `CodeDeploy-managed-automatic-launch-deployment-hook-web-canary-${random.uuid()}`,
			transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
			heartbeatSeconds: 600,
			defaultResult: 'ABANDON',
			answer: {after: [330 + random.integer(0, 30), 380 + random.integer(0, 30)], result: 'ABANDON'},
		},
	],
	target: {port: 8080, path: '/healthz', unhealthyThreshold: 3},
	ages: [[170, 240]],
	flapsSinceSeconds: 4500 + random.integer(0, 900),
	createdDaysAgo: [30, 90],
});

const apiStaging = (random: Random): GroupPlan => ({
	name: 'api-staging',
	min: 1,
	max: 2,
	healthCheckTypes: ['ELB'],
	graceSeconds: 420 + 5 * random.integer(0, 12),
	behaviour: {recording: 'S06-crash-loop', ...plainTimes},
	target: web,
	changes: [
		{
			of: 'target group',
			who: 'ben',
			secondsBefore: 540,
			settings: {healthCheckPath: web.path, unhealthyThresholdCount: web.unhealthyThreshold},
		},
	],
	ages: [[130, 260]],
	flapsSinceSeconds: 4200 + random.integer(0, 1500),
	createdDaysAgo: [60, 120],
});

const worker = (random: Random): GroupPlan => ({
	name: 'worker',
	min: 1,
	max: 3,
	healthCheckTypes: ['EC2', 'ELB'],
	graceSeconds: 520 + 5 * random.integer(0, 12),
	behaviour: {recording: 'S07-oom', ...plainTimes},
	target: web,
	changes: [{of: 'group', who: 'ana', secondsBefore: 420, settings: {healthCheckType: 'EC2,ELB'}}],
	ages: [[150, 330]],
	flapsSinceSeconds: 4300 + random.integer(0, 1200),
	createdDaysAgo: [60, 300],
});

const batch = (random: Random): GroupPlan => ({
	name: 'batch',
	min: 2,
	max: 8,
	healthCheckTypes: ['ELB'],
	graceSeconds: 300,
	behaviour: {recording: 'S01-healthy', ...plainTimes},
	target: web,
	hasPolicy: true,
	scheduledActions: [{name: 'nightly-up', recurrence: `${random.integer(0, 59)} 1 * * *`, desired: 6}],
	ages: [
		[8 * day, 11 * day],
		[8 * day, 11 * day],
		[6 * day, 7 * day],
		[3 * day, 5 * day],
		[5400, 6600],
		[5400, 6600],
	],
	flapsSinceSeconds: null,
	createdDaysAgo: [300, 700],
});

/** Somebody suspended ReplaceUnhealthy on it and forgot. */
const legacy = (): GroupPlan => ({
	name: 'legacy',
	min: 3,
	max: 3,
	healthCheckTypes: ['EC2'],
	graceSeconds: 300,
	behaviour: {recording: 'S01-healthy', ...plainTimes},
	target: null,
	ages: [
		[20 * day, 40 * day],
		[20 * day, 40 * day],
		[12 * day, 13 * day],
	],
	stray: {processes: ['ReplaceUnhealthy'], days: [19.05, 19.9]},
	planned: {
		code: 'instance-retirement',
		description: 'The instance is running on degraded hardware',
		inSeconds: 5 * day,
	},
	flapsSinceSeconds: null,
	createdDaysAgo: [900, 1500],
});
