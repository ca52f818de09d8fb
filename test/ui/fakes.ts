/** Realistic data for screens, made by hand: a flapping group, a stray, a box with a failed boot. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Activity, Aws, Group} from '../../src/aws/types.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import type {Settings} from '../../src/base/settings.ts';
import {makeBoxes} from '../../src/groups/boxes.ts';
import {makeGroupView} from '../../src/groups/group-view.ts';
import type {GroupDetail, GroupView} from '../../src/groups/types.ts';
import type {HoldView} from '../../src/hold/types.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {createLogStore} from '../../src/stream/log-store.ts';
import type {LogStore} from '../../src/stream/types.ts';
import {type AppState, initialState} from '../../src/ui/app-state.ts';
import type {Model} from '../../src/ui/model.ts';
import type {Place} from '../../src/ui/place.ts';

/** What a screen keeps goes with the tests of the file. */
const cacheFolder = mkdtempSync(join(tmpdir(), 'unflap-ui-'));
const forgetCache = () => rmSync(cacheFolder, {recursive: true, force: true});
// The bench of the log view uses these too, outside any test.
if (process.env['VITEST'] === undefined) process.once('exit', forgetCache);
else (await import('vitest')).afterAll(forgetCache);

export const now = Date.UTC(2026, 10, 22, 14, 0, 0);
const minute = 60_000;

export const idOf = (number: number) =>
	`i-0${number.toString(16).padStart(4, '0')}aaaabbbb${String(number).padStart(4, '0')}`;

export const aGroup = (part: Partial<Group> & {readonly name: string}): Group => ({
	arn: `arn:aws:autoscaling:eu-west-1:441200009012:autoScalingGroup:4a9c0000-0000-4000-8000-0000000000${part.name.length.toString(16).padStart(2, '0')}:autoScalingGroupName/${part.name}`,
	min: 1,
	max: 4,
	desired: 3,
	createdAt: now - 90 * 24 * 60 * minute,
	status: null,
	operator: null,
	healthCheckTypes: ['ELB'],
	healthCheckGraceSeconds: 300,
	template: {name: 'web', version: '43'},
	targetGroupArns: [],
	instances: [1, 2, 3].map(number => ({
		instanceId: idOf(number),
		availabilityZone: 'eu-west-1a',
		lifecycleState: number === 3 ? 'Pending:Wait' : 'InService',
		healthStatus: number === 2 ? 'Unhealthy' : 'Healthy',
		protectedFromScaleIn: false,
		templateVersion: '43',
		instanceType: 't3.small',
	})),
	suspended: [],
	tags: [],
	maxInstanceLifetimeSeconds: null,
	warmPool: null,
	...part,
});

const activity = (
	part: Partial<Activity> & Pick<Activity, 'group' | 'description' | 'startedAt'>,
): Activity => ({
	activityId: `${part.startedAt}-${part.description}`,
	cause: `At ${new Date(part.startedAt).toISOString()} an instance was taken out of service in response to an ELB system health check failure.`,
	endedAt: part.startedAt + 72_000,
	status: 'Successful',
	statusMessage: null,
	...part,
});

/** A life of 6m41s every three minutes for an hour. */
export const flappingActivities = (group: string): readonly Activity[] =>
	Array.from({length: 20}, (_, index) => {
		const launchedAt = now - (index + 3) * 3 * minute;
		const id = idOf(100 + index);
		return [
			activity({group, description: `Launching a new EC2 instance: ${id}`, startedAt: launchedAt}),
			activity({group, description: `Terminating EC2 instance: ${id}`, startedAt: launchedAt + 401_000}),
		];
	}).flat();

export const viewOf = (group: Group, activities: readonly Activity[] = []): GroupView =>
	makeGroupView(group, {activities, coveredFrom: now - 120 * minute}, now);

export const webProd = () => viewOf(aGroup({name: 'web-prod'}), flappingActivities('web-prod'));
export const legacy = () =>
	viewOf(
		aGroup({
			name: 'legacy',
			suspended: [{process: 'ReplaceUnhealthy', reason: 'User suspended at 2026-11-03T14:00:00Z'}],
		}),
	);

