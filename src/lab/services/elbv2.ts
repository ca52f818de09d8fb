/** elbv2: target groups and the health of their targets, computed from the boxes. */
import {LabRefusal} from '../types.ts';
import {awsQuery} from '../wire/protocol.ts';
import {text, texts, trees} from '../wire/query-params.ts';
import type {XmlRecord} from '../wire/xml.ts';
import type {LabBox, LabGroup, TargetGroup} from '../world/model.ts';
import {type Call, type Operation, page, requiredText, type Service} from './service.ts';

const describeTargetGroups: Operation = ({params, region}) => {
	const arns = texts(params, 'TargetGroupArns') ?? [];
	const names = texts(params, 'Names') ?? [];
	const groups = targetGroups([...region.groups.values()]);
	for (const arn of arns) if (!groups.some(({target}) => target.arn === arn)) throw notFound();
	const chosen = groups.filter(
		({target}) =>
			(arns.length === 0 || arns.includes(target.arn)) && (names.length === 0 || names.includes(target.name)),
	);
	const {items, nextToken} = page(
		chosen,
		{...params, NextToken: text(params, 'Marker') ?? ''},
		{name: 'PageSize', fallback: 400, most: 400},
	);
	return {
		TargetGroups: items.map(({target}) => targetGroupShape(target)),
		NextMarker: nextToken,
	};
};

const targetGroups = (groups: readonly LabGroup[]) =>
	groups.flatMap(group => group.targetGroups.map(target => ({group, target})));

const notFound = (): LabRefusal =>
	new LabRefusal('TargetGroupNotFound', 'One or more target groups not found');

const targetGroupShape = (target: TargetGroup): XmlRecord => ({
	TargetGroupArn: target.arn,
	TargetGroupName: target.name,
	Protocol: 'HTTP',
	Port: target.port,
	HealthCheckProtocol: 'HTTP',
	HealthCheckPort: 'traffic-port',
	HealthCheckEnabled: true,
	HealthCheckIntervalSeconds: target.intervalSeconds,
	HealthCheckTimeoutSeconds: target.timeoutSeconds,
	HealthyThresholdCount: target.healthyThreshold,
	UnhealthyThresholdCount: target.unhealthyThreshold,
	HealthCheckPath: target.path,
	Matcher: {HttpCode: '200'},
	TargetType: 'instance',
	LoadBalancerArns: [],
});

const describeTargetHealth: Operation = call => {
	const {params, region} = call;
	const arn = requiredText(params, 'TargetGroupArn');
	const found = targetGroups([...region.groups.values()]).find(({target}) => target.arn === arn);
	if (found === undefined) throw notFound();
	const asked = (trees(params, 'Targets') ?? []).map(target => text(target, 'Id') ?? '');
	const registered = found.group.boxes.filter(box => isRegistered(box));
	const answers = registered
		.filter(box => asked.length === 0 || asked.includes(box.instanceId))
		.map(box => description(box.instanceId, found.target, healthOf(call, box, found.target)));
	const unknown = asked
		.filter(id => !registered.some(box => box.instanceId === id))
		.map(id => description(id, found.target, unregistered));
	return {TargetHealthDescriptions: [...answers, ...unknown]};
};

type Health = {readonly State: string; readonly Reason?: string; readonly Description?: string};

const unregistered: Health = {
	State: 'unused',
	Reason: 'Target.NotRegistered',
	Description: 'Target is not registered to the target group',
};

const description = (Id: string, target: TargetGroup, health: Health): XmlRecord => ({
	Target: {Id, Port: target.port},
	HealthCheckPort: String(target.port),
	TargetHealth: health,
});

/** Boxes join their target groups when they enter service, and leave when Standby or the end begins. */
const isRegistered = ({lifecycle}: LabBox): boolean =>
	lifecycle === 'InService' || lifecycle === 'Terminating';

const healthOf = ({region, boxes}: Call, box: LabBox, target: TargetGroup): Health => {
	if (box.lifecycle === 'Terminating')
		return {
			State: 'draining',
			Reason: 'Target.DeregistrationInProgress',
			Description: 'Target deregistration is in progress',
		};
	if (box.ec2State !== 'running')
		return {State: 'unused', Reason: 'Target.InvalidState', Description: 'Target is in the stopped state'};
	const registeredSeconds = (region.clock.now() - (box.inServiceAt ?? 0)) / 1000;
	const healthy = boxes.appHealthy(box);
	const threshold = healthy ? target.healthyThreshold : target.unhealthyThreshold;
	if (registeredSeconds < 4)
		return {
			State: 'initial',
			Reason: 'Elb.RegistrationInProgress',
			Description: 'Target registration is in progress',
		};
	if (registeredSeconds < threshold * target.intervalSeconds)
		return {
			State: 'initial',
			Reason: 'Elb.InitialHealthChecking',
			Description: 'Initial health checks in progress',
		};
	if (healthy) return {State: 'healthy'};
	return {State: 'unhealthy', Reason: target.failure.reason, Description: target.failure.description};
};

export const elbv2: Service = {
	protocol: awsQuery('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/'),
	operations: {
		DescribeTargetGroups: describeTargetGroups,
		DescribeTargetHealth: describeTargetHealth,
	},
	throttle: {code: 'Throttling', status: 400, message: 'Rate exceeded'},
	unknownAction: operation =>
		new LabRefusal('InvalidAction', `Could not find operation ${operation} for version 2015-12-01`),
};
