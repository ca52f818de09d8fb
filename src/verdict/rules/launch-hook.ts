/** The life ended in a launch hook: somebody abandoned it, or nobody answered. No suspended process helps against that. */
import type {Hostile} from '../../base/text.ts';
import {deploymentGroupOf} from '../../groups/deployments.ts';
import {advice} from '../advice.ts';
import {deploymentEvidence, deploymentTries} from '../deployment-evidence.ts';
import {seconds} from '../finding.ts';
import type {Advice, Evidence, Facts, Finding, HookFacts, Rule} from '../types.ts';

/** ABANDON: CodeDeploy, a script of the user data, a function. */
export const hookAbandoned: Rule = {
	name: 'hook-abandoned',
	judge: facts => {
		const {hook, deployment} = facts;
		if (hook?.outcome !== 'abandoned') return [];
		const failed = deployment?.event?.failed === true;
		const who = hook.byCodeDeploy
			? failed
				? `after ${deployment.event?.name} had failed`
				: 'by CodeDeploy or somebody in its place'
			: 'by whoever answers it';
		return [
			finding('hook-abandoned', facts, hook, `${hookWords(hook)} was abandoned${after(hook)}, ${who}.`),
		];
	},
};

/** Nobody answered in time, and the hook's own default was ABANDON. */
export const hookTimeout: Rule = {
	name: 'hook-timeout',
	judge: facts => {
		const {hook, deployment} = facts;
		if (hook?.outcome !== 'timeout') return [];
		const limit = hook.heartbeatSeconds === null ? '' : `, though it waits ${seconds(hook.heartbeatSeconds)}`;
		const where =
			deployment !== null && deployment.event !== null ? ` CodeDeploy was in ${deployment.event.name}.` : '';
		return [
			finding(
				'hook-timeout',
				facts,
				hook,
				`Nobody answered ${lower(hookWords(hook))}${limit}: it ran out of time${after(hook)}.${where}`,
			),
		];
	},
};

const finding = (
	rule: 'hook-abandoned' | 'hook-timeout',
	facts: Facts,
	hook: HookFacts,
	sentence: Hostile,
): Finding => ({
	rule,
	kind: 'fault',
	unit: '',
	sentence,
	confidence: 'certain',
	evidence: [...deathEvidence(facts), ...ownDeployment(facts)],
	try: tries(rule, facts, hook),
	rulesOut: [
		'health checks: the box was never in service, and they do not count before',
		'the processes of the group: none of them ends a box in its launch hook',
	],
});

/** AWS says that it was a hook, and not which. */
const hookWords = ({names}: HookFacts): Hostile => {
	const [name] = names;
	if (name === undefined) return 'A launch hook';
	const deploymentGroup = deploymentGroupOf(name);
	if (names.length > 1) return `One of the launch hooks ${names.join(', ')}`;
	return deploymentGroup === null
		? `The launch hook ${name}`
		: `The launch hook of CodeDeploy (${deploymentGroup})`;
};

const lower = (text: Hostile): Hostile => text.charAt(0).toLowerCase() + text.slice(1);

const after = ({seconds: life}: HookFacts): string =>
	life === null ? '' : ` ${seconds(life)} after the launch`;

const deathEvidence = ({death}: Facts): readonly Evidence[] =>
	death === null ? [] : [{source: 'Auto Scaling', text: death.rawCause, atSeconds: null, at: death.at}];

const ownDeployment = ({deployment}: Facts): readonly Evidence[] =>
	deployment === null ? [] : deploymentEvidence(deployment);

const tries = (
	rule: 'hook-abandoned' | 'hook-timeout',
	{deployment}: Facts,
	hook: HookFacts,
): readonly Advice[] => [
	...(deployment === null ? [] : deploymentTries(deployment, false)),
	advice('keep the next box in its hook while you look: p in the group screen sends heartbeats'),
	...(rule === 'hook-timeout' && hook.names[0] !== undefined && hook.names.length === 1
		? [
				advice('give the hook more time, if the boot really needs it', [
					...['aws', 'autoscaling', 'put-lifecycle-hook', '--auto-scaling-group-name', hook.group],
					...['--lifecycle-hook-name', hook.names[0], '--heartbeat-timeout'],
					String(Math.min(7200, (hook.heartbeatSeconds ?? 1800) * 2)),
				]),
				advice(
					'a heartbeat that was throttled looks the same: see whether other tools call Auto Scaling all the time',
				),
			]
		: []),
];