export const detailOf = (view: GroupView): GroupDetail => ({
	view,
	boxes: makeBoxes(view.group, {instances: [], ssm: [], targets: [], lives: view.lives}),
	hooks: [],
	policies: [],
	targetGroups: [],
	refreshes: [],
	statuses: [],
	missing: [],
});

export const aHold = (part: Partial<HoldView> = {}): HoldView => ({
	holdId: '7f3a90c1',
	group: 'web-prod',
	phase: 'held',
	owner: 'ana@lap7',
	others: [],
	since: now - 4 * minute,
	until: now + 56 * minute,
	totalSeconds: 3600,
	wanted: [
		'ReplaceUnhealthy',
		'HealthCheck',
		'Terminate',
		'AlarmNotification',
		'ScheduledActions',
		'InstanceRefresh',
	],
	baseline: ['AZRebalance'],
	covered: [idOf(1), idOf(2)],
	notCovered: [{instanceId: idOf(3), why: 'Pending:Wait: only its launch hook keeps it'}],
	net: {
		kind: 'fuse',
		executionId: '4a9c1111-2222-4333-8444-555566667777',
		deadline: now + 17 * minute,
		status: 'InProgress',
		asYouUntil: null,
	},
	adopted: [],
	warnings: [],
	question: null,
	renews: true,
	outcome: null,
	...part,
});

export const entry = (message: string, part: Partial<JournalEntry> = {}): JournalEntry => ({
	cursor: '',
	bootId: '0123456789abcdef0123456789abcdef',
	realtimeUs: now * 1000,
	monotonicUs: 29_000_000,
	unit: 's3-sync.service',
	priority: 6,
	identifier: 's3-sync',
	pid: 812,
	message,
	cutBytes: 0,
	transport: 'stdout',
	fields: {},
	fromManager: false,
	...part,
});

/** A store with these lines of one box, already flushed. */
export const aStore = (messages: readonly string[], boxes = 1): LogStore => {
	const store = createLogStore({flushMs: 1});
	for (let number = 1; number <= boxes; number++) store.box(idOf(number));
	store.append(
		0,
		messages.map((message, index) =>
			entry(message, {monotonicUs: 1_000_000 * (index + 1), realtimeUs: now * 1000 + index * 1_000_000}),
		),
	);
	store.setFilter({});
	return store;
};

export type ModelParts = {
	readonly place?: Partial<Place>;
	readonly size?: readonly [number, number];
	readonly state?: Partial<AppState>;
} & Partial<Omit<Model, 'place' | 'state'>>;

export const aModel = ({place, size = [100, 30], state, ...part}: ModelParts = {}): Model => {
	const views = [webProd(), legacy()];
	const here: Place = {screen: 'fleet', group: 'web-prod', box: null, ...place};
	const base = initialState({
		group: 'web-prod',
		view: here.screen,
		filter: '',
		theme: 'dark',
		size: {columns: size[0], rows: size[1]},
	});
	return {
		state: {...base, history: {past: [], here, future: []}, ...state},
		place: here,
		now,
		rate: 1,
		facts: {region: 'eu-west-1', profile: 'prod-admin', endpoint: null, readOnly: false},
		identity: {accountId: '441200009012', callerArn: 'arn:aws:iam::441200009012:user/ana', partition: 'aws'},
		poll: {ageSeconds: 3, health: 'ok', problem: null},
		groups: views,
		detail: views[0] === undefined ? null : detailOf(views[0]),
		holds: [],
		pins: [],
		patients: [],
		catches: [],
		elsewhere: [],
		background: null,
		good: [],
		probe: null,
		boxes: [],
		knownBoots: [],
		store: null,
		lineRate: 0,
		errors: [],
		changes: [],
		startedAt: now,
		colour: true,
		...part,
	};
};

