import {expect, test} from 'vitest';
import {resolveBox, resolveGroup} from '../../src/groups/resolve.ts';
import {aGroup, ago, anEc2Instance, anInstance, fakeAws} from './make.ts';

const boxes = [
	{instanceId: 'i-0c1a0000000017e20', launchedAt: ago(8)},
	{instanceId: 'i-09be00000000141d7', launchedAt: ago(10)},
	{instanceId: 'i-0f770000000001111', launchedAt: ago(3)},
];
const lone = anEc2Instance({instanceId: 'i-0aaaaaaaaaaaaaaaa'});
const world = {
	groups: () => [
		aGroup({instances: boxes.map(({instanceId}) => anInstance({instanceId}))}),
		aGroup({name: 'web-prod-2'}),
		aGroup({name: 'Legacy'}),
		aGroup({name: '注文サービス-本番'}),
	],
	instances: [...boxes.map(box => anEc2Instance(box)), lone],
};

test('a group is found by its name, by a unique part, in any case', async () => {
	const names = async (text: string) => (await resolveGroup(fakeAws(world), text)).name;
	expect(await names('web-prod')).toBe('web-prod');
	expect(await names('prod-2')).toBe('web-prod-2');
	expect(await names('LEG')).toBe('Legacy');
	expect(await names('本番')).toBe('注文サービス-本番');
});

test('a part of several names is ambiguous and says of which, an unknown one is not found', async () => {
	await expect(resolveGroup(fakeAws(world), 'web')).rejects.toMatchObject({
		kind: 'ambiguous',
		message: 'web is part of several group names: web-prod, web-prod-2',
	});
	await expect(resolveGroup(fakeAws(world), 'nowhere')).rejects.toMatchObject({
		kind: 'not-found',
		exitCode: 1,
	});
	await expect(resolveGroup(fakeAws(world), '')).rejects.toMatchObject({kind: 'not-found'});
});

test('T10 what changes AWS needs the whole name, byte for byte', async () => {
	const exact = (text: string) => resolveGroup(fakeAws(world), text, {exact: true});
	expect((await exact('web-prod')).name).toBe('web-prod');
	for (const text of ['web-pro', 'WEB-PROD', 'web-prod\u200b', 'legacy'])
		await expect(exact(text)).rejects.toMatchObject({kind: 'not-found'});
	await expect(exact('prod-2')).rejects.toMatchObject({next: ['did you mean web-prod-2?']});
});

test('a box is found by id, by part, and by its place, 1 being the oldest', async () => {
	const found = async (text: string) => (await resolveBox(fakeAws(world), text)).instanceId;
	expect(await found('i-0c1a0000000017e20')).toBe('i-0c1a0000000017e20');
	expect(await found('I-0C1A0000000017E20')).toBe('i-0c1a0000000017e20');
	expect(await found('41d7')).toBe('i-09be00000000141d7');
	expect(await found('i-0f77')).toBe('i-0f770000000001111');
	expect(await found('web-prod/1')).toBe('i-09be00000000141d7');
	expect(await found('web-prod/3')).toBe('i-0f770000000001111');
	expect(await resolveBox(fakeAws(world), '41d7')).toMatchObject({
		number: 1,
		group: 'web-prod',
		launchedAt: ago(10),
	});
});

test('a box outside of all groups is a box too', async () => {
	expect(await resolveBox(fakeAws(world), lone.instanceId)).toMatchObject({
		instanceId: lone.instanceId,
		group: '',
	});
});

test.each([
	['web-prod/4', 'not-found'],
	['web-prod/0', 'not-found'],
	['0000', 'ambiguous'],
	['i-0ffffffffffffffff', 'not-found'],
	['fffff', 'not-found'],
	['', 'not-found'],
	['$(touch x)', 'not-found'],
	['i-', 'not-found'],
])('%j is %s', async (text, kind) => {
	await expect(resolveBox(fakeAws(world), text)).rejects.toMatchObject({kind});
});
