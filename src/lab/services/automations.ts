/** ssm: documents of type Automation and their runs. */
import {createHash} from 'node:crypto';
import {LabRefusal} from '../types.ts';
import {type Params, text, texts, trees} from '../wire/query-params.ts';
import {createRuns, type Run, type Runs, type StepPlan} from '../world/automation-runs.ts';
import type {Region} from '../world/region.ts';
import {type Call, callerArn, type Operation, page} from './service.ts';

type LabDocument = {readonly name: string; readonly content: string; readonly createdAt: number};
type Shelf = {readonly documents: Map<string, LabDocument>; readonly runs: Runs};

const shelves = new WeakMap<Region, Shelf>();

const shelfOf = (region: Region): Shelf => {
	const shelf = shelves.get(region) ?? {documents: new Map(), runs: createRuns(region.clock)};
	shelves.set(region, shelf);
	return shelf;
};

export const runsOf = (region: Region): readonly Run[] => shelfOf(region).runs.all();

const createDocument: Operation = ({params, region}) => {
	const {documents} = shelfOf(region);
	const name = text(params, 'Name') ?? '';
	const content = text(params, 'Content') ?? '';
	if (documents.has(name)) throw new LabRefusal('DocumentAlreadyExists', `Document ${name} already exists.`);
	documents.set(name, {name, content, createdAt: region.clock.now()});
	return {DocumentDescription: description(region, name)};
};

const deleteDocument: Operation = ({params, region}) => {
	found(region, params);
	shelfOf(region).documents.delete(text(params, 'Name') ?? '');
	return {};
};

const found = (region: Region, params: Params): LabDocument => {
	const document = shelfOf(region).documents.get(text(params, 'Name') ?? text(params, 'DocumentName') ?? '');
	if (document === undefined) throw new LabRefusal('InvalidDocument', 'The document does not exist.');
	const version = text(params, 'DocumentVersion') ?? '1';
	if (version !== '1' && !version.startsWith('$'))
		throw new LabRefusal('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
	return document;
};

const description = (region: Region, name: string) => {
	const document = shelfOf(region).documents.get(name);
	return {
		Name: name,
		Owner: region.accountId,
		DocumentVersion: '1',
		DefaultVersion: '1',
		LatestVersion: '1',
		DocumentType: 'Automation',
		DocumentFormat: 'JSON',
		Status: 'Active',
		HashType: 'Sha256',
		Hash: createHash('sha256')
			.update(document?.content ?? '')
			.digest('hex'),
		CreatedDate: (document?.createdAt ?? 0) / 1000,
	};
};

const getDocument: Operation = ({params, region}) => {
	const {name, content} = found(region, params);
	return {
		Name: name,
		Content: content,
		DocumentVersion: '1',
		DocumentType: 'Automation',
		DocumentFormat: 'JSON',
		Status: 'Active',
	};
};

const describeDocument: Operation = ({params, region}) => ({
	Document: description(region, found(region, params).name),
});

const parametersOf = (params: Params): Readonly<Record<string, readonly string[]>> => {
	const given = params['Parameters'];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
	const tree = given as Params;
	return Object.fromEntries(Object.keys(tree).map(name => [name, texts(tree, name) ?? []]));
};

type Declared = {
	readonly type?: string;
	readonly default?: unknown;
	readonly allowedPattern?: string;
	readonly allowedValues?: readonly string[];
	readonly minItems?: number;
	readonly maxItems?: number;
};

const checkParameters = (
	declared: Readonly<Record<string, Declared>>,
	given: Readonly<Record<string, readonly string[]>>,
): void => {
	const bad = (message: string) => new LabRefusal('InvalidAutomationExecutionParametersException', message);
	for (const name of Object.keys(given)) if (!(name in declared)) throw bad(`Unknown parameter ${name}`);
	for (const [name, rule] of Object.entries(declared)) {
		const values = given[name];
		if (values === undefined) {
			if (rule.default === undefined) throw bad(`Parameter ${name} is required`);
			continue;
		}
		if (values.length < (rule.minItems ?? 0) || values.length > (rule.maxItems ?? 1000))
			throw bad(`Parameter ${name} has ${values.length} items`);
		for (const value of values) {
			if (rule.allowedPattern !== undefined && !new RegExp(rule.allowedPattern).test(value))
				throw bad(`Parameter ${name} does not match its pattern`);
			if (rule.allowedValues !== undefined && !rule.allowedValues.includes(value))
				throw bad(`Parameter ${name} has a value that is not allowed`);
		}
	}
};

const startAutomationExecution: Operation = call => {
	const {params, region, callerKeyId} = call;
	const {runs} = shelfOf(region);
	const clientToken = text(params, 'ClientToken') ?? null;
	const parameters = parametersOf(params);
	const known = runs.all().find(run => clientToken !== null && run.clientToken === clientToken);
	if (known !== undefined) {
		if (JSON.stringify(known.parameters) !== JSON.stringify(parameters))
			throw new LabRefusal('IdempotentParameterMismatch', 'The token was used with other parameters.');
		return {AutomationExecutionId: known.id};
	}
	const document = found(region, params);
	const content = JSON.parse(document.content) as {
		readonly parameters?: Readonly<Record<string, Declared>>;
		readonly mainSteps: readonly StepPlan[];
	};
	const declared = content.parameters ?? {};
	checkParameters(declared, parameters);
	const run = runs.start(
		{
			id: region.random.fork(`run/${runs.all().length}/${clientToken ?? ''}`).uuid(),
			document: document.name,
			version: '1',
			parameters,
			lists: Object.keys(declared).filter(name => declared[name]?.type === 'StringList'),
			caller: callerKeyId,
			clientToken,
			plan: content.mainSteps,
		},
		(made, _service, api, inputs) => call.asAutomation(made, api, inputs),
	);
	return {AutomationExecutionId: run.id};
};

const runOf = ({params, region}: Call): Run => {
	const id = text(params, 'AutomationExecutionId') ?? '';
	const run = shelfOf(region)
		.runs.all()
		.find(one => one.id === id);
	if (run === undefined)
		throw new LabRefusal('AutomationExecutionNotFoundException', `Automation execution ${id} not found.`);
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
	...(run.currentStep === null ? {} : {CurrentStepName: run.currentStep}),
	...(run.failure === null ? {} : {FailureMessage: run.failure}),
});

