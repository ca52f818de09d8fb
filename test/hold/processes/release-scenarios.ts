/**
 * Holds every group of a scenario, waits in lab time, predicts the release, releases, and looks who died and who was
 * launched. The lab is in this process and its clock is stepped, so an hour takes no time.
 */
import {createAws} from '../../../src/aws/create-aws.ts';
import type {ScalingProcess} from '../../../src/aws/types.ts';
import {readRelease} from '../../../src/hold/release-preview.ts';
import type {ReleasePreview} from '../../../src/hold/types.ts';
import {type Lab, startLab} from '../../../src/lab/create-lab.ts';

export const presets: Readonly<Record<'freeze' | 'no-replace' | 'quiet', readonly ScalingProcess[]>> = {
	freeze: [
		'ReplaceUnhealthy',
		'HealthCheck',
		'Terminate',
		'AZRebalance',
		'AlarmNotification',
		'ScheduledActions',
		'InstanceRefresh',
	],
	'no-replace': ['ReplaceUnhealthy', 'HealthCheck'],
	quiet: [
		'ReplaceUnhealthy',
		'HealthCheck',
		'Terminate',
		'AZRebalance',
		'AlarmNotification',
		'ScheduledActions',
		'InstanceRefresh',
		'Launch',
	],
};

export type ReleaseCase = {
	readonly scenario: string;
	readonly preset: keyof typeof presets;
	readonly heldSeconds: number;
	/** Somebody marks the oldest box in service Unhealthy while the group is held. */
	readonly marks?: boolean;
};

export type GroupRelease = ReleaseCase & {
	readonly group: string;
	readonly predicted: {
		readonly atOnce: readonly string[];
		readonly judged: readonly string[];
		readonly launches: string | null;
	};
	readonly happened: {
		readonly atOnce: readonly string[];
		readonly judged: readonly string[];
		readonly launched: number;
	};
	/** Who died besides, after the release was over: an abandoned launch, a box whose app failed later. */
	readonly others: readonly string[];
	readonly problems: readonly string[];
};

type State = {
	readonly groups: readonly {
		readonly name: string;
		readonly desired: number;
		readonly suspended: Readonly<Record<string, string>>;
		readonly instances: readonly {readonly instanceId: string; readonly lifecycle: string}[];
	}[];
};

/** Names of all scenarios, as the lab itself lists them. */
export const scenarioNames = async (): Promise<readonly string[]> => {
	try {
		const lab = await startLab({scenario: 'which-are-there'});
		await lab.close();
	} catch (error) {
		const list = /there are (.*), or the folder/.exec(error instanceof Error ? error.message : '')?.[1];
		if (list !== undefined) return list.split(', ');
		throw error;
	}
	throw new Error('the lab took a scenario that is not there');
};

/** Seconds a check of the load balancer takes to be seen: three intervals of 30 s, and a little. */
const judgedWithinSeconds = 100;
const longestGraceSeconds = 900;

export const releaseAll = async (one: ReleaseCase, seed = 7): Promise<readonly GroupRelease[]> => {
	const lab = await startLab({scenario: one.scenario, seed});
	try {
		return await releaseIn(lab, one);
	} finally {
		await lab.close();
	}
};

