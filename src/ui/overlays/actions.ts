/** What can be done about a stray or a box: each says what it does; nothing is chosen, and what writes asks once more. */
import type {ScalingProcess} from '../../aws/types.ts';
import {pasteableLine} from '../../base/quote.ts';
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Box, GroupView} from '../../groups/types.ts';
import type {Deed, PatientView} from '../../hold/care-types.ts';
import {consequenceOf, returnConsequence} from '../../hold/consequence.ts';
import {refusalOf} from '../../hold/heal.ts';
import {isScalingProcess} from '../../hold/processes.ts';
import type {ActionsOverlay} from '../app-state.ts';
import {shortId} from '../format.ts';
import {type Model, viewOf} from '../model.ts';
import {selectedGroup, strayGroup} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import {blank, row, span} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

/** What enter does, after it asked. */
export type MenuDeed =
	| {readonly kind: 'box'; readonly deed: Deed; readonly group: string; readonly instanceId: string}
	| {readonly kind: 'bring-back'; readonly patient: PatientView}
	| {readonly kind: 'adopt'; readonly group: string; readonly processes: readonly ScalingProcess[]}
	| {readonly kind: 'resume'; readonly group: string; readonly strays: GroupView['strays']}
	| {readonly kind: 'intend'; readonly arn: string; readonly strays: GroupView['strays']};

export type MenuAction = {
	readonly label: Shown;
	readonly says: Shown;
	/** The AWS CLI line that does it by hand, or null. */
	readonly command: string | null;
	/** What must be typed before enter does it; null: enter twice. */
	readonly word: string | null;
	readonly does: MenuDeed;
};

export const actionsOf = (model: Model): readonly MenuAction[] => {
	const onFleet = model.place.screen === 'fleet';
	const view = onFleet ? (selectedGroup(model) ?? null) : viewOf(model);
	const stray = view !== null && view.strays.length > 0 ? view : onFleet ? strayGroup(model) : undefined;
	const box = onFleet ? undefined : selectedBox(model);
	return [
		...(box === undefined || view === null ? [] : boxActions(model, view, box)),
		...(stray === undefined ? [] : strayActions(model, stray)),
	];
};

const boxActions = (model: Model, {group}: GroupView, box: Box): readonly MenuAction[] => {
	const {instanceId, instance} = box;
	const id = shortId(hostile(instanceId));
	const labels: Readonly<Record<Deed, Shown>> = {
		healthy: ours`set ${id} Healthy`,
		standby: ours`Standby for ${id}`,
		detach: ours`detach ${id}`,
		abandon: ours`abandon the launch hook of ${id}`,
	};
	const deeds: readonly Deed[] = ['healthy', 'standby', 'detach', 'abandon'];
	const patient = model.patients.find(one => one.instanceId === instanceId && one.way === 'standby');
	return [
		...(patient === undefined
			? []
			: [
					{
						label: ours`bring ${id} back from Standby`,
						says: shown(hostile(returnConsequence(group))),
						command: patient.undo,
						word: null,
						does: {kind: 'bring-back', patient} as const,
					},
				]),
		...deeds
			.filter(deed => refusalOf(deed, instance) === null && !(deed === 'standby' && patient !== undefined))
			.map(deed => ({
				label: labels[deed],
				says: shown(hostile(consequenceOf(deed, group))),
				command: line(model, wordsOf(model, deed, {group: group.name, instanceId})),
				word: null,
				does: {kind: 'box', deed, group: group.name, instanceId} as const,
			})),
	];
};

const wordsOf = (
	model: Model,
	deed: Deed,
	{group, instanceId}: {readonly group: string; readonly instanceId: string},
): readonly string[] | null => {
	const named = group.startsWith('-')
		? [`--auto-scaling-group-name=${group}`]
		: ['--auto-scaling-group-name', group];
	switch (deed) {
		case 'healthy':
			return ['set-instance-health', '--instance-id', instanceId, '--health-status', 'Healthy'];
		case 'standby':
			return [
				'enter-standby',
				'--instance-ids',
				instanceId,
				...named,
				'--no-should-decrement-desired-capacity',
			];
		case 'detach':
			return [
				'detach-instances',
				'--instance-ids',
				instanceId,
				...named,
				'--no-should-decrement-desired-capacity',
			];
		case 'abandon': {
			const hook = model.detail?.hooks.find(({transition}) => transition.endsWith('LAUNCHING'));
			if (hook === undefined) return null;
			const names = ['--lifecycle-hook-name', hook.name, ...named, '--instance-id', instanceId];
			return ['complete-lifecycle-action', '--lifecycle-action-result', 'ABANDON', ...names];
		}
	}
};