const getAutomationExecution: Operation = call => {
	const run = runOf(call);
	return {
		AutomationExecution: {
			...summary(call.region, run),
			Parameters: run.parameters,
			...(run.currentStep === null
				? {}
				: {CurrentAction: run.steps.find(({name}) => name === run.currentStep)?.action}),
			StepExecutions: run.steps.map(({name, action, status}) => ({
				StepName: name,
				Action: action,
				StepStatus: status,
			})),
		},
	};
};

const describeAutomationExecutions: Operation = ({params, region}) => {
	const filters = trees(params, 'Filters') ?? [];
	const valuesOf = (key: string) =>
		filters.filter(filter => text(filter, 'Key') === key).flatMap(filter => texts(filter, 'Values') ?? []);
	const prefixes = valuesOf('DocumentNamePrefix');
	const statuses = valuesOf('ExecutionStatus');
	const [after] = valuesOf('StartTimeAfter');
	const runs = runsOf(region).filter(
		run =>
			(prefixes.length === 0 || prefixes.some(prefix => run.document.startsWith(prefix))) &&
			(statuses.length === 0 || statuses.includes(run.status)) &&
			(after === undefined || run.startedAt >= Date.parse(after)),
	);
	const {items, nextToken} = page(runs, params, {name: 'MaxResults', fallback: 50, most: 50});
	return {
		AutomationExecutionMetadataList: items.map(run => summary(region, run)),
		...(nextToken === undefined ? {} : {NextToken: nextToken}),
	};
};

const stopAutomationExecution: Operation = call => {
	shelfOf(call.region).runs.stop(runOf(call));
	return {};
};

export const automationReads: Readonly<Record<string, Operation>> = {
	GetDocument: getDocument,
	DescribeDocument: describeDocument,
	GetAutomationExecution: getAutomationExecution,
	DescribeAutomationExecutions: describeAutomationExecutions,
};

export const automationChanges: Readonly<Record<string, Operation>> = {
	CreateDocument: createDocument,
	DeleteDocument: deleteDocument,
	StartAutomationExecution: startAutomationExecution,
	StopAutomationExecution: stopAutomationExecution,
};
