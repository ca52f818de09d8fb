/** What a deployment says of its failure, as evidence: the diagnosis, then the end of what its script wrote. */
import {masked} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {advice} from './advice.ts';
import {seconds} from './finding.ts';
import type {Advice, DeploymentFacts, Evidence} from './types.ts';

const tailLines = 8;
const longestLine = 300;

export const deploymentEvidence = (deployment: DeploymentFacts): readonly Evidence[] => {
	const {deploymentId, revision, status, event} = deployment;
	const said = (text: Hostile): Evidence => ({
		source: 'CodeDeploy',
		text,
		atSeconds: null,
		at: event?.endedAt ?? event?.startedAt ?? null,
	});
	const what = `${deploymentId}${revision === null ? '' : ` of ${revision}`}`;
	if (event === null) return [said(`${what}: ${status}`)];
	const took =
		event.startedAt === null || event.endedAt === null
			? ''
			: ` after ${seconds((event.endedAt - event.startedAt) / 1000)}`;
	return [
		said(`${what}: ${event.name} ${event.failed ? `failed${took}` : 'was under way'}`),
		...(event.message === '' ? [] : [said(event.message)]),
		...lastLines(event.logTail).map(said),
	];
};

/** Masked as a whole first: a secret may go over several lines. */
const lastLines = (tail: Hostile): readonly Hostile[] =>
	masked(tail)
		.split(/\r\n|[\r\n]/)
		.filter(line => line.trim() !== '' && !/^(?:LifecycleEvent|Script) - /.test(line))
		.slice(-tailLines)
		.map(line => line.slice(0, longestLine));

/** Ids and names are quoted, or the command is left out. */
/** `lives`: there is a box to look at. */
export const deploymentTries = (
	{deploymentId, instanceId}: DeploymentFacts,
	lives: boolean,
): readonly Advice[] => [
	advice('read the whole of it', [
		...['aws', 'deploy', 'get-deployment-target', '--deployment-id', deploymentId],
		...['--target-id', instanceId],
	]),
	...(lives
		? [
				advice('on the box: the log of the agent', [
					...['tail', '-n', '100'],
					'/opt/codedeploy-agent/deployment-root/deployment-logs/codedeploy-agent-deployments.log',
				]),
			]
		: []),
];