const releaseIn = async (lab: Lab, one: ReleaseCase): Promise<readonly GroupRelease[]> => {
	const control = controlOf(lab);
	const state = async () => (await control('GET', 'state')) as State;
	const step = (seconds: number) => control('POST', 'step', {seconds});
	const steering = {control, state, step};
	const aws = await createAws(
		{
			region: 'eu-west-1',
			endpointUrl: lab.endpoint,
			readOnly: true,
			timeRate: 1,
			credentials: {
				accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
		},
		{environment: {}},
	);
	const before = (await state()).groups;
	const wanted = new Map(
		before.map(({name, suspended}) => [name, presets[one.preset].filter(process => !(process in suspended))]),
	);
	for (const [group, processes] of wanted)
		if (processes.length > 0) await control('POST', 'suspend', {group, processes});
	for (let passed = 0; passed < one.heldSeconds; passed += 30)
		await step(Math.min(30, one.heldSeconds - passed));
	const results: GroupRelease[] = [];
	for (const {name, suspended} of before) {
		const processes = wanted.get(name) ?? [];
		if (processes.length === 0) continue;
		if (one.marks === true) await markOldest(steering, name);
		const preview = await readRelease({
			aws,
			group: name,
			holdId: '00000000',
			wanted: processes,
			baseline: Object.keys(suspended),
			changedByOther: {},
			leftToOthers: () => [],
		});
		results.push(await releaseGroup(steering, {one, name, processes, preview}));
	}
	aws.close();
	return results;
};

const markOldest = async ({control, state}: Steering, name: string): Promise<void> => {
	const group = (await state()).groups.find(found => found.name === name);
	const oldest = group?.instances.find(({lifecycle}) => lifecycle === 'InService');
	if (oldest !== undefined) await control('POST', 'unhealthy', {instance: oldest.instanceId});
};

type Steering = {
	readonly control: ReturnType<typeof controlOf>;
	readonly state: () => Promise<State>;
	readonly step: (seconds: number) => Promise<unknown>;
};

const releaseGroup = async (
	{control, state, step}: Steering,
	{
		one,
		name,
		processes,
		preview,
	}: {
		readonly one: ReleaseCase;
		readonly name: string;
		readonly processes: readonly string[];
		readonly preview: ReleasePreview;
	},
): Promise<GroupRelease> => {
	const group = async () => (await state()).groups.find(found => found.name === name);
	const held = (await group())?.instances ?? [];
	const known = new Set(held.map(({instanceId}) => instanceId));
	const seen = new Set(known);
	const gone = new Set<string>();
	const look = async () => {
		const now = (await group())?.instances ?? [];
		for (const {instanceId} of now) seen.add(instanceId);
		const alive = now.filter(({lifecycle}) => !lifecycle.startsWith('Terminat'));
		for (const id of seen) if (!alive.some(({instanceId}) => instanceId === id)) gone.add(id);
	};
	const pass = async (seconds: number, isEnough = () => false) => {
		for (let passed = 0; passed < seconds && !isEnough(); passed += 5) {
			await step(5);
			await look();
		}
	};
	const wasDying = new Set(
		held.filter(({lifecycle}) => lifecycle.startsWith('Terminat')).map(({instanceId}) => instanceId),
	);
	const inService = held.filter(({lifecycle}) => lifecycle === 'InService').map(({instanceId}) => instanceId);
	const predicted = {
		atOnce: preview.terminate.map(({instanceId}) => instanceId),
		judged: preview.judge.map(({instanceId}) => instanceId),
		launches: preview.launches,
	};
	await control('POST', 'resume', {group: name, processes});
	await step(1);
	await look();
	const atOnce = inService.filter(id => gone.has(id));
	await pass(judgedWithinSeconds);
	const soon = inService.filter(id => gone.has(id) && !atOnce.includes(id));
	// A box in its grace is judged when that is over.
	await pass(longestGraceSeconds, () => predicted.judged.every(id => gone.has(id)));
	const judged = [...soon, ...predicted.judged.filter(id => gone.has(id) && !soon.includes(id))];
	// A replacement waits for the drain of the box before it.
	await pass(90);
	const announced = new Set([...predicted.atOnce, ...predicted.judged, ...wasDying]);
	const launched = [...seen].filter(id => !known.has(id)).length;
	const others = [...gone].filter(id => !announced.has(id));
	const result = {...one, group: name, predicted, happened: {atOnce, judged, launched}, others};
	return {...result, problems: problemsOf(result)};
};

/** A box that a check is about to judge may die in the very second of the release. */
const problemsOf = ({predicted, happened, others}: Omit<GroupRelease, 'problems'>): readonly string[] => {
	const [least = 0, most = least] = (predicted.launches?.match(/^(\d+)(?: to (\d+))?/)?.slice(1) ?? [])
		.filter(text => text !== undefined)
		.map(Number);
	const said = [...predicted.atOnce, ...predicted.judged];
	const dead = [...happened.atOnce, ...happened.judged];
	const {launched} = happened;
	return [
		...predicted.atOnce
			.filter(id => !happened.atOnce.includes(id))
			.map(id => `said to die at once, and lived: ${id}`),
		...predicted.judged.filter(id => !dead.includes(id)).map(id => `said to be judged, and lived: ${id}`),
		...dead.filter(id => !said.includes(id)).map(id => `died, not said: ${id}`),
		...(launched < least || launched > most + others.length
			? [`launched ${launched}, said ${predicted.launches ?? 'none'}`]
			: []),
	];
};

const controlOf =
	({control}: Lab) =>
	async (method: string, path: string, body?: unknown): Promise<unknown> => {
		const response = await fetch(`${control.endpoint}/${path}`, {
			method,
			headers: {authorization: `Bearer ${control.token}`},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		if (!response.ok) throw new Error(`${method} /${path}: ${response.status} ${await response.text()}`);
		return response.json();
	};
