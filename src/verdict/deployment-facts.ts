/** What stands behind a group, as facts for the rules: a deployment to a box, and what could not be read. */
import type {DeploymentEvent} from '../aws/types.ts';
import type {Hostile} from '../base/text.ts';
import type {Background} from '../groups/background.ts';
import type {BoxDeployment} from '../groups/deployments.ts';
import type {DeploymentFacts} from './types.ts';

export const failedBefore = (background: Background | null, instanceId: string): DeploymentFacts | null => {
	const found = background?.lastFailed ?? null;
	return found?.target.instanceId === instanceId ? null : deploymentFacts(found);
};

export const deploymentFacts = (found: BoxDeployment | null): DeploymentFacts | null => {
	if (found === null) return null;
	const {deployment, target} = found;
	return {
		deploymentId: deployment.deploymentId,
		deploymentGroup: deployment.group,
		instanceId: target.instanceId,
		status: target.status || deployment.status,
		revision: deployment.revision,
		event: eventOf(target.events),
	};
};

/** The first that failed; where none did, the one under way. */
const eventOf = (events: readonly DeploymentEvent[]): NonNullable<DeploymentFacts['event']> | null => {
	const failed = events.find(hasFailed);
	const event = failed ?? events.find(({status}) => status === 'InProgress');
	if (event === undefined) return null;
	const {name, startedAt, endedAt, diagnostics} = event;
	return {
		name,
		failed: failed !== undefined,
		startedAt,
		endedAt,
		script: diagnostics?.script ?? null,
		errorCode: diagnostics?.errorCode ?? null,
		message: diagnostics?.message ?? '',
		logTail: diagnostics?.logTail ?? '',
	};
};

/** The set of states is open: one that nobody knows counts by what its diagnostics say. */
const hasFailed = ({status, diagnostics}: DeploymentEvent): boolean => {
	if (status === 'Failed') return true;
	if (['Pending', 'InProgress', 'Succeeded', 'Skipped'].includes(status)) return false;
	return diagnostics !== null && diagnostics.errorCode !== null && diagnostics.errorCode !== 'Success';
};

const subjects: Readonly<Record<string, string>> = {
	ListDeployments: 'what CodeDeploy did',
	BatchGetDeploymentTargets: 'how the deployment went on the box',
	LookupEvents: 'who changed what before the flapping began',
	DescribeLaunchTemplateVersions: 'what the launch template changed',
};

/** "who changed what …: needs cloudtrail:LookupEvents" */
export const unreadOf = (background: Background | null): readonly Hostile[] =>
	(background?.missing ?? []).map(({operation, needs, message}) => {
		const subject = subjects[operation] ?? operation;
		return needs === '' ? `${subject}: ${message}` : `${subject}: needs ${needs}`;
	});
