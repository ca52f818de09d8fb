/** The Elastic Load Balancing calls of one lane, in our types. */
import {
	DescribeTargetGroupsCommand,
	DescribeTargetHealthCommand,
	ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type {Lane} from './lane.ts';
import {abortable, chunks} from './paging.ts';
import type {ReadCalls, TargetGroup, TargetHealth} from './types.ts';

export type LoadBalancingCalls = Pick<ReadCalls, 'targetGroups' | 'targetHealth'>;

const arnsPerCall = 20;

export const createLoadBalancing = (lane: Lane): LoadBalancingCalls => {
	const client = new ElasticLoadBalancingV2Client(lane.clientOptions('elbv2'));
	lane.door.attach(client.middlewareStack, 'elbv2', lane.gate('elbv2'));
	return {
		targetGroups: async (arns, options = {}) => {
			const lists = await Promise.all(
				chunks(arns, arnsPerCall).map(async TargetGroupArns => {
					const answer = await client.send(
						new DescribeTargetGroupsCommand({TargetGroupArns}),
						abortable(options),
					);
					return answer.TargetGroups ?? [];
				}),
			);
			return lists.flat().map(
				(group): TargetGroup => ({
					arn: group.TargetGroupArn ?? '',
					name: group.TargetGroupName ?? '',
					port: group.Port ?? null,
					healthCheckPath: group.HealthCheckPath ?? null,
					healthCheckPort: group.HealthCheckPort ?? null,
					healthCheckProtocol: group.HealthCheckProtocol ?? null,
					intervalSeconds: group.HealthCheckIntervalSeconds ?? 30,
					timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 5,
					unhealthyThreshold: group.UnhealthyThresholdCount ?? 2,
				}),
			);
		},
		targetHealth: async (targetGroupArn, options = {}) => {
			const {TargetHealthDescriptions = []} = await client.send(
				new DescribeTargetHealthCommand({TargetGroupArn: targetGroupArn}),
				abortable(options),
			);
			return TargetHealthDescriptions.map(
				({Target, TargetHealth: health}): TargetHealth => ({
					instanceId: Target?.Id ?? '',
					port: Target?.Port ?? null,
					state: health?.State ?? '',
					reason: health?.Reason ?? null,
					description: health?.Description ?? null,
				}),
			);
		},
	};
};
