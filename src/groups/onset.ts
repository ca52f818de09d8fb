/** When the flapping of a group began, and what was changed in the hour before: settings, template, deployments; by whom. */
import type {Aws, CallOptions, Deployment, TrailEvent} from '../aws/types.ts';
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import type {TemplateChange} from './template-change.ts';
import type {GroupDetail, GroupView} from './types.ts';

export type Change = {
	readonly kind: 'template' | 'group' | 'target group' | 'deployment';
	readonly at: AwsMs;
	/** ARN, or the service that called; null where nobody says. */
	readonly who: Hostile | null;
	/** Without who and when. */
	readonly what: Hostile;
};

/** Flaps further apart than this belong to different stories. */
const pauseMs = 2 * 3_600_000;
const beforeMs = 3_600_000;
/** The launch of the first box that died and the change that killed it may be told in another order. */
const afterMs = 60_000;
const mostChanges = 12;

/** The launch of the first box of the present run of flaps; null where the group does not flap. */
export const onsetOf = ({lives, state, flaps}: GroupView): AwsMs | null => {
	if (state === 'calm' || (flaps.flapsPerHour ?? 0) === 0) return null;
	const ends = lives
		.filter(life => life.flap && life.diedAt !== null)
		.toSorted((one, other) => (other.diedAt ?? 0) - (one.diedAt ?? 0));
	const pause = ends.findIndex(
		({diedAt}, index) => index > 0 && (ends[index - 1]?.diedAt ?? 0) - (diedAt ?? 0) > pauseMs,
	);
	const run = pause === -1 ? ends : ends.slice(0, pause);
	return run.length === 0 ? null : Math.min(...run.map(({launchedAt, diedAt}) => launchedAt ?? diedAt ?? 0));
};

export type ChangeSources = {
	readonly template: TemplateChange | null;
	/** Of the group's deployment group. */
	readonly deployments: readonly Deployment[];
};

/** In order of time. CloudTrail is asked only where there is an onset: one to three look-ups. */
export const readChanges = async (
	aws: Pick<Aws, 'polling'>,
	detail: GroupDetail,
	sources: ChangeSources,
	options: CallOptions = {},
): Promise<readonly Change[]> => {
	const onset = onsetOf(detail.view);
	if (onset === null) return [];
	const look = (by: 'ResourceName' | 'EventName', value: string) =>
		aws.polling.trailEvents({by, value, ...spanOf(onset)}, options);
	const {group} = detail.view;
	return changesOf(detail, sources, {
		ofGroup: await look('ResourceName', group.name),
		// By the call's name: whether CloudTrail knows a target group as a resource is nowhere written.
		ofTargets: group.targetGroupArns.length === 0 ? [] : await look('EventName', 'ModifyTargetGroup'),
		ofDeployments:
			madeByPeople(sources, onset).length === 0 ? [] : await look('EventName', 'CreateDeployment'),
	});
};

/** What is known without CloudTrail. */
export const changesWithoutTrail = (detail: GroupDetail, sources: ChangeSources): readonly Change[] =>
	changesOf(detail, sources, {ofGroup: [], ofTargets: [], ofDeployments: []});

type Trail = {
	readonly ofGroup: readonly TrailEvent[];
	readonly ofTargets: readonly TrailEvent[];
	readonly ofDeployments: readonly TrailEvent[];
};

const spanOf = (onset: AwsMs) => ({since: onset - beforeMs, until: onset + afterMs});

const isNear = (at: AwsMs | null, onset: AwsMs): at is AwsMs =>
	at !== null && at >= spanOf(onset).since && at <= spanOf(onset).until;

/** Those of Auto Scaling follow from a launch, and change nothing. */
const madeByPeople = ({deployments}: ChangeSources, onset: AwsMs): readonly Deployment[] =>
	deployments.filter(({creator, createdAt}) => creator !== 'autoscaling' && isNear(createdAt, onset));

