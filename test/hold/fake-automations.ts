/** Documents and runs of one account in memory, for the shell's tests: what Systems Manager would answer. */
import {createHash} from 'node:crypto';
import {AwsCallError} from '../../src/aws/call-error.ts';
import type {Automation, SsmDocument} from '../../src/aws/types.ts';
import {fuseDocument} from '../../src/hold/fuse-document.ts';

export const account = '441200009012';

export type FakeRun = {-readonly [Key in keyof Automation]: Automation[Key]};

export type FakeAutomations = ReturnType<typeof createFakeAutomations>;

export const ourDocument = (more: Partial<SsmDocument> = {}): SsmDocument => {
	const content = more.content ?? fuseDocument.content;
	return {
		name: fuseDocument.name,
		version: '1',
		documentType: 'Automation',
		status: 'Active',
		owner: account,
		defaultVersion: '1',
		content,
		hash: createHash('sha256').update(content).digest('hex'),
		...more,
	};
};

const facts = {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false};

export const failure = (operation: string, code: string, more: {denied?: boolean; status?: number} = {}) =>
	new AwsCallError(
		operation,
		{
			kind: more.denied ? 'denied' : 'aws',
			code,
			status: more.status ?? 400,
			message: code,
			requestId: 'r-1',
			answered: true,
		},
		facts,
	);

export const createFakeAutomations = (
	now: () => number,
	change: (...call: [string, ...unknown[]]) => Promise<void>,
) => {
	const runs: FakeRun[] = [];
	const byToken = new Map<string, string>();
	let document: SsmDocument | null = null;
	const calls = {
		document: () => Promise.resolve(document),
		automation: (executionId: string) =>
			Promise.resolve(runs.find(run => run.executionId === executionId) ?? null),
		automations: ({statuses, startedAfter}: {statuses: readonly string[]; startedAfter?: number}) =>
			Promise.resolve(
				runs.filter(
					run =>
						(statuses.length === 0 || statuses.includes(run.status)) &&
						(startedAfter === undefined || (run.startedAt ?? 0) >= startedAfter),
				),
			),
		simulate: (actions: readonly string[]) => Promise.resolve(actions.map(() => 'unknown' as const)),
		createDocument: async (name: string, content: string) => {
			await change('createDocument', name);
			if (document !== null) throw failure('CreateDocument', 'DocumentAlreadyExists');
			document = ourDocument({content});
		},
		startAutomation: async (start: {
			document: string;
			version: string;
			parameters: Readonly<Record<string, readonly string[]>>;
			clientToken: string;
		}) => {
			const known = byToken.get(start.clientToken);
			if (known !== undefined) return known;
			await change('startAutomation', start.parameters);
			const run = add({parameters: start.parameters});
			byToken.set(start.clientToken, run.executionId);
			return run.executionId;
		},
		stopAutomation: async (executionId: string) => {
			await change('stopAutomation', executionId);
			const run = runs.find(one => one.executionId === executionId);
			if (run === undefined) throw failure('StopAutomationExecution', 'AutomationExecutionNotFoundException');
			if (run.endedAt !== null)
				throw failure('StopAutomationExecution', 'InvalidAutomationStatusUpdateException');
			run.status = 'Cancelled';
			run.endedAt = now();
		},
	};
	/** A run asleep, with the steps of our document. */
	function add(more: Partial<FakeRun> & {parameters: FakeRun['parameters']}): FakeRun {
		const run: FakeRun = {
			executionId: `00000000-0000-4000-8000-${String(runs.length + 1).padStart(12, '0')}`,
			documentName: fuseDocument.name,
			documentVersion: '1',
			status: 'InProgress',
			startedAt: now(),
			endedAt: null,
			executedBy: null,
			currentStep: 'sleep',
			currentAction: 'aws:sleep',
			steps: fuseDocument.steps.map(({name, action}) => ({name, action, status: 'Pending'})),
			failure: null,
			...more,
		};
		runs.push(run);
		return run;
	}
	return {
		calls,
		runs,
		add,
		setDocument: (next: SsmDocument | null) => {
			document = next;
		},
	};
};

/** The parameters of a fuse of hold 7f3a90c1 on `web`. */
export const fuseParameters = (more: Readonly<Record<string, readonly string[]>> = {}) => ({
	AutoScalingGroupName: ['web'],
	Processes: ['ReplaceUnhealthy', 'HealthCheck'],
	ResumeAt: ['2026-11-22T12:30:00Z'],
	HoldTagKey: ['unflap:hold:7f3a90c1'],
	...more,
});
