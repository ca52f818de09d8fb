import {afterEach, expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {createGroupStore, type GroupStore} from '../../src/groups/group-store.ts';
import {loadGroup} from '../../src/groups/load-group.ts';
import {aGroup, ago, anEc2Instance, anInstance, type FakeAws, fakeAws, fakeProcessClock} from './make.ts';

let store: GroupStore | undefined;
afterEach(() => store?.stop());

const open = async (aws: FakeAws) => {
	const clock = fakeProcessClock();
	store = createGroupStore({aws, name: 'web-prod', processClock: clock});
	await clock.pass(0);
	return {store, clock, calls: aws.calls};
};

test('boxes are joined from all services, oldest first', async () => {
	const ids = ['i-0000000000000000a', 'i-0000000000000000b'];
	const aws = fakeAws({
		groups: () => [aGroup({instances: ids.map(instanceId => anInstance({instanceId}))})],
		instances: ids.map((instanceId, index) => anEc2Instance({instanceId, launchedAt: ago(5 + index)})),
	});
	const {store} = await open(aws);
	expect(store.getState().detail?.boxes).toMatchObject([
		{instanceId: ids[1], number: 1, launchedAt: ago(6), privateIp: '10.0.0.1'},
		{instanceId: ids[0], number: 2},
	]);
});

test('a new box is looked up at once', async () => {
	const instances = [anInstance()];
	const {clock, calls} = await open(fakeAws({groups: () => [aGroup({instances: [...instances]})]}));
	await clock.pass(1000);
	calls.length = 0;
	instances.push(anInstance());
	await clock.pass(5000);
	expect(calls).toContain('instances');
	expect(calls).toContain('ssmInfo');
});

test('the group itself is read every 5 s, every 3 s for half a minute after a change', async () => {
	const {store, clock, calls} = await open(fakeAws({}));
	const listings = async (ms: number) => {
		calls.length = 0;
		await clock.pass(ms);
		return calls.filter(call => call === 'groups').length;
	};
	expect(await listings(30_000)).toBe(6);
	store.nudge();
	expect(await listings(30_000)).toBeGreaterThanOrEqual(10);
	await clock.pass(5000);
	expect(await listings(30_000)).toBe(6);
});

test('a part that is refused is named, and comes back when it is allowed', async () => {
	let isRefused = true;
	const aws = fakeAws({}, call =>
		isRefused && call === 'ssmInfo' ? new UnflapError('denied', 'not you') : undefined,
	);
	const {store, clock} = await open(aws);
	expect(store.getState().detail?.missing).toEqual([
		{operation: 'DescribeInstanceInformation', message: 'not you'},
	]);
	isRefused = false;
	await clock.pass(16_000);
	expect(store.getState().detail?.missing).toEqual([]);
});

test('a group that is deleted is gone, with its last picture', async () => {
	let groups = [aGroup()];
	const {store, clock} = await open(fakeAws({groups: () => groups}));
	groups = [];
	await clock.pass(6000);
	expect(store.getState()).toMatchObject({gone: true, error: {kind: 'not-found'}, detail: {view: {}}});
});

test('loadGroup reads the same once, and names what it could not read', async () => {
	const aws = fakeAws({groups: () => [aGroup({instances: [anInstance()]})]}, call =>
		call === 'hooks' ? new UnflapError('denied', 'not you') : undefined,
	);
	expect(await loadGroup(aws, 'web-prod')).toMatchObject({
		view: {group: {name: 'web-prod'}},
		boxes: [{number: 1}],
		missing: [{operation: 'DescribeLifecycleHooks', message: 'not you'}],
	});
	await expect(loadGroup(aws, 'web')).rejects.toMatchObject({kind: 'not-found'});
	const expired = fakeAws({}, call =>
		call === 'hooks' ? new UnflapError('expired-credentials', 'late') : undefined,
	);
	await expect(loadGroup(expired, 'web-prod')).rejects.toMatchObject({kind: 'expired-credentials'});
});
