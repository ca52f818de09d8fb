import {expect, test} from 'vitest';
import type {Group} from '../../src/aws/types.ts';
import {type ActivityReading, makeGroupView, nothingRead} from '../../src/groups/group-view.ts';
import {rankGroups} from '../../src/groups/rank-groups.ts';
import {aGroup, ago, aLife, anInstance, now} from './make.ts';

const flapping = {activities: [aLife(5), aLife(15), aLife(25)].flat(), coveredFrom: ago(60_000)};
const calm: ActivityReading = {activities: [], coveredFrom: ago(60_000)};
const reason = 'User suspended at 2026-11-03T13:47:00Z';
const liveTag = {
	key: 'unflap:hold:7f3a90c1',
	value: 'v1 live until=2026-11-22T14:17Z by=ana@lap7 procs=RH',
	propagateAtLaunch: false,
};

const view = (part: Partial<Group>, reading = calm) => makeGroupView(aGroup(part), reading, now);

test('a suspension without a live hold is a stray with its age', () => {
	const {state, strays} = view({suspended: [{process: 'ReplaceUnhealthy', reason}]});
	expect(state).toBe('stray');
	expect(strays).toEqual([{process: 'ReplaceUnhealthy', reason, since: ago(19 * 1440)}]);
});

test('a live hold explains its own processes and no others', () => {
	const suspended = ['ReplaceUnhealthy', 'HealthCheck', 'AZRebalance'].map(process => ({process, reason}));
	const {state, strays, holds} = view({suspended, tags: [liveTag]}, flapping);
	expect(state).toBe('held');
	expect(strays.map(({process}) => process)).toEqual(['AZRebalance']);
	expect(holds).toHaveLength(1);
});

test('an expired hold explains nothing', () => {
	const tag = {...liveTag, value: liveTag.value.replace('14:17', '13:46')};
	const {state, strays, holds} = view({suspended: [{process: 'HealthCheck', reason}], tags: [tag]});
	expect(state).toBe('stray');
	expect(strays).toHaveLength(1);
	expect(holds).toHaveLength(1);
});

test('flapping is worse than a stray, and deleting beats all', () => {
	const suspended = [{process: 'ReplaceUnhealthy', reason: 'Administrator suspended'}];
	expect(view({suspended}, flapping)).toMatchObject({state: 'flapping', strays: [{since: null}]});
	expect(view({suspended, status: 'Delete in progress', tags: [liveTag]}, flapping).state).toBe('deleting');
});

test('without activities the state is unknown, unless something else is known', () => {
	expect(view({}, nothingRead).state).toBe('unknown');
	expect(view({}, calm).state).toBe('calm');
	expect(view({suspended: [{process: 'Launch', reason}]}, nothingRead).state).toBe('stray');
});

test('a name AWS no longer uses is no stray', () => {
	const suspended = [{process: 'RemoveFromLoadBalancerLowPriority', reason}];
	expect(view({suspended})).toMatchObject({state: 'calm', strays: []});
});

test('in service counts what serves', () => {
	const instances = ['InService', 'Pending:Wait', 'Terminating'].map(lifecycleState =>
		anInstance({lifecycleState}),
	);
	expect(view({instances}).inService).toBe(1);
});

test('worst first: rate, then stray, then unknown, then calm, by name where equal', () => {
	const suspended = [{process: 'ReplaceUnhealthy', reason}];
	const faster = {activities: [aLife(1), aLife(2), aLife(3), aLife(4)].flat(), coveredFrom: ago(60_000)};
	const views = [
		view({name: 'b-calm'}),
		view({name: 'a-calm'}),
		view({name: 'unknown'}, nothingRead),
		view({name: 'stray', suspended}),
		view({name: 'slow'}, flapping),
		view({name: 'fast'}, faster),
		view({name: 'held', tags: [liveTag]}, flapping),
	];
	expect(rankGroups(views).map(({group}) => group.name)).toEqual([
		'fast',
		'held',
		'slow',
		'stray',
		'unknown',
		'a-calm',
		'b-calm',
	]);
});
