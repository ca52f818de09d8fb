/** What AWS knows of a box beside its boot, as facts for the rules. */
import type {Background} from '../groups/background.ts';
import {deploymentGroupOf} from '../groups/deployments.ts';
import type {GoodBoot} from '../groups/good-boots.ts';
import {healthAsked} from '../groups/health-asked.ts';
import type {Box, GroupDetail, Life} from '../groups/types.ts';
import {deploymentFacts, failedBefore, unreadOf} from './deployment-facts.ts';
import {paceOf} from './pace.ts';
import type {DeathFacts, Facts, HealthFacts, HookFacts} from './types.ts';

type Beside = Omit<Facts, 'boot' | 'marks' | 'listening' | 'over'>;

export const nothingBeside: Beside = {
	health: null,
	death: null,
	hook: null,
	deployment: null,
	failedBefore: null,
	ec2: null,
	refresh: null,
	changes: [],
	onsetAt: null,
	unread: [],
	lifecycleState: null,
	metadataTags: null,
	pace: null,
	healthCheckPort: null,
	probe: null,
};

/** What stands behind a group, and the good boots that were seen in it. */
export type BehindGroup = {readonly background: Background | null; readonly good: readonly GoodBoot[]};

/** What is known of a box beside its group: its own metadata option for tags, and what stands behind the group. */
export type BesideGroup = BehindGroup & {readonly metadataTags: string | null};

/** Of a box in its group. */
export const boxFacts = (box: Box, detail: GroupDetail, {metadataTags, ...behind}: BesideGroup): Beside => ({
	...lifeFacts(box.instanceId, detail, behind),
	health: healthOf(box),
	lifecycleState: box.instance.lifecycleState,
	metadataTags,
	healthCheckPort: healthAsked(box, detail)[0]?.port ?? null,
});

/** A target that is still being looked at says nothing yet. */
const healthOf = ({target}: Box): HealthFacts | null => {
	if (target === null) return null;
	const answer = target.reason ?? null;
	if (target.state === 'healthy') return {state: 'passing', everPassed: true, lastAnswer: answer, at: null};
	if (target.state.startsWith('unhealthy'))
		return {state: 'failing', everPassed: false, lastAnswer: answer, at: null};
	return null;
};

/** Of a box that is no longer in its group, and of any other: how its life ended, and what stands behind it. */
export const lifeFacts = (
	instanceId: string,
	detail: GroupDetail,
	{background, good}: BehindGroup,
): Beside => {
	const life = detail.view.lives.find(one => one.instanceId === instanceId);
	return {
		...nothingBeside,
		death: deathOf(life),
		hook: hookOf(life, detail),
		deployment: deploymentFacts(background?.deployment ?? null),
		failedBefore: failedBefore(background, instanceId),
		ec2: detail.statuses.find(status => status.instanceId === instanceId) ?? null,
		refresh: detail.refreshes.find(({endedAt}) => endedAt === null) ?? null,
		changes: background?.changes ?? [],
		onsetAt: background?.onsetAt ?? null,
		unread: unreadOf(background),
		pace: paceOf(detail, instanceId, good),
	};
};

const deathOf = (life: Life | undefined): DeathFacts | null =>
	life?.cause == null ? null : {cause: life.cause, rawCause: life.rawCause ?? '', at: life.diedAt};

/** The texts of aws-facts.md 4.2; another one says nothing of a hook. */
const hookOf = (life: Life | undefined, {hooks, view}: GroupDetail): HookFacts | null => {
	if (life?.cause !== 'hook') return null;
	const text = life.rawCause ?? '';
	const outcome = /Heartbeat Timeout/i.test(text)
		? 'timeout'
		: /ABANDON Result/i.test(text)
			? 'abandoned'
			: null;
	if (outcome === null) return null;
	const launching = hooks.filter(({transition}) => transition.endsWith('EC2_INSTANCE_LAUNCHING'));
	return {
		outcome,
		names: launching.map(({name}) => name),
		byCodeDeploy: launching.some(({name}) => deploymentGroupOf(name) !== null),
		seconds: life.seconds,
		heartbeatSeconds: launching.length === 1 ? (launching[0]?.heartbeatTimeoutSeconds ?? null) : null,
		group: view.group.name,
	};
};
