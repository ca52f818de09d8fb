import {describe, expect, test} from 'vitest';
import {classifyFailedLaunch, classifyTermination} from '../../src/groups/death-cause.ts';
import {anActivity} from './make.ts';

/** Texts as AWS writes them, from aws-facts.md 4.2. */
describe('the real text of a termination gives its class', () => {
	test.each([
		[
			'elb',
			true,
			'At 2022-05-14T20:11:53Z an instance was taken out of service in response to an ELB system health check failure.',
		],
		[
			'ec2',
			true,
			'At 2022-05-14T20:11:53Z an instance was taken out of service in response to an EC2 instance status checks failure',
		],
		[
			'ec2',
			true,
			'At 2022-05-14T20:11:53Z an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.',
		],
		[
			'ec2',
			true,
			'At 2014-05-14T20:11:53Z an instance was taken out of service in response to a EC2 health check indicating it has been terminated or stopped.',
		],
		[
			'ec2',
			false,
			'At 2022-05-14T20:11:53Z an instance was taken out of service in response to an EC2 scheduled reboot',
		],
		[
			'ec2',
			true,
			'At 2022-05-14T20:11:53Z an instance was taken out of service in response to EBS volume health check failure.',
		],
		[
			'user',
			true,
			'At 2021-04-01T21:48:35Z an instance was taken out of service in response to a user health-check.',
		],
		[
			'ec2',
			true,
			'At 2013-04-01T21:48:35Z an instance was taken out of service in response to a system health-check.',
		],
		[
			'scale-in',
			false,
			'At 2022-05-14T20:11:53Z a monitor alarm TargetTracking-my-asg-AlarmLow-1 in state ALARM triggered policy my-target-tracking-policy changing the desired capacity from 3 to 2.  At 2022-05-14T20:12:00Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2.  At 2022-05-14T20:12:00Z instance i-0123456789abcdef0 was selected for termination.',
		],
		[
			'scale-in',
			false,
			'At 2022-05-14T20:11:53Z a user request update of AutoScalingGroup constraints to min: 1, max: 5, desired: 3 changing the desired capacity from 4 to 3.',
		],
		[
			'scale-in',
			false,
			'At 2022-05-14T20:11:53Z a scheduled action update of AutoScalingGroup constraints to min: 1, max: 5, desired: 2 changing the desired capacity from 3 to 2.',
		],
		[
			'user',
			false,
			'At 2022-05-14T20:11:53Z instance i-0123456789abcdef0 was taken out of service in response to a user request.',
		],
		[
			'refresh',
			false,
			'At 2022-12-24T22:03:59Z an instance was taken out of service in response to an instance refresh.  At 2022-12-24T22:03:59Z instance i-0123456789abcdef0 was selected for termination.',
		],
		[
			'rebalance',
			false,
			'At 2023-07-09T00:32:21Z instances were launched to balance instances in zones eu-west-1a with other zones resulting in more than desired number of instances in the group.  At 2023-07-09T00:46:17Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 5 to 4.',
		],
		[
			'rebalance',
			false,
			'At 2023-07-09T00:32:21Z an instance was taken out of service in response to an EC2 instance rebalance recommendation.',
		],
		[
			'spot',
			false,
			'At 2023-07-09T00:32:21Z an instance was taken out of service in response to a Spot interruption.',
		],
		[
			'lifetime',
			false,
			'At 2023-07-09T00:32:21Z an instance was taken out of service in response to its maximum lifetime.',
		],
		[
			'other',
			false,
			'At 2031-01-01T00:00:00Z an instance was taken out of service in response to the phase of the moon.',
		],
		['other', false, ''],
	])('%s: flap %s: %s', (cause, mayFlap, text) => {
		expect(classifyTermination(anActivity({cause: text}))).toEqual({cause, mayFlap, rawCause: text});
	});
});

describe('the status message of a launch that came to nothing gives its class', () => {
	test.each([
		[
			'hook',
			"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token e85e1b77 was abandoned: Lifecycle Action Completed with ABANDON Result",
		],
		[
			'hook',
			"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token e85e1b77 was abandoned: Heartbeat Timeout",
		],
		[
			'launch-failed',
			'We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a). Launching EC2 instance failed.',
		],
		['launch-failed', 'The AMI ID ami-0 does not exist. Launching EC2 instance failed.'],
		['launch-failed', 'Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state'],
	])('%s: %s', (cause, statusMessage) => {
		expect(classifyFailedLaunch(anActivity({statusMessage}))).toMatchObject({cause, mayFlap: true});
	});
});

test('no rule takes long over an adversarial text', () => {
	for (const part of ['ELB ', 'lifecycle action ', 'user request ', 'a', 'VPC Lattice ']) {
		const text = part.repeat(100_000 / part.length);
		const before = process.cpuUsage();
		classifyTermination(anActivity({cause: text}));
		classifyFailedLaunch(anActivity({statusMessage: text}));
		const {user} = process.cpuUsage(before);
		// Two seconds of CPU is far from what a bounded rule needs and far below what an exponential one takes.
		expect(user).toBeLessThan(2_000_000);
	}
});
