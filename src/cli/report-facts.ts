/** What a report is made of, and the lines both its forms share. */
import type {AwsMs} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {durationText} from '../base/time-text.ts';
import type {OutsideFacts} from '../boot/outside-marks.ts';
import type {Boot} from '../boot/types.ts';
import type {Background} from '../groups/background.ts';
import {isLive} from '../groups/hold-tag.ts';
import {type TemplateChange} from '../groups/template-change.ts';
import type {GroupDetail} from '../groups/types.ts';
import type {KeptEdit} from '../stream/kept-edits.ts';
import {templateLines} from '../verdict/template-text.ts';
import type {Verdict} from '../verdict/types.ts';
import {changeLines} from './background-beside.ts';

export type Report = {
	readonly detail: GroupDetail;
	readonly change: TemplateChange | null;
	/** What was changed before the flapping began; absent where nobody asked. */
	readonly background?: Background;
	readonly at: AwsMs;
	readonly region: string;
	/** What was edited on boxes of the group by this user, oldest first. */
	readonly edits: readonly KeptEdit[];
	/** Of the box that tells most; null where none could be read. */
	readonly boot: {
		readonly instanceId: Hostile;
		readonly boot: Boot | null;
		readonly verdict: Verdict;
		readonly outside: OutsideFacts | null;
	} | null;
};

export const sentenceOf = ({boot, detail}: Report): Hostile =>
	boot?.verdict.sentence ??
	`No boot of ${detail.view.group.name} could be read: what follows is what Auto Scaling and the load balancer say.`;

/** Name and value of what the group is and how it flaps. */
export const groupFacts = ({
	detail,
	change,
	background,
	at,
	region,
}: Report): readonly (readonly [string, Hostile])[] => {
	const {group, flaps, state, inService} = detail.view;
	const life =
		flaps.lifeMedianSeconds === null
			? []
			: [
					[
						'every box lived',
						`${durationText(flaps.lifeMedianSeconds)} ±${durationText(flaps.lifeSpreadSeconds ?? 0)}`,
					] as const,
				];
	return [
		['group', group.name],
		['region', region],
		['seen', `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`],
		['state', state],
		['in service', `${inService} of ${group.desired} wanted (${group.min} to ${group.max})`],
		[
			'deaths',
			`${flaps.deaths} in what was read${flaps.flapsPerHour === null ? '' : `, ${flaps.flapsPerHour.toFixed(1)} an hour`}`,
		],
		...life,
		...(flaps.lastDeath === null ? [] : [['last death', flaps.lastDeath.rawCause] as const]),
		[
			'health check',
			`${group.healthCheckTypes.join(', ')}, grace ${durationText(group.healthCheckGraceSeconds)}`,
		],
		...detail.targetGroups.map(
			({name, port, healthCheckPath, intervalSeconds, unhealthyThreshold}) =>
				[
					'target group',
					`${name} :${port ?? '?'}${healthCheckPath ?? ''} every ${intervalSeconds}s, ${unhealthyThreshold} misses`,
				] as const,
		),
		[
			'launch template',
			group.template === null ? 'none' : `${group.template.name} ${group.template.version}`,
		],
		...(change === null
			? []
			: templateLines(change, detail.view).map(
					(line, index) => [index === 0 ? 'it changed' : '', `${line}`] as const,
				)),
		...(background === undefined
			? []
			: changeLines(background).map(
					(line, index) => [index === 0 ? 'before it began' : '', `${line}`] as const,
				)),
		...(group.suspended.length === 0
			? []
			: [
					[
						'suspended',
						group.suspended.map(({process, reason}) => `${process} (${reason})`).join('; '),
					] as const,
				]),
	];
};

/** What unflap has changed in the group and not given back yet, as AWS shows it: one line a hold. */
export const ownChanges = ({detail, at}: Report): readonly Hostile[] =>
	detail.view.holds.map(hold => {
		const until = hold.until === null ? '' : ` until ${new Date(hold.until).toISOString().slice(11, 16)} UTC`;
		const why = hold.why === '' ? '' : ` (${hold.why})`;
		return isLive(hold, at)
			? `hold ${hold.holdId} of ${hold.owner}@${hold.host}${until}: suspended ${hold.processes.join(' ')}${why}`
			: `hold ${hold.holdId} is ${hold.phase}: ${hold.raw}`;
	});

/** The last own lines of every unit that failed. */
export const extracts = ({
	boot,
}: Report): readonly {readonly unit: Hostile; readonly lines: readonly Hostile[]}[] =>
	(boot?.boot?.units ?? [])
		.filter(({lastWords, state}) => lastWords.length > 0 && state === 'failed')
		.slice(0, 5)
		.map(({name, lastWords}) => ({unit: name, lines: lastWords}));

/** Patches for the image, each below the words that say where it was tried. */
export const editLines = ({edits}: Report): readonly (readonly [Hostile, readonly Hostile[]])[] =>
	edits.map(({at, instanceId, path, patch, hunksLeftOut}) => [
		`${path} on ${instanceId}, ${at.slice(0, 16).replace('T', ' ')} UTC${hunksLeftOut === 0 ? '' : `; ${hunksLeftOut} ${hunksLeftOut === 1 ? 'hunk is' : 'hunks are'} left out: they hold what looks like a secret`}`,
		patch.trimEnd().split('\n'),
	]);