const strayActions = (model: Model, {group, strays}: GroupView): readonly MenuAction[] => {
	const processes = strays.map(({process}) => process).filter(isScalingProcess);
	const names = shown(hostile(processes.join(' ')));
	const resume = [
		'resume-processes',
		'--auto-scaling-group-name',
		group.name,
		'--scaling-processes',
		...processes,
	];
	return [
		{
			label: ours`adopt`,
			says: ours`Takes ${names} over into a hold of ours, so that its release resumes it. Whoever suspended it may have had a reason.`,
			command: null,
			word: 'yes',
			does: {kind: 'adopt', group: group.name, processes},
		},
		{
			label: ours`resume`,
			says: ours`Gives ${names} back to ${shown(group.name)} now. Whoever suspended it may have had a reason.`,
			command: processes.length === 0 ? null : line(model, resume),
			word: 'yes',
			does: {kind: 'resume', group: group.name, strays},
		},
		{
			label: ours`mark as intended`,
			says: ours`Keeps ${names} suspended, and out of the strays of this user here; AWS is not changed.`,
			command: null,
			word: null,
			does: {kind: 'intend', arn: group.arn, strays},
		},
	];
};

/** A word that cannot be quoted safely gives no line at all. */
const line = ({facts}: Model, words: readonly string[] | null): string | null => {
	if (words === null) return null;
	const where = [
		'--region',
		facts.region,
		...(facts.endpoint === null ? [] : ['--endpoint-url', facts.endpoint]),
	];
	const profile = facts.profile === null ? [] : ['--profile', facts.profile];
	return pasteableLine(['aws', 'autoscaling', ...words, ...where, ...profile]);
};

export const actionsView = (model: Model, overlay: ActionsOverlay): OverlayView => {
	const actions = actionsOf(model);
	const chosen = overlay.selected === null ? undefined : actions[overlay.selected];
	return {
		title: [span(ours`Actions`, 'text', true)],
		look: 'light',
		rows: [
			blank,
			...actions.flatMap(({label, says}, index) => [
				{
					...row(
						span(index === overlay.selected ? ours` ▸ ` : ours`   `, 'accent', true),
						span(label, 'text', true),
					),
					selected: index === overlay.selected,
				},
				...wrapWords(says, 70).map(text => row(span(ours`      ${text}`, 'dim'))),
			]),
			...(actions.length === 0 ? [row(span(ours`  Nothing to do here.`, 'dim'))] : []),
		],
		asks: [
			...commandRows(chosen),
			blank,
			...(overlay.said === null
				? []
				: wrapWords(overlay.said, 74).map(text => row(span(ours`  ${text}`, 'warn')))),
			...(overlay.said !== null && !overlay.asked ? [] : [askRow(overlay, chosen)]),
		],
		scroll: 0,
	};
};

const commandRows = (chosen: MenuAction | undefined) =>
	chosen?.command == null
		? []
		: [blank, ...wrapWords(shown(hostile(chosen.command)), 72).map(text => row(span(ours`  ${text}`)))];

const askRow = ({asked, typed}: ActionsOverlay, chosen: MenuAction | undefined) => {
	const key = (text: Shown) => span(text, 'accent');
	if (chosen === undefined)
		return row(key(ours`  j k`), span(ours` choose   `), key(ours`esc`), span(ours` closes`));
	if (asked && chosen.word !== null)
		return row(
			span(
				ours`  This changes what somebody else did. Type ${shown(hostile(chosen.word))}, or esc   `,
				'warn',
			),
			span(ours`▏${shown(hostile(typed))}▕`, 'accent', true),
		);
	if (asked)
		return row(
			span(chosen.does.kind === 'intend' ? ours`  ` : ours`  This changes AWS. `, 'warn'),
			key(ours`enter`),
			span(ours` again does it   `),
			key(ours`esc`),
			span(ours` does not`),
		);
	return row(
		key(ours`  enter`),
		span(ours` does it (asks)`),
		...(chosen.command === null ? [] : [key(ours`  c`), span(ours` copies the line`)]),
		key(ours`  esc`),
		span(ours` closes`),
	);
};
