/** ssm: Run Command with AWS-RunShellScript. What happens on a box is the boxes' part. */
import {type CommandInvocation, LabRefusal} from '../types.ts';
import {number, type Params, text, texts, trees} from '../wire/query-params.ts';
import type {LabBox} from '../world/model.ts';
import type {Region} from '../world/region.ts';
import type {Call, Operation} from './service.ts';

const documentName = 'AWS-RunShellScript';
const mostBoxes = 50;

const sendCommand: Operation = call => {
	const {params, region, boxes} = call;
	if (text(params, 'DocumentName') !== documentName)
		throw new LabRefusal('InvalidDocument', `The document ${text(params, 'DocumentName')} does not exist.`);
	const timeoutSeconds = number(params, 'TimeoutSeconds') ?? 600;
	if (timeoutSeconds < 30 || timeoutSeconds > 2_592_000)
		throw new LabRefusal(
			'ValidationException',
			`1 validation error detected: Value '${timeoutSeconds}' at 'timeoutSeconds' failed to satisfy constraint: Member must have value greater than or equal to 30`,
		);
	const given = treeOf(params, 'Parameters');
	const commands = texts(given, 'commands') ?? [];
	const unknown = Object.keys(given).find(name => !knownParameters.has(name));
	if (commands.length === 0 || unknown !== undefined)
		throw new LabRefusal('InvalidParameters', unknown ?? 'commands');
	const instanceIds = targetsOf(call);
	const executionTimeout = texts(given, 'executionTimeout')?.[0];
	const commandId = boxes.sendCommand({
		instanceIds,
		commands,
		...(executionTimeout === undefined ? {} : {executionTimeoutSeconds: Number(executionTimeout)}),
	});
	return {
		Command: {
			CommandId: commandId,
			DocumentName: documentName,
			DocumentVersion: '$DEFAULT',
			Parameters: {commands},
			InstanceIds: texts(params, 'InstanceIds') ?? [],
			Targets: params['Targets'] ?? [],
			RequestedDateTime: region.clock.now() / 1000,
			ExpiresAfter: region.clock.now() / 1000 + timeoutSeconds,
			Status: 'Pending',
			StatusDetails: 'Pending',
			TargetCount: instanceIds.length,
			CompletedCount: 0,
			ErrorCount: 0,
			DeliveryTimedOutCount: 0,
			TimeoutSeconds: timeoutSeconds,
		},
	};
};

const knownParameters = new Set(['commands', 'executionTimeout', 'workingDirectory']);

const treeOf = (params: Params, name: string): Params => {
	const value = params[name];
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
};

const targetsOf = (call: Call): readonly string[] => {
	const {params, region} = call;
	const ids = texts(params, 'InstanceIds') ?? [];
	const targets = trees(params, 'Targets') ?? [];
	if (ids.length > mostBoxes)
		throw new LabRefusal('ValidationException', `At most ${mostBoxes} instance ids are taken`);
	if ((ids.length === 0) === (targets.length === 0))
		throw new LabRefusal('InvalidParameters', 'Either InstanceIds or Targets must be given');
	for (const id of ids)
		if (!isManaged(call, region.boxes.get(id)))
			throw new LabRefusal('InvalidInstanceId', `Instances [[${id}]] not in a valid state for account`);
	if (ids.length > 0) return ids;
	return [...region.boxes.values()]
		.filter(box => isManaged(call, box) && targets.every(target => isTarget(region, box, target)))
		.map(({instanceId}) => instanceId);
};

const isManaged = ({boxes}: Call, box: LabBox | undefined): boolean =>
	box !== undefined && box.ec2State === 'running' && boxes.agentOnline(box);

/** `InstanceIds` or a tag; of tags the boxes have those that Auto Scaling gives them. */
const isTarget = (region: Region, box: LabBox, target: Params): boolean => {
	const key = text(target, 'Key') ?? '';
	const values = texts(target, 'Values') ?? [];
	if (key === 'InstanceIds') return values.includes(box.instanceId);
	const name = key.replace(/^tag:/, '');
	if (name === 'aws:autoscaling:groupName') return values.includes(box.group?.name ?? '');
	const tag = region.groups.get(box.group?.name ?? '')?.tags.get(name);
	return tag?.propagate === true && values.includes(tag.value);
};

const statusDetails: Readonly<Record<CommandInvocation['status'], string>> = {
	Pending: 'Pending',
	InProgress: 'InProgress',
	Success: 'Success',
	Failed: 'Failed',
	Cancelled: 'Cancelled',
	TimedOut: 'ExecutionTimedOut',
	DeliveryTimedOut: 'DeliveryTimedOut',
};
/** In Status itself AWS calls both kinds of timeout TimedOut. */
const statusOf = ({status}: CommandInvocation): string =>
	status === 'DeliveryTimedOut' ? 'TimedOut' : status;

const getCommandInvocation: Operation = ({params, boxes}) => {
	const commandId = text(params, 'CommandId') ?? '';
	const instanceId = text(params, 'InstanceId') ?? '';
	const facts = boxes.commandInvocation(commandId, instanceId);
	if (facts === null) throw new LabRefusal('InvocationDoesNotExist', '');
	return {
		CommandId: commandId,
		InstanceId: instanceId,
		DocumentName: documentName,
		DocumentVersion: '$DEFAULT',
		PluginName: 'aws:runShellScript',
		ResponseCode: facts.responseCode,
		ExecutionStartDateTime: isoOrEmpty(facts.startedAt),
		ExecutionEndDateTime: isoOrEmpty(facts.endedAt),
		Status: statusOf(facts),
		StatusDetails: statusDetails[facts.status],
		StandardOutputContent: facts.stdout,
		StandardErrorContent: facts.stderr,
	};
};

const isoOrEmpty = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

const listCommandInvocations: Operation = ({params, region, boxes}) => {
	const commandId = text(params, 'CommandId') ?? '';
	const wanted = text(params, 'InstanceId');
	return {
		CommandInvocations: [...region.boxes.keys()]
			.filter(instanceId => wanted === undefined || wanted === instanceId)
			.flatMap(instanceId => {
				const facts = boxes.commandInvocation(commandId, instanceId);
				if (facts === null) return [];
				return [
					{
						CommandId: commandId,
						InstanceId: instanceId,
						DocumentName: documentName,
						Status: statusOf(facts),
						StatusDetails: statusDetails[facts.status],
					},
				];
			}),
	};
};

const cancelCommand: Operation = ({params, boxes}) => {
	boxes.cancelCommand(text(params, 'CommandId') ?? '');
	return {};
};

export const runCommandReads: Readonly<Record<string, Operation>> = {
	GetCommandInvocation: getCommandInvocation,
	ListCommandInvocations: listCommandInvocations,
};

export const runCommandChanges: Readonly<Record<string, Operation>> = {
	SendCommand: sendCommand,
	CancelCommand: cancelCommand,
};