const changesOf = ({view}: GroupDetail, sources: ChangeSources, trail: Trail): readonly Change[] => {
	const onset = onsetOf(view);
	if (onset === null) return [];
	const {template} = sources;
	const version = template !== null && isNear(template.createdAt, onset) ? templateEntry(template) : null;
	const isOfOurs = (event: TrailEvent) =>
		view.group.targetGroupArns.includes(textAt(event.request, 'targetGroupArn'));
	return [
		...(version === null ? [] : [version]),
		...trail.ofGroup
			.filter(event => isSetting(event) && !(version !== null && putsInForce(event, version)))
			.map(event => settingEntry('group', event)),
		...trail.ofTargets
			.filter(event => isDone(event) && isOfOurs(event))
			.map(event => settingEntry('target group', event)),
		...madeByPeople(sources, onset).map(deployment => deploymentEntry(deployment, trail.ofDeployments)),
	]
		.toSorted((one, other) => one.at - other.at)
		.slice(-mostChanges);
};

const templateEntry = ({
	template,
	version,
	before,
	createdAt,
	createdBy,
	differences,
}: TemplateChange): Change => ({
	kind: 'template',
	at: createdAt ?? 0,
	who: createdBy,
	what: `template ${template} v${before} → v${version}${
		differences.length === 0 ? '' : ` (${namesOf(differences.map(({what}) => what))})`
	}`,
});

const namesOf = (names: readonly Hostile[]): Hostile =>
	names.length <= 4 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;

/** Whoever made the version also pointed the group at it: one change, told once. */
const putsInForce = ({name, who, request}: TrailEvent, version: Change): boolean =>
	name === 'UpdateAutoScalingGroup' &&
	who === version.who &&
	Object.keys(request).every(key => subjects.has(key) || key === 'launchTemplate');

/** Calls that move or judge boxes, and change no setting. */
const moves =
	/^(?:RecordLifecycleActionHeartbeat|CompleteLifecycleAction|SetInstanceHealth|SetInstanceProtection|TerminateInstanceInAutoScalingGroup|(?:Enter|Exit)Standby|(?:At|De)tachInstances|ExecutePolicy)$/;

const isDone = ({errorCode, readOnly}: TrailEvent) => errorCode === null && !readOnly;

const isSetting = (event: TrailEvent) => isDone(event) && !moves.test(event.name) && !isOwnTag(event);

/** Our own marks on a group change nothing in it. */
const isOwnTag = ({name, request}: TrailEvent): boolean => {
	if (name !== 'CreateOrUpdateTags' && name !== 'DeleteTags') return false;
	const {tags} = request;
	return (
		Array.isArray(tags) &&
		tags.length > 0 &&
		tags.every(tag => textAt(tag as Readonly<Record<string, unknown>>, 'key').startsWith('unflap:'))
	);
};

const settingEntry = (kind: 'group' | 'target group', event: TrailEvent): Change => {
	const settings = settingsOf(event.request).slice(0, mostSettings);
	return {
		kind,
		at: event.at,
		who: event.who,
		what: settings.length === 0 ? event.name : `${event.name} ${settings.join(', ')}`,
	};
};

const mostSettings = 5;
const longestValue = 80;
const subjects = new Set(['autoScalingGroupName', 'targetGroupArn']);

/** `path=value` of everything that was sent but the name of its subject. */
const settingsOf = (value: unknown, path = ''): readonly Hostile[] => {
	if (value === null || value === undefined) return [];
	if (typeof value !== 'object') return [`${path}=${String(value).slice(0, longestValue)}`];
	return Object.entries(value)
		.filter(([name]) => !subjects.has(name))
		.slice(0, 50)
		.flatMap(([name, part]) =>
			path.length > 200 ? [] : settingsOf(part, path === '' ? name : `${path}.${name}`),
		);
};

const deploymentEntry = (deployment: Deployment, calls: readonly TrailEvent[]): Change => {
	const {deploymentId, application, group, revision, status, creator, createdAt} = deployment;
	const call = calls.find(({response}) => textAt(response, 'deploymentId') === deploymentId);
	return {
		kind: 'deployment',
		at: createdAt ?? 0,
		who: call?.who ?? (creator === 'user' || creator === '' ? null : creator),
		what: `deployment ${deploymentId} to ${application}/${group}, ${status}: ${revision ?? 'no revision named'}`,
	};
};

const textAt = (record: Readonly<Record<string, unknown>>, name: string): string => {
	const value = record[name];
	return typeof value === 'string' ? value : '';
};
