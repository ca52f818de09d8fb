/** ssm: executions of Automation runbooks. What they do is world/automation-*.ts. */
import {LabRefusal} from '../types.ts';
import {type Params, text, texts, trees} from '../wire/query-params.ts';
import type {Run, StepRecord} from '../world/automation-runs.ts';
import {findVersion} from '../world/documents.ts';
import type {Region} from '../world/region.ts';
import {checkParameters, type Runbook, substitute} from '../world/runbook.ts';
import {accessDenied} from './access.ts';
import {type Call, callerArn, type Operation, page} from './service.ts';

const startAutomationExecution: Operation = call => {
	const {params, region, callerKeyId} = call;
	const name = text(params, 'DocumentName') ?? '';
	const wantedVersion = text(params, 'DocumentVersion');
	const parameters = parametersOf(params);
	const clientToken = tokenOf(params);
	const known = region.runs.all().find(run => clientToken !== null && run.clientToken === clientToken);
	if (known !== undefined) return repeated(known, {name, wantedVersion, parameters});
	const {version, runbook} = startable(region, name, wantedVersion);
	checkParameters(runbook, parameters);
	const role = roleOf(runbook, parameters);
	if (role !== null && call.isDenied('PassRole'))
		throw accessDenied('iam', {
			operation: 'PassRole',
			principal: callerArn(region, callerKeyId),
			resource: role,
		});
	const run = region.runs.start({
		id: region.random.fork(`run/${region.runs.all().length}/${clientToken ?? ''}`).uuid(),
		document: name,
		version,
		runbook,
		parameters,
		caller: callerKeyId,
		role,
		clientToken,
	});
	return {AutomationExecutionId: run.id};
};

/** Tokens are UUIDs without regard to case. */
const tokenOf = (params: Params): string | null => {
	const token = text(params, 'ClientToken')?.toLowerCase() ?? null;
	if (token !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token))
		throw new LabRefusal(
			'ValidationException',
			"1 validation error detected: Value at 'clientToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}",
		);
	return token;
};

const repeated = (
	known: Run,
	asked: {
		readonly name: string;
		readonly wantedVersion: string | undefined;
		readonly parameters: Run['parameters'];
	},
) => {
	const isSame =
		known.document === asked.name &&
		(asked.wantedVersion === undefined ||
			asked.wantedVersion.startsWith('$') ||
			asked.wantedVersion === known.version) &&
		sorted(known.parameters) === sorted(asked.parameters);
	if (!isSame)
		throw new LabRefusal(
			'IdempotentParameterMismatch',
			'The client token was used with different parameters before.',
		);
	return {AutomationExecutionId: known.id};
};

