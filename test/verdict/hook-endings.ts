/** Lives that ended in a launch hook, as AWS tells of them. */
import type {DeploymentFacts, Facts, HookFacts} from '../../src/verdict/types.ts';

export const at = Date.UTC(2026, 10, 22, 12, 35);

/** aws-facts.md 4.2 */
export const hookTexts = {
	abandoned:
		"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token e85e was abandoned: Lifecycle Action Completed with ABANDON Result",
	timeout:
		"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token e85e was abandoned: Heartbeat Timeout",
} as const;

export const endedIn = (outcome: HookFacts['outcome'], part: Partial<HookFacts> = {}): Partial<Facts> => ({
	death: {cause: 'hook', rawCause: hookTexts[outcome], at},
	hook: {
		outcome,
		names: ['warmup'],
		byCodeDeploy: false,
		seconds: 358,
		heartbeatSeconds: 300,
		group: 'web',
		...part,
	},
});

export const deployment = (part: Partial<NonNullable<DeploymentFacts['event']>> = {}): DeploymentFacts => ({
	deploymentId: 'd-ABCDEFGHI',
	deploymentGroup: 'blue',
	instanceId: 'i-0123456789abcdef0',
	status: 'Failed',
	revision: 's3://b/k.zip',
	event: {
		name: 'ApplicationStart',
		failed: true,
		startedAt: at - 90_000,
		endedAt: at,
		script: 'scripts/start.sh',
		errorCode: 'ScriptFailed',
		message: 'Script at specified location: scripts/start.sh run as user root failed with exit code 7',
		logTail:
			'LifecycleEvent - ApplicationStart\nScript - scripts/start.sh\n[stdout]starting\n[stderr]no such file\n',
		...part,
	},
});

const codeDeploy = {
	names: ['CodeDeploy-managed-automatic-launch-deployment-hook-blue-a4928469-1252-4d34-b4dc-505577da8755'],
	byCodeDeploy: true,
};

export const hookEndings: readonly {readonly name: string; readonly facts: Partial<Facts>}[] = [
	{name: 'abandoned', facts: endedIn('abandoned')},
	{name: 'abandoned; a hook of CodeDeploy', facts: endedIn('abandoned', codeDeploy)},
	{
		name: 'abandoned; a script of CodeDeploy failed',
		facts: {...endedIn('abandoned', codeDeploy), deployment: deployment()},
	},
	{name: 'heartbeat timeout', facts: endedIn('timeout')},
	{
		name: 'heartbeat timeout; CodeDeploy was under way',
		facts: {
			...endedIn('timeout', codeDeploy),
			deployment: deployment({failed: false, name: 'AfterInstall', script: null, errorCode: null}),
		},
	},
];
