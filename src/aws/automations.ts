/** Runbooks and their runs, in our types: what a fuse is made of. */
import {
	CreateDocumentCommand,
	DescribeAutomationExecutionsCommand,
	DescribeDocumentCommand,
	type DocumentDescription,
	GetAutomationExecutionCommand,
	GetDocumentCommand,
	type GetDocumentResult,
	type AutomationExecution as SdkAutomation,
	type AutomationExecutionMetadata as SdkSummary,
	SSMClient,
	StartAutomationExecutionCommand,
	StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import type {AwsMs} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import type {Lane} from './lane.ts';
import {abortable, allPages} from './paging.ts';
import type {Automation, AutomationSummary, ChangeCalls, ReadCalls, SsmDocument} from './types.ts';

export type AutomationCalls = Pick<ReadCalls, 'document' | 'automation' | 'automations'> &
	Pick<ChangeCalls, 'createDocument' | 'startAutomation' | 'stopAutomation'>;

export const createAutomations = (lane: Lane): AutomationCalls => {
	const client = new SSMClient(lane.clientOptions('ssm'));
	lane.door.attach(client.middlewareStack, 'ssm', lane.gate('ssm'));
	return {...readCalls(client), ...changeCalls(client)};
};

/** The most one page holds. */
const pageSize = 50;

const readCalls = (client: SSMClient): Pick<ReadCalls, 'document' | 'automation' | 'automations'> => ({
	document: (name, version, options = {}) =>
		orNull(/^InvalidDocument(?:Version)?$/, async () => {
			const asked = {Name: ownName(name), DocumentVersion: version};
			const [content, {Document = {}}] = await Promise.all([
				client.send(new GetDocumentCommand({...asked, DocumentFormat: 'JSON'}), abortable(options)),
				client.send(new DescribeDocumentCommand(asked), abortable(options)),
			]);
			return toDocument(content, Document);
		}),
	automation: (executionId, options = {}) =>
		orNull(/^AutomationExecutionNotFound/, async () => {
			const {AutomationExecution} = await client.send(
				new GetAutomationExecutionCommand({AutomationExecutionId: executionId}),
				abortable(options),
			);
			return AutomationExecution === undefined ? null : toAutomation(AutomationExecution);
		}),
	automations: async ({documentPrefix, statuses, startedAfter}, options = {}) => {
		const Filters = [
			{Key: 'DocumentNamePrefix' as const, Values: [documentPrefix]},
			...(statuses.length === 0 ? [] : [{Key: 'ExecutionStatus' as const, Values: [...statuses]}]),
			...(startedAfter === undefined
				? []
				: [{Key: 'StartTimeAfter' as const, Values: [wholeSeconds(startedAfter)]}]),
		];
		const found = await allPages(options, async NextToken => {
			const page = await client.send(
				new DescribeAutomationExecutionsCommand({
					Filters,
					MaxResults: pageSize,
					...(NextToken === undefined ? {} : {NextToken}),
				}),
				abortable(options),
			);
			return {items: page.AutomationExecutionMetadataList ?? [], next: page.NextToken};
		});
		return found.map(toSummary).toSorted((one, other) => (other.startedAt ?? 0) - (one.startedAt ?? 0));
	},
});

const changeCalls = (
	client: SSMClient,
): Pick<ChangeCalls, 'createDocument' | 'startAutomation' | 'stopAutomation'> => ({
	createDocument: async (name, content, options = {}) => {
		await client.send(
			new CreateDocumentCommand({
				Name: ownName(name),
				Content: content,
				DocumentType: 'Automation',
				DocumentFormat: 'JSON',
			}),
			abortable(options),
		);
	},
	startAutomation: async ({document, version, parameters, clientToken}, options = {}) => {
		const {AutomationExecutionId} = await client.send(
			new StartAutomationExecutionCommand({
				DocumentName: ownName(document),
				DocumentVersion: version,
				Parameters: Object.fromEntries(
					Object.entries(parameters).map(([name, values]) => [name, [...values]]),
				),
				ClientToken: clientToken,
			}),
			abortable(options),
		);
		if (!AutomationExecutionId)
			throw new UnflapError('aws', 'Systems Manager started an automation without saying which', {
				next: ['the same call again answers with the same one'],
			});
		return AutomationExecutionId;
	},
	stopAutomation: async (executionId, options = {}) => {
		await client.send(
			new StopAutomationExecutionCommand({AutomationExecutionId: executionId, Type: 'Cancel'}),
			abortable(options),
		);
	},
});

/** A name, never an ARN: an ARN may be somebody else's document, shared with us (threats.md F1). */
const ownName = (name: string) => {
	if (!/^[A-Za-z0-9_.-]{3,128}$/.test(name))
		throw new UnflapError('bug', 'A document is named by its plain name');
	return name;
};

/** `2026-11-22T19:30:00Z`: the form these filters take. */
const wholeSeconds = (at: AwsMs) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

const orNull = async <T>(absent: RegExp, read: () => Promise<T>): Promise<T | null> => {
	try {
		return await read();
	} catch (error) {
		if (error instanceof AwsCallError && absent.test(error.code)) return null;
		throw error;
	}
};

const toDocument = (document: GetDocumentResult, description: DocumentDescription): SsmDocument => ({
	name: document.Name ?? '',
	version: document.DocumentVersion ?? '',
	documentType: document.DocumentType ?? '',
	status: document.Status ?? description.Status ?? '',
	owner: description.Owner ?? null,
	defaultVersion: description.DefaultVersion ?? null,
	content: document.Content ?? '',
	hash:
		description.HashType === 'Sha256' && description.Hash !== undefined
			? description.Hash.toLowerCase()
			: null,
});

const toAutomation = (run: SdkAutomation): Automation => ({
	...toSummary({...run, CurrentStepName: run.CurrentStepName}),
	parameters: run.Parameters ?? {},
	currentAction: run.CurrentAction ?? null,
	steps: (run.StepExecutions ?? []).map(step => ({
		name: step.StepName ?? '',
		action: step.Action ?? '',
		status: step.StepStatus ?? '',
	})),
	failure: run.FailureMessage ?? null,
});

const toSummary = (run: SdkSummary): AutomationSummary => ({
	executionId: run.AutomationExecutionId ?? '',
	documentName: run.DocumentName ?? '',
	documentVersion: run.DocumentVersion ?? '',
	status: run.AutomationExecutionStatus ?? '',
	startedAt: run.ExecutionStartTime?.getTime() ?? null,
	endedAt: run.ExecutionEndTime?.getTime() ?? null,
	executedBy: run.ExecutedBy ?? null,
	currentStep: run.CurrentStepName ?? null,
});
