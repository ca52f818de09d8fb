/** ssm: inventory and sessions. What happens inside a session is the boxes' part. */
import {LabRefusal} from '../types.ts';
import {awsJson} from '../wire/protocol.ts';
import {type Params, text, texts, trees} from '../wire/query-params.ts';
import type {LabBox} from '../world/model.ts';
import {automationChanges, automationReads} from './automations.ts';
import {documentChanges, documentReads} from './documents.ts';
import {runCommandChanges, runCommandReads} from './run-command.ts';
import {type Call, callerArn, type Operation, page, type Service, type SessionRecord} from './service.ts';

const agentVersion = '3.3.987.0';

const describeInstanceInformation: Operation = call => {
	const {params, region} = call;
	const ids = [...(trees(params, 'Filters') ?? []), ...(trees(params, 'InstanceInformationFilterList') ?? [])]
		.filter(filter => (text(filter, 'Key') ?? text(filter, 'key')) === 'InstanceIds')
		.flatMap(filter => texts(filter, 'Values') ?? texts(filter, 'valueSet') ?? []);
	for (const id of ids)
		if (!region.boxes.has(id)) throw new LabRefusal('InvalidInstanceId', `Invalid instance id ${id}`);
	const managed = [...region.boxes.values()].filter(
		box => (ids.length === 0 || ids.includes(box.instanceId)) && isManaged(call, box),
	);
	const {items, nextToken} = page(managed, params, {name: 'MaxResults', fallback: 10, most: 50, least: 5});
	return {
		InstanceInformationList: items.map(box => informationShape(call, box)),
		...(nextToken === undefined ? {} : {NextToken: nextToken}),
	};
};

/** Stopped and terminated nodes are not listed; a box appears when its agent has registered. */
const isManaged = ({boxes}: Call, box: LabBox): boolean =>
	(box.ec2State === 'running' || box.ec2State === 'shutting-down') && boxes.agentOnline(box);

const informationShape = (call: Call, box: LabBox) => {
	const away = call.agentAway(box.instanceId);
	return {
		InstanceId: box.instanceId,
		PingStatus: away ? 'ConnectionLost' : 'Online',
		LastPingDateTime: Math.floor(call.region.clock.now() / 1000) - (away ? 400 : 20),
		AgentVersion: agentVersion,
		IsLatestVersion: false,
		PlatformType: 'Linux',
		PlatformName: 'Debian GNU/Linux',
		PlatformVersion: '12',
		ResourceType: 'EC2Instance',
		IPAddress: box.privateIp,
		ComputerName: `ip-${box.privateIp.replaceAll('.', '-')}`,
	};
};

const isConnected = (call: Call, instanceId: string): boolean => {
	const box = call.region.boxes.get(instanceId);
	return (
		box !== undefined &&
		box.ec2State === 'running' &&
		call.boxes.agentOnline(box) &&
		!call.agentAway(instanceId)
	);
};

const getConnectionStatus: Operation = call => {
	const target = requiredJson(call.params, 'Target');
	return {Target: target, Status: isConnected(call, target) ? 'connected' : 'notconnected'};
};

const requiredJson = (params: Params, name: string): string => {
	const value = text(params, name);
	if (value !== undefined && value !== '') return value;
	throw new LabRefusal(
		'ValidationException',
		`1 validation error detected: Value at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
	);
};

const startSession: Operation = call => {
	const target = requiredJson(call.params, 'Target');
	if (!isConnected(call, target)) throw new LabRefusal('TargetNotConnected', `${target} is not connected.`);
	const documentName = text(call.params, 'DocumentName') ?? 'SSM-SessionManagerRunShell';
	const ticket = call.boxes.startSession({
		instanceId: target,
		documentName,
		parameters: documentParameters(call.params),
		streamBase: call.streamBase,
		callerKeyId: call.callerKeyId,
	});
	call.sessions.unshift({
		sessionId: ticket.sessionId,
		target,
		documentName,
		owner: call.callerKeyId,
		reason: text(call.params, 'Reason') ?? null,
		startedAt: call.region.clock.now(),
		endedAt: null,
	});
	return {SessionId: ticket.sessionId, StreamUrl: ticket.streamUrl, TokenValue: ticket.token};
};

const documentParameters = (params: Params): Readonly<Record<string, readonly string[]>> => {
	const given = params['Parameters'];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
	const tree = given as Params;
	return Object.fromEntries(Object.keys(tree).map(name => [name, texts(tree, name) ?? []]));
};

const resumeSession: Operation = call => {
	const sessionId = requiredJson(call.params, 'SessionId');
	const ticket = call.boxes.resumeSession(sessionId, call.streamBase);
	if (ticket === null)
		throw new LabRefusal('DoesNotExistException', `Session ${sessionId} does not exist or was terminated.`);
	return {SessionId: ticket.sessionId, StreamUrl: ticket.streamUrl, TokenValue: ticket.token};
};

const terminateSession: Operation = call => {
	const sessionId = requiredJson(call.params, 'SessionId');
	call.boxes.terminateSession(sessionId);
	const record = call.sessions.find(session => session.sessionId === sessionId);
	if (record !== undefined) record.endedAt ??= call.region.clock.now();
	return {SessionId: sessionId};
};

const describeSessions: Operation = call => {
	const {params, region} = call;
	const open = new Set(call.boxes.openSessions());
	const wantsOpen = text(params, 'State') !== 'History';
	const sessions = call.sessions.filter(({sessionId}) => open.has(sessionId) === wantsOpen);
	const {items, nextToken} = page(sessions, params, {name: 'MaxResults', fallback: 200, most: 200});
	return {
		Sessions: items.map(session => sessionShape(session, wantsOpen, region.accountId)),
		...(nextToken === undefined ? {} : {NextToken: nextToken}),
	};
};

const sessionShape = (session: SessionRecord, open: boolean, accountId: string) => ({
	SessionId: session.sessionId,
	Target: session.target,
	Status: open ? 'Connected' : 'Terminated',
	StartDate: session.startedAt / 1000,
	...(session.endedAt === null ? {} : {EndDate: session.endedAt / 1000}),
	DocumentName: session.documentName,
	Owner: callerArn({accountId}, session.owner),
	...(session.reason === null ? {} : {Reason: session.reason}),
});

export const ssm: Service = {
	protocol: awsJson('AmazonSSM'),
	operations: {
		DescribeInstanceInformation: describeInstanceInformation,
		GetConnectionStatus: getConnectionStatus,
		StartSession: startSession,
		ResumeSession: resumeSession,
		TerminateSession: terminateSession,
		DescribeSessions: describeSessions,
		...documentReads,
		...documentChanges,
		...automationReads,
		...automationChanges,
		...runCommandReads,
		...runCommandChanges,
	},
	throttle: {code: 'ThrottlingException', status: 400, message: 'Rate exceeded'},
	unknownAction: () => new LabRefusal('UnknownOperationException', ''),
};