const sorted = (parameters: Run['parameters']): string =>
	JSON.stringify(Object.entries(parameters).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const startable = (
	region: Region,
	name: string,
	wantedVersion: string | undefined,
): {readonly version: string; readonly runbook: Runbook} => {
	const document = region.documents.find(name);
	if (document === undefined)
		throw new LabRefusal(
			'AutomationDefinitionNotFoundException',
			`Automation definition with name ${name} not found.`,
		);
	const found = findVersion(document, wantedVersion);
	if (found === undefined)
		throw new LabRefusal(
			'AutomationDefinitionVersionNotFoundException',
			`Automation definition version ${wantedVersion} of ${name} not found.`,
		);
	if (found.runbook === null)
		throw new LabRefusal(
			'AutomationDefinitionNotFoundException',
			`${name} is a document of type ${document.type}.`,
		);
	return {version: found.version, runbook: found.runbook};
};

const parametersOf = (params: Params): Readonly<Record<string, readonly string[]>> => {
	const given = params['Parameters'];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
	const tree = given as Params;
	return Object.fromEntries(Object.keys(tree).map(name => [name, texts(tree, name) ?? []]));
};

const roleOf = (runbook: Runbook, parameters: Run['parameters']): string | null => {
	const role = substitute(runbook.assumeRole ?? '', runbook, parameters);
	return typeof role === 'string' && role !== '' ? role : null;
};

const runOf = ({params, region}: Call): Run => {
	const id = text(params, 'AutomationExecutionId') ?? '';
	const run = region.runs.find(id);
	if (run === undefined)
		throw new LabRefusal(
			'AutomationExecutionNotFoundException',
			`Automation execution with ID ${id} doesn't exist.`,
		);
	return run;
};

const summary = (region: Region, run: Run) => ({
	AutomationExecutionId: run.id,
	DocumentName: run.document,
	DocumentVersion: run.version,
	AutomationExecutionStatus: run.status,
	ExecutionStartTime: run.startedAt / 1000,
	...(run.endedAt === null ? {} : {ExecutionEndTime: run.endedAt / 1000}),
	ExecutedBy: callerArn(region, run.caller),
	Mode: 'Auto',
	Targets: [],
	...(run.current === null
		? {}
		: {CurrentStepName: run.current.plan.name, CurrentAction: run.current.plan.action}),
	...(run.failure === null ? {} : {FailureMessage: run.failure}),
});

const stepShape = (run: Run, {plan, status, startedAt, endedAt, failure}: StepRecord) => ({
	StepName: plan.name,
	Action: plan.action,
	StepStatus: status,
	MaxAttempts: plan.maxAttempts,
	OnFailure: plan.onFailure,
	IsEnd: plan.isEnd,
	IsCritical: plan.isCritical,
	...(plan.nextStep === null ? {} : {NextStep: plan.nextStep}),
	...(plan.timeoutSeconds === null ? {} : {TimeoutSeconds: plan.timeoutSeconds}),
	...(startedAt === null ? {} : {ExecutionStartTime: startedAt / 1000, Inputs: inputsOf(run, plan.inputs)}),
	...(endedAt === null ? {} : {ExecutionEndTime: endedAt / 1000}),
	...(failure === null ? {} : {FailureMessage: failure}),
});

const inputsOf = ({runbook, parameters}: Run, inputs: Readonly<Record<string, unknown>>) =>
	Object.fromEntries(
		Object.entries(substitute(inputs, runbook, parameters) as object).map(([name, value]) => [
			name,
			JSON.stringify(value),
		]),
	);

const getAutomationExecution: Operation = call => {
	const run = runOf(call);
	return {
		AutomationExecution: {
			...summary(call.region, run),
			Parameters: run.parameters,
			StepExecutions: run.steps.map(step => stepShape(run, step)),
			StepExecutionsTruncated: false,
		},
	};
};

type RunFilter = (run: Run, values: readonly string[]) => boolean;

const filters: ReadonlyMap<string, RunFilter> = new Map<string, RunFilter>([
	['DocumentNamePrefix', ({document}, values) => values.some(prefix => document.startsWith(prefix))],
	['ExecutionStatus', ({status}, values) => values.includes(status)],
	['ExecutionId', ({id}, values) => values.includes(id)],
	['StartTimeAfter', ({startedAt}, values) => values.every(at => startedAt >= timeOf(at))],
	['StartTimeBefore', ({startedAt}, values) => values.every(at => startedAt <= timeOf(at))],
	['CurrentAction', ({current}, values) => current !== null && values.includes(current.plan.action)],
]);

const timeOf = (value: string): number => {
	const at = Date.parse(value);
	if (Number.isNaN(at)) throw new LabRefusal('InvalidFilterValue', `The filter value ${value} is no time.`);
	return at;
};

/** No parameters in the list, as in AWS: whoever wants them asks for each. */
const describeAutomationExecutions: Operation = ({params, region}) => {
	const tests = (trees(params, 'Filters') ?? []).map(filter => {
		const key = text(filter, 'Key') ?? '';
		const values = texts(filter, 'Values') ?? [];
		const test = filters.get(key);
		if (test === undefined) throw new LabRefusal('InvalidFilterKey', `The filter key ${key} is not valid.`);
		if (values.length === 0) throw new LabRefusal('InvalidFilterValue', `The filter ${key} needs a value.`);
		return (run: Run) => test(run, values);
	});
	const runs = region.runs.all().filter(run => tests.every(test => test(run)));
	const {items, nextToken} = page(runs, params, {name: 'MaxResults', fallback: 50, most: 50});
	return {
		AutomationExecutionMetadataList: items.map(run => ({
			...summary(region, run),
			AutomationType: 'Local',
		})),
		...(nextToken === undefined ? {} : {NextToken: nextToken}),
	};
};

const stopAutomationExecution: Operation = call => {
	const type = text(call.params, 'Type') ?? 'Cancel';
	if (type !== 'Cancel' && type !== 'Complete')
		throw new LabRefusal('ValidationException', `Value '${type}' at 'type' is not Cancel or Complete`);
	call.region.runs.stop(runOf(call), type);
	return {};
};

export const automationReads: Readonly<Record<string, Operation>> = {
	GetAutomationExecution: getAutomationExecution,
	DescribeAutomationExecutions: describeAutomationExecutions,
};

export const automationChanges: Readonly<Record<string, Operation>> = {
	StartAutomationExecution: startAutomationExecution,
	StopAutomationExecution: stopAutomationExecution,
};
