import {afterEach, expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {createFleetStore, type FleetStore} from '../../src/groups/fleet-store.ts';
import {aGroup, aLife, type FakeAws, fakeAws, fakeProcessClock} from './make.ts';

let store: FleetStore | undefined;
afterEach(() => store?.stop());

const many = (count: number) =>
	Array.from({length: count}, (_, index) => aGroup({name: `group-${String(index).padStart(4, '0')}`}));

const open = async (aws: FakeAws) => {
	const clock = fakeProcessClock();
	store = createFleetStore({aws, processClock: clock});
	await clock.pass(0);
	return {store, clock, calls: aws.calls};
};

const callsPerSecond = async (count: number) => {
	const aws = fakeAws({groups: () => many(count)});
	const {clock, calls} = await open(aws);
	await clock.pass(60_000);
	calls.length = 0;
	await clock.pass(600_000);
	store?.stop();
	return calls.length / 600;
};

test('groups come worst first, with their activities', async () => {
	const activities = [aLife(5), aLife(15), aLife(25)].flat();
	const aws = fakeAws({
		groups: () => [aGroup({name: 'calm'}), aGroup()],
		activities: () => activities,
	});
	const {store} = await open(aws);
	const {groups, loading, polledAt, error, health} = store.getState();
	expect(groups.map(({group, state}) => `${group.name} ${state}`)).toEqual([
		'web-prod flapping',
		'calm calm',
	]);
	expect({loading, error, health}).toEqual({loading: false, error: null, health: 'ok'});
	expect(polledAt).not.toBeNull();
});

test.each([1, 6, 20, 21, 100, 500])('%i groups take one call a second or less, sustained', async count => {
	expect(await callsPerSecond(count)).toBeLessThanOrEqual(1);
});

test('above 100 groups the instances are left out, and one page of the account serves all', async () => {
	const {clock, calls} = await open(fakeAws({groups: () => many(300)}));
	await clock.pass(120_000);
	expect(calls.slice(1).filter(call => call.startsWith('groups'))).toContain('groups without instances');
	expect(new Set(calls.filter(call => call.startsWith('activities')))).toEqual(new Set(['activities * 100']));
});

test('a group in focus is read for itself where there are many', async () => {
	const {store, clock, calls} = await open(fakeAws({groups: () => many(30)}));
	store.focus('group-0007');
	await clock.pass(1000);
	expect(calls).toContain('activities group-0007 100');
});

test('the newest activities join what is known; a gap is read again in full', async () => {
	const history = [aLife(100), aLife(90)].flat();
	let extra: typeof history = [];
	const aws = fakeAws({activities: () => [...history, ...extra]});
	const {clock, calls} = await open(aws);
	calls.length = 0;
	await clock.pass(16_000);
	expect(calls.filter(call => call.startsWith('activities'))).toEqual(['activities web-prod 20']);
	extra = Array.from({length: 15}, (_, index) => aLife(index)).flat();
	calls.length = 0;
	await clock.pass(16_000);
	expect(calls.filter(call => call.startsWith('activities'))).toEqual([
		'activities web-prod 20',
		'activities web-prod 100',
	]);
	expect(store?.getState().groups[0]?.lives).toHaveLength(17);
});

test('throttling doubles the interval for five minutes, and the list stays', async () => {
	let isThrottled = false;
	const aws = fakeAws({}, call =>
		isThrottled && call === 'groups' ? new UnflapError('throttled', 'Rate exceeded') : undefined,
	);
	const {store, clock, calls} = await open(aws);
	const listings = async (ms: number) => {
		calls.length = 0;
		await clock.pass(ms);
		return calls.filter(call => call === 'groups').length;
	};
	expect(await listings(60_000)).toBe(6);
	isThrottled = true;
	await clock.pass(10_000);
	expect(store.getState()).toMatchObject({error: {kind: 'throttled'}, groups: [{}]});
	isThrottled = false;
	expect(await listings(60_000)).toBe(3);
	expect(store.getState().error).toBeNull();
	await clock.pass(300_000);
	expect(await listings(60_000)).toBe(6);
});

test('what may not be read stays unknown, and the groups are there', async () => {
	const aws = fakeAws({}, call =>
		call.startsWith('activities') ? new UnflapError('denied', 'no') : undefined,
	);
	const {store} = await open(aws);
	expect(store.getState()).toMatchObject({loading: false, error: null, groups: [{state: 'unknown'}]});
});

test('an empty region is no longer loading', async () => {
	const {store} = await open(fakeAws({groups: () => []}));
	expect(store.getState()).toMatchObject({loading: false, groups: [], error: null});
});

test('refresh reads at once, and stop ends all calls', async () => {
	const {store, clock, calls} = await open(fakeAws({}));
	calls.length = 0;
	const refreshed = store.refresh();
	await clock.pass(0);
	await refreshed;
	expect(calls).toEqual(['groups', 'activities web-prod 100']);
	store.stop();
	calls.length = 0;
	await clock.pass(600_000);
	expect(calls).toEqual([]);
});
