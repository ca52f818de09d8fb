/** A lab for a test, with SDK clients of one caller, and its control endpoint as a function. */
import {AutoScalingClient} from '@aws-sdk/client-auto-scaling';
import {EC2Client} from '@aws-sdk/client-ec2';
import {ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2';
import {SSMClient} from '@aws-sdk/client-ssm';
import {STSClient} from '@aws-sdk/client-sts';
import {onTestFinished} from 'vitest';
import {type Lab, type LabOptions, startLab} from '../../src/lab/create-lab.ts';
import {createFakeBoxes} from './fake-boxes.ts';

export type OpenLab = {
	readonly lab: Lab;
	readonly autoscaling: AutoScalingClient;
	readonly ec2: EC2Client;
	readonly ssm: SSMClient;
	readonly elbv2: ElasticLoadBalancingV2Client;
	readonly sts: STSClient;
	/** `control('POST', 'step', {seconds: 60})`; fails the test when the lab refuses. */
	readonly control: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
};

export const openLab = async (options: LabOptions = {}): Promise<OpenLab> => {
	const lab = await startLab({seed: 7, createBoxes: createFakeBoxes, ...options});
	onTestFinished(() => lab.close());
	return {lab, ...clientsOf(lab), control: controlOf(lab)};
};

export const clientsOf = (lab: Lab, more: {readonly maxAttempts?: number; readonly region?: string} = {}) => {
	const config = {
		endpoint: lab.endpoint,
		region: more.region ?? 'eu-west-1',
		maxAttempts: more.maxAttempts ?? 1,
		credentials: {
			accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
			secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
		},
	};
	return {
		autoscaling: new AutoScalingClient(config),
		ec2: new EC2Client(config),
		ssm: new SSMClient(config),
		elbv2: new ElasticLoadBalancingV2Client(config),
		sts: new STSClient(config),
	};
};

const controlOf =
	({control}: Lab): OpenLab['control'] =>
	async (method, path, body) => {
		const response = await fetch(`${control.endpoint}/${path}`, {
			method,
			headers: {authorization: `Bearer ${control.token}`},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		const answer = (await response.json()) as Record<string, unknown>;
		if (!response.ok) throw new Error(`${method} /${path}: ${response.status} ${JSON.stringify(answer)}`);
		return answer;
	};
