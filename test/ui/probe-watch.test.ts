/** When screen 5 asks a box about itself, and when it does not. */
import {expect, test} from 'vitest';
import type {Aws} from '../../src/aws/types.ts';
import {UnflapError} from '../../src/base/errors.ts';
import type {GroupDetail} from '../../src/groups/types.ts';
import type {BoxProbe} from '../../src/remote/box-probe-types.ts';
import type {WatchedBox} from '../../src/ui/box-watch.ts';
import {createProbeWatch} from '../../src/ui/probe-watch.ts';

const instanceId = 'i-0123456789abcdef0';
const answer: BoxProbe = {facts: [], listening: [], at: 0, uptimeSeconds: 100};

const open = (more: {readonly readOnly?: boolean; readonly refuse?: unknown} = {}) => {
	const asked: string[] = [];
	const failures: unknown[] = [];
	let at = 0;
	const watch = createProbeWatch({
		aws: {polling: {instances: async () => []}} as unknown as Aws,
		processClock: {now: () => at, sleep: async () => undefined},
		stateFolder: null,
		readOnly: more.readOnly ?? false,
		changed: () => undefined,
		failed: error => failures.push(error),
		probe: async options => {
			asked.push(options.instanceId);
			if (more.refuse !== undefined) throw more.refuse;
			return answer;
		},
	});
	const detail = {boxes: [{instanceId}], targetGroups: []} as unknown as GroupDetail;
	const look = async (box: Partial<WatchedBox> = {}) => {
		const watched = {instanceId, boot: null, store: null, state: {state: 'live'}, ...box} as WatchedBox;
		watch.of(detail, watched);
		await new Promise(resolve => setImmediate(resolve));
		return watch.of(detail, watched);
	};
	return {
		asked,
		failures,
		look,
		watch,
		pass: (ms: number) => {
			at += ms;
		},
	};
};

test('a box that answers is asked once, however often the screen is painted', async () => {
	const {look, asked} = open();
	expect(await look()).toBe(answer);
	for (let frame = 0; frame < 20; frame++) await look();
	expect(asked).toEqual([instanceId]);
});

test('it is asked again when the answer is old, and when another unit fails first', async () => {
	const {look, asked, pass} = open();
	await look();
	pass(3 * 60_000);
	await look();
	expect(asked).toHaveLength(2);
	await look({boot: {bootId: 'b', firstFault: {unit: 'app.service'}} as WatchedBox['boot']});
	expect(asked).toHaveLength(3);
});

test('a box that does not answer, one that is gone, and any under read-only are not asked', async () => {
	const {look, asked} = open();
	for (const state of ['waiting', 'backlog', 'gone', 'ended'])
		expect(await look({state: {state, why: ''} as WatchedBox['state']})).toBeNull();
	expect(asked).toEqual([]);
	const careful = open({readOnly: true});
	expect(await careful.look()).toBeNull();
	expect(careful.asked).toEqual([]);
});

test('a refusal leaves the verdict alone and is not asked for at every frame; a mistake of ours is told', async () => {
	const refused = open({refuse: new UnflapError('denied', 'no')});
	expect(await refused.look()).toBeNull();
	await refused.look();
	expect(refused.asked).toHaveLength(1);
	expect(refused.failures).toEqual([]);
	const broken = open({refuse: new TypeError('ours')});
	await broken.look();
	expect(broken.failures).toEqual([expect.any(TypeError)]);
});
