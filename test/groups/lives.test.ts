import {expect, test} from 'vitest';
import {pairLives} from '../../src/groups/lives.ts';
import {aDeath, ago, aLaunch, anActivity, anId} from './make.ts';

test('a launch and a termination of one instance are one life', () => {
	const id = anId();
	expect(pairLives([aDeath(id, 1), aLaunch(id, 8)])).toEqual([
		{
			instanceId: id,
			launchedAt: ago(8),
			diedAt: ago(1),
			seconds: 420,
			cause: 'elb',
			rawCause: aDeath(id, 1).cause,
			flap: true,
		},
	]);
});

test('a life goes on until its termination, and a launch that is not known leaves its length open', () => {
	const [living, old] = [anId(), anId()];
	const lives = pairLives([aLaunch(living, 3), aDeath(old, 5)]);
	expect(lives).toMatchObject([
		{instanceId: living, diedAt: null, seconds: null, cause: null, flap: false},
		{instanceId: old, launchedAt: null, diedAt: ago(5), seconds: null, cause: 'elb', flap: false},
	]);
});

test('an abandoned launch hook is the cause, whatever the termination after it says', () => {
	const id = anId();
	const launch = aLaunch(id, 30, {
		status: 'Cancelled',
		endedAt: ago(10),
		description: `Launching a new EC2 instance: ${id}.  Status Reason: Instance failed to complete user's Lifecycle Action`,
		statusMessage:
			"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token x was abandoned: Heartbeat Timeout",
	});
	expect(pairLives([launch])).toMatchObject([
		{instanceId: id, diedAt: ago(10), seconds: 1200, cause: 'hook', flap: true},
	]);
	expect(
		pairLives([launch, aDeath(id, 11, 'an instance was taken out of service for no reason.')]),
	).toMatchObject([{diedAt: ago(11), cause: 'hook'}]);
});

test('launches that failed before they had an instance are deaths of their own', () => {
	const failed = () =>
		anActivity({
			description: 'Launching a new EC2 instance.  Status Reason: The AMI ID ami-0 does not exist.',
			status: 'Failed',
			statusMessage: 'The AMI ID ami-0 does not exist. Launching EC2 instance failed.',
			startedAt: ago(2),
			endedAt: ago(2),
		});
	expect(pairLives([failed(), failed()])).toMatchObject([
		{instanceId: '', cause: 'launch-failed', seconds: 0, flap: true},
		{instanceId: '', cause: 'launch-failed', seconds: 0, flap: true},
	]);
});

test('an old box that dies of a health check is no flap, nor is a young one that a person ends', () => {
	const [old, young] = [anId(), anId()];
	const lives = pairLives([
		aLaunch(old, 10_000),
		aDeath(old, 2),
		aLaunch(young, 5),
		aDeath(young, 1, 'instance i-1 was taken out of service in response to a user request.'),
	]);
	expect(lives.map(({flap}) => flap)).toEqual([false, false]);
});

test('a termination under way counts, one that failed does not', () => {
	const [going, failed] = [anId(), anId()];
	const lives = pairLives([
		{
			...aDeath(going, 1),
			endedAt: null,
			status: 'InProgress',
			description: `Terminating EC2 instance: ${going} - Waiting For ELB Connection Draining.`,
		},
		{...aDeath(failed, 2), status: 'Failed'},
	]);
	expect(lives.find(({instanceId}) => instanceId === going)?.diedAt).toBe(ago(1));
	expect(lives.find(({instanceId}) => instanceId === failed)?.diedAt).toBeNull();
});

test('other activities are no lives', () => {
	expect(
		pairLives([anActivity({description: 'Moving EC2 instance to Standby: i-0123456789abcdef0'})]),
	).toEqual([]);
});
