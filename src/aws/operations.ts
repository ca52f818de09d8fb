/**
 * THE DOOR's table: every AWS operation unflap may send, and what it does. `read` changes nothing, `stream` opens or
 * closes a way to a box, `change` changes a group or leaves something
 * behind. An operation that is not here counts as `change` (threats.md O1).
 */
export type Effect = 'read' | 'stream' | 'change';

export const operations: ReadonlyMap<string, Effect> = new Map<string, Effect>([
	['DescribeAutoScalingGroups', 'read'],
	['DescribeScalingActivities', 'read'],
	['DescribeLifecycleHooks', 'read'],
	['DescribePolicies', 'read'],
	['DescribeTargetGroups', 'read'],
	['DescribeTargetHealth', 'read'],
	['DescribeInstances', 'read'],
	['DescribeInstanceAttribute', 'read'],
	['GetConsoleOutput', 'read'],
	['DescribeLaunchTemplateVersions', 'read'],
	['DescribeRegions', 'read'],
	['DescribeInstanceInformation', 'read'],
	['GetConnectionStatus', 'read'],
	['GetCallerIdentity', 'read'],
	['SimulatePrincipalPolicy', 'read'],
	['GetRole', 'read'],
	['GetDocument', 'read'],
	['DescribeDocument', 'read'],
	['GetAutomationExecution', 'read'],
	['DescribeAutomationExecutions', 'read'],
	['StartSession', 'stream'],
	['ResumeSession', 'stream'],
	['TerminateSession', 'stream'],
	['GenerateDataKey', 'stream'],
	['SendCommand', 'stream'],
	['GetCommandInvocation', 'read'],
	['ListCommandInvocations', 'read'],
	['CancelCommand', 'stream'],
	['SuspendProcesses', 'change'],
	['ResumeProcesses', 'change'],
	['CreateOrUpdateTags', 'change'],
	['DeleteTags', 'change'],
	['SetInstanceHealth', 'change'],
	['EnterStandby', 'change'],
	['ExitStandby', 'change'],
	['DetachInstances', 'change'],
	['RecordLifecycleActionHeartbeat', 'change'],
	['CompleteLifecycleAction', 'change'],
	['CreateDocument', 'change'],
	['StartAutomationExecution', 'change'],
	['StopAutomationExecution', 'change'],
]);

export const effectOf = (operation: string): Effect => operations.get(operation) ?? 'change';
