/** The sentences AWS writes into activities (aws-facts 4.2), joined by two spaces. */
import type {LabMs} from '../types.ts';
import {isoSeconds, type LabGroup} from './model.ts';

export type MarkCause = 'elb' | 'ec2' | 'ec2-status' | 'user-health';

const markTexts: Readonly<Record<MarkCause, string>> = {
	elb: 'an instance was taken out of service in response to an ELB system health check failure.',
	ec2: 'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.',
	'ec2-status': 'an instance was taken out of service in response to an EC2 instance status checks failure.',
	'user-health': 'an instance was taken out of service in response to a user health-check.',
};

export const markText = (cause: MarkCause): string => markTexts[cause];

export const at = (time: LabMs, text: string): string => `At ${isoSeconds(time)} ${text}`;

export const replacement = (time: LabMs): string =>
	at(time, 'an instance was launched in response to an unhealthy instance needing to be replaced.');

export const capacityGrowth = (time: LabMs, from: number, to: number): string =>
	at(
		time,
		`an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${to}.`,
	);

export const capacityShrink = (
	time: LabMs,
	change: {readonly from: number; readonly to: number; readonly instanceId: string},
): string =>
	[
		at(
			time,
			`an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${change.from} to ${change.to}.`,
		),
		at(time, `instance ${change.instanceId} was selected for termination.`),
	].join('  ');

type Constraints = Pick<LabGroup, 'min' | 'max' | 'desired'>;

export const userUpdate = (time: LabMs, constraints: Constraints, from: number): string =>
	at(
		time,
		`a user request update of AutoScalingGroup constraints to min: ${constraints.min}, max: ${constraints.max}, desired: ${constraints.desired} changing the desired capacity from ${from} to ${constraints.desired}.`,
	);

export const scheduledUpdate = (time: LabMs, constraints: Constraints, from: number): string =>
	at(
		time,
		`a scheduled action update of AutoScalingGroup constraints to min: ${constraints.min}, max: ${constraints.max}, desired: ${constraints.desired} changing the desired capacity from ${from} to ${constraints.desired}.`,
	);

export const userTermination = (time: LabMs, instanceId: string): string =>
	at(time, `instance ${instanceId} was taken out of service in response to a user request.`);

type Move = {readonly instanceId: string; readonly from: number; readonly to: number};

/** The capacity is named only where it changes. */
const moved =
	(deed: string) =>
	(time: LabMs, {instanceId, from, to}: Move): string => {
		const change =
			to === from ? '' : `, ${to > from ? 'increasing' : 'shrinking'} the capacity from ${from} to ${to}`;
		return at(time, `instance ${instanceId} was ${deed} in response to a user request${change}.`);
	};
export const movedToStandby = moved('moved to standby');
export const movedOutOfStandby = moved('moved out of standby');
export const detached = moved('detached');

export const abandoned = (token: string, why: 'ABANDON' | 'timeout'): string =>
	`Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${token} was abandoned: ${
		why === 'timeout' ? 'Heartbeat Timeout' : 'Lifecycle Action Completed with ABANDON Result'
	}`;
