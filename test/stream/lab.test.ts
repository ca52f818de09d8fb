/** The stream against the lab: its own agent, its own codec, the real command line in a real sh, faults on the way. */
import {expect, onTestFinished, test} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {type LabOptions, startLab} from '../../src/lab/create-lab.ts';
import {openBoxStream} from '../../src/stream/box-stream.ts';
import type {BoxStreamOptions, StreamEvent} from '../../src/stream/types.ts';

const open = async (options: LabOptions, group: string) => {
	const lab = await startLab({seed: 11, ...options});
	const control = async (path: string, body: object) => {
		const response = await fetch(`${lab.control.endpoint}/${path}`, {
			method: 'POST',
			headers: {authorization: `Bearer ${lab.control.token}`},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
	};
	const aws = await createAws(
		{
			region: 'eu-west-1',
			endpointUrl: lab.endpoint,
			readOnly: false,
			timeRate: Number(lab.env['UNFLAP_AWS_TIME_RATE'] ?? 1),
			credentials: {
				accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
		},
		{environment: {}},
	);
	onTestFinished(async () => {
		aws.close();
		await lab.close();
	});
	const [found] = await aws.polling.groups({names: [group]});
	const boxes = found?.instances.map(({instanceId}) => instanceId) ?? [];
	const watch = (instanceId: string, more: Partial<BoxStreamOptions> = {}) => {
		const stream = openBoxStream({aws, instanceId, processClock: createProcessClock(), ...more});
		const events: StreamEvent[] = [];
		const done = (async () => {
			for await (const event of stream.events) events.push(event);
		})();
		onTestFinished(() => stream.stop());
		const entries = (): readonly JournalEntry[] =>
			events.flatMap(event => (event.kind === 'entries' ? event.entries : []));
		const states = () => events.flatMap(event => (event.kind === 'state' ? [event.state.state] : []));
		const marks = () => events.flatMap(event => (event.kind === 'mark' ? [event.text] : []));
		return {stream, events, entries, states, marks, done};
	};
	/** The whole journal so far, read by a second session of its own. */
	const truth = async (instanceId: string) => {
		const read = watch(instanceId, {follow: false, unitStates: false});
		await read.done;
		return read.entries();
	};
	return {lab, aws, boxes, control, watch, truth};
};

/** Eight programs may share two cores. */
const patience = {timeout: 45_000};

const keys = (entries: readonly JournalEntry[]) =>
	entries.map(({realtimeUs, monotonicUs, pid, message}) => `${realtimeUs} ${monotonicUs} ${pid} ${message}`);

/** One that has finished its boot: its agent answers. */
const readable = async ({aws, boxes}: Awaited<ReturnType<typeof open>>) => {
	const infos = await aws.polling.ssmInfo(boxes);
	const online = infos.find(({pingStatus}) => pingStatus === 'Online');
	if (online === undefined) throw new Error('no box of the group answers');
	return online.instanceId;
};

test('a box of the lab gives its journal, its unit states and the failed unit among them', async () => {
	const region = await open({}, 'web-prod');
	const instanceId = await readable(region);
	const box = region.watch(instanceId);
	await expect.poll(() => box.states(), patience).toContain('live');
	await expect.poll(() => box.events.map(({kind}) => kind), patience).toContain('units');
	const units = box.events.flatMap(event => (event.kind === 'units' ? event.units : []));
	expect(units.find(({activeState}) => activeState === 'failed')?.result).toBe('exit-code');
	expect(box.entries().length).toBeGreaterThan(300);
	expect(box.entries().some(({fromManager}) => fromManager)).toBe(true);
	expect(box.entries().some(({transport}) => transport === 'kernel')).toBe(true);
	const [first] = box.entries();
	expect(box.entries().every(({bootId}) => bootId === first?.bootId)).toBe(true);
});

test('story 14: dropped, doubled, swapped and late frames, and a link cut twice, lose nothing and double nothing', async () => {
	const region = await open({}, 'web-prod');
	const instanceId = await readable(region);
	for (const fault of [
		{kind: 'drop', share: 0.05},
		{kind: 'duplicate', share: 0.05},
		{kind: 'reorder', share: 0.05},
	])
		await region.control('faults', {kind: 'channel', box: instanceId, fault});
	const box = region.watch(instanceId);
	await expect.poll(() => box.states(), patience).toContain('live');
	for (const id of ['one', 'two']) {
		const live = box.states().filter(state => state === 'live').length;
		await region.control('faults', {
			kind: 'channel',
			box: instanceId,
			fault: {kind: 'disconnect', ms: 500, id},
		});
		await expect
			.poll(() => box.states().filter(state => state === 'live').length, patience)
			.toBeGreaterThan(live);
	}
	await expect.poll(() => box.marks().filter(mark => mark.includes('0 lines lost')).length, patience).toBe(2);
	const truth = keys(await region.truth(instanceId));
	await expect.poll(() => box.entries().length, patience).toBeGreaterThanOrEqual(truth.length);
	expect(keys(box.entries()).slice(0, truth.length)).toEqual(truth);
});

test('a box that dies while it is followed is said to be dead, with everything it said kept', async () => {
	const region = await open({}, 'web-prod');
	const instanceId = await readable(region);
	const box = region.watch(instanceId, {causeOfDeath: async () => 'elb'});
	await expect.poll(() => box.states(), patience).toContain('live');
	const before = box.entries().length;
	await region.control('terminate', {instance: instanceId});
	await expect.poll(() => box.states(), patience).toContain('gone');
	const short = instanceId.slice(-4);
	expect(box.marks()).toContain(`${short} died (elb)`);
	expect(box.marks().at(-1)).toMatch(new RegExp(`^${short} console: .*Power down`));
	expect(box.entries().length).toBeGreaterThanOrEqual(before);
});

test('where sessions are denied the journal comes by Run Command, in slices, whole and in order, and it is said why', async () => {
	const region = await open({}, 'web-prod');
	const instanceId = await readable(region);
	const truth = keys(await region.truth(instanceId));
	await region.control('faults', {kind: 'deny', operation: 'StartSession'});
	const box = region.watch(instanceId, {unitStates: false});
	await expect.poll(() => box.states(), patience).toContain('live');
	await expect.poll(() => box.entries().length, patience).toBeGreaterThanOrEqual(truth.length);
	expect(keys(box.entries()).slice(0, truth.length)).toEqual(truth);
	const said = box.events.flatMap(event => (event.kind === 'state' ? [event] : []));
	expect(said.find(({state}) => state.state === 'live')).toMatchObject({rung: 'run-command'});
	expect(said.find(({state}) => state.state === 'live')?.whyNotHigher).toMatch(
		/StartSession|not authorized|denied/i,
	);
});

test('where that document is denied the journal comes through a terminal: whole, then live', async () => {
	const region = await open({speed: 5}, 'web-prod');
	const instanceId = await readable(region);
	const truth = keys(await region.truth(instanceId));
	await region.control('faults', {
		kind: 'deny',
		operation: 'StartSession',
		document: 'AWS-StartNonInteractiveCommand',
	});
	const boxes = region.boxes.map(id => ({id, ...region.watch(id)}));
	const oldest = boxes.find(({id}) => id === instanceId);
	await expect.poll(() => oldest?.entries().length ?? 0, patience).toBeGreaterThanOrEqual(truth.length);
	expect(keys(oldest?.entries() ?? []).slice(0, truth.length)).toEqual(truth);
	const states = oldest?.events.flatMap(event => (event.kind === 'state' ? [event] : [])) ?? [];
	expect(states.find(({state}) => state.state === 'live')).toMatchObject({
		rung: 'session-pty',
		whyNotHigher: expect.stringMatching(/StartSession|not authorized|denied/i),
	});
	// One of the three is still booting.
	const all = () => boxes.reduce((sum, box) => sum + box.entries().length, 0);
	await expect.poll(() => boxes.filter(box => box.states().includes('live')).length, patience).toBe(3);
	const before = all();
	await expect.poll(all, patience).toBeGreaterThan(before);
	for (const box of boxes) expect(box.events.filter(({kind}) => kind === 'lost')).toEqual([]);
});

test('where Run Command is denied too, the stream ends and says both', async () => {
	const region = await open({}, 'web-prod');
	const instanceId = await readable(region);
	await region.control('faults', {kind: 'deny', operation: 'StartSession'});
	await region.control('faults', {kind: 'deny', operation: 'SendCommand'});
	const box = region.watch(instanceId);
	await box.done;
	const last = box.events.flatMap(event => (event.kind === 'state' ? [event.state] : [])).at(-1);
	expect(last).toMatchObject({state: 'ended', why: expect.stringContaining('Run Command')});
});
