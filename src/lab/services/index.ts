/** The lab's services by their signing name in the credential scope. */
import {LabRefusal} from '../types.ts';
import {awsQuery} from '../wire/protocol.ts';
import {automationChanges} from './automations.ts';
import {autoscalingChanges} from './autoscaling-changes.ts';
import {autoscalingReads} from './autoscaling-reads.ts';
import {cloudtrail} from './cloudtrail.ts';
import {codedeploy} from './codedeploy.ts';
import {documentChanges} from './documents.ts';
import {ec2} from './ec2.ts';
import {elbv2} from './elbv2.ts';
import {iam} from './iam.ts';
import {kms} from './kms.ts';
import {runCommandChanges} from './run-command.ts';
import type {Service} from './service.ts';
import {ssm} from './ssm.ts';
import {sts} from './sts.ts';

const autoscaling: Service = {
	protocol: awsQuery('http://autoscaling.amazonaws.com/doc/2011-01-01/'),
	operations: {...autoscalingReads, ...autoscalingChanges},
	throttle: {code: 'Throttling', status: 400, message: 'Rate exceeded'},
	unknownAction: operation =>
		new LabRefusal('InvalidAction', `Could not find operation ${operation} for version 2011-01-01`),
};

export const services: ReadonlyMap<string, Service> = new Map([
	['autoscaling', autoscaling],
	['ec2', ec2],
	['ssm', ssm],
	['elasticloadbalancing', elbv2],
	['sts', sts],
	['iam', iam],
	['kms', kms],
	['codedeploy', codedeploy],
	['cloudtrail', cloudtrail],
]);

/** Operations that change something in the region or on a box. */
export const mutatingOperations: ReadonlySet<string> = new Set([
	...Object.keys(autoscalingChanges),
	...Object.keys(automationChanges),
	...Object.keys(documentChanges),
	...Object.keys(runCommandChanges),
]);