export const settings: Settings = {
	profile: null,
	region: 'eu-west-1',
	endpointUrl: null,
	readOnly: false,
	preset: 'freeze',
	leaseMinutes: 30,
	lingerMinutes: 2,
	denyNoFuse: false,
	fuseRoleArn: null,
	notify: null,
	units: {},
	theme: 'dark',
	keys: {},
	spoolMaxMegabytes: 0,
	redact: [],
	transport: 'native',
	awsTimeRate: 1,
	colour: true,
	ascii: false,
	paths: {config: '', state: '', cache: cacheFolder, spool: ''},
	origin: {},
};

/** AWS that knows these groups, whose boxes have no agent, and that counts every call which changes something. */
export const aFakeAws = (groups: readonly Group[], activities: readonly Activity[]) => {
	const changes: string[] = [];
	const nothing = {entries: () => [], subscribe: () => () => undefined};
	const reads = {
		groups: async ({names}: {names?: readonly string[]} = {}) =>
			names === undefined ? groups : groups.filter(({name}) => names.includes(name)),
		activities: async ({group}: {group?: string}) =>
			activities.filter(one => group === undefined || one.group === group),
		hooks: async () => [],
		policies: async () => [],
		targetGroups: async () => [],
		targetHealth: async () => [],
		instances: async () => [],
		consoleOutput: async () => ({text: '', at: null}),
		userData: async () => null,
		templateVersions: async () => [],
		refreshes: async () => [],
		instanceStatus: async () => [],
		deployments: async () => [],
		deploymentGroups: async () => [],
		deploymentTargets: async () => [],
		trailEvents: async () => [],
		ssmInfo: async () => [],
		ssmConnected: async () => false,
		regions: async () => [],
		document: async () => null,
		automation: async () => null,
		automations: async () => [],
		simulate: async () => [],
		role: async () => null,
		identity: async () => ({
			accountId: '441200009012',
			callerArn: 'arn:aws:iam::441200009012:user/ana',
			partition: 'aws',
		}),
	};
	const change = (name: string) => async () => {
		changes.push(name);
	};
	const aws: Aws = {
		facts: {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
		clock: {now: () => now, rate: 1, skewMs: () => 0, disagreementMs: () => 0, observe: () => undefined},
		polling: reads,
		release: {
			...reads,
			suspend: change('suspend'),
			resume: change('resume'),
			probeResume: async () => 'permitted',
			putTag: change('putTag'),
			deleteTag: change('deleteTag'),
			setHealthy: change('setHealthy'),
			enterStandby: change('enterStandby'),
			exitStandby: change('exitStandby'),
			detach: change('detach'),
			heartbeat: change('heartbeat'),
			completeHook: change('completeHook'),
			putDyingHook: change('putDyingHook'),
			deleteDyingHook: change('deleteDyingHook'),
			createDocument: change('createDocument'),
			startAutomation: async () => {
				changes.push('startAutomation');
				return '4a9c1111-2222-4333-8444-555566667777';
			},
			stopAutomation: change('stopAutomation'),
		},
		stream: {
			startCommandSession: async () => Promise.reject(new Error('no session in this test')),
			startTerminalSession: async () => Promise.reject(new Error('no session in this test')),
			sendCommand: async () => Promise.reject(new Error('no command in this test')),
			sendCommandToGroup: async () => Promise.reject(new Error('no command in this test')),
			commandStates: async () => Promise.reject(new Error('no command in this test')),
			commandInvocation: async () => null,
			cancelCommand: async () => undefined,
			dataKey: async () => Promise.reject(new Error('no key in this test')),
			resumeSession: async () => null,
			terminateSession: async () => undefined,
			signStreamUrl: async () => ({}),
			streamAgent: () => undefined,
		},
		commandLog: nothing,
		errors: nothing,
		health: () => 'ok',
		credentials: async () => ({accessKeyId: '', secretAccessKey: ''}),
		handOver: async () => Promise.reject(new Error('nothing is handed over in this test')),
		close: () => undefined,
	};
	return {aws, changes};
};

export const processClock = createProcessClock();
