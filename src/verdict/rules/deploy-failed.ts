/** CodeDeploy gave up on the box: which lifecycle event, which script, and the last it said. */
import type {Hostile} from '../../base/text.ts';
import {advice} from '../advice.ts';
import {deploymentEvidence, deploymentTries} from '../deployment-evidence.ts';
import type {DeploymentFacts, Finding, Rule} from '../types.ts';

export const deployFailed: Rule = {
	name: 'deploy-failed',
	judge: ({deployment, failedBefore, death}) => {
		if (deployment?.event?.failed === true)
			return [fault(deployment, deployment.event, {lives: death === null})];
		if (failedBefore?.event?.failed === true) return [note(failedBefore, failedBefore.event)];
		return [];
	},
};

type Failed = NonNullable<DeploymentFacts['event']>;

const fault = (deployment: DeploymentFacts, event: Failed, {lives}: {readonly lives: boolean}): Finding => ({
	rule: 'deploy-failed',
	kind: 'fault',
	unit: '',
	sentence: `CodeDeploy gave up on the box in ${event.name}: ${howItEnded(event)}.`,
	confidence: 'certain',
	evidence: deploymentEvidence(deployment),
	try: [
		...deploymentTries(deployment, lives),
		advice(
			'mend the script, or what it waits for, and deploy again: a new box gets the last revision that went well',
		),
	],
	rulesOut: ['the load balancer: CodeDeploy ends the box before any check counts'],
});

/** What came of the boxes before tells what will come of this one, if nothing else does. */
const note = (deployment: DeploymentFacts, event: Failed): Finding => ({
	rule: 'deploy-failed',
	kind: 'note',
	unit: '',
	sentence: `On ${deployment.instanceId}, a box before this one, CodeDeploy gave up in ${event.name}: ${howItEnded(event)}.`,
	confidence: 'certain',
	evidence: deploymentEvidence(deployment),
	try: deploymentTries(deployment, false),
});

const endings: Readonly<Record<string, string>> = {
	ScriptMissing: 'is not in the bundle',
	ScriptNotExecutable: 'is not executable',
	ScriptTimedOut: 'ran out of time',
	ScriptFailed: 'failed',
	UnknownError: 'failed for no known reason',
};

/** A code nobody knows is said as it is. */
const howItEnded = ({script, errorCode, message}: Failed): Hostile => {
	const subject = script === null ? 'a step of its own' : `script ${script}`;
	const ending = errorCode === null ? 'failed' : (endings[errorCode] ?? `ended with ${errorCode}`);
	const exit = /exit code (\d{1,3})\b/.exec(message)?.[1];
	return `${subject} ${ending}${exit === undefined ? '' : ` with exit code ${exit}`}`;
};
