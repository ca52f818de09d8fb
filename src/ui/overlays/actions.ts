/** What can be done about a stray or a box: each says what it does; nothing is chosen, and what writes asks once more. */
import {pasteableLine} from '../../base/quote.ts';
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {Box, GroupView} from '../../groups/types.ts';
import type {ActionsOverlay} from '../app-state.ts';
import {shortId} from '../format.ts';
import {type Model, viewOf} from '../model.ts';
import {selectedGroup, strayGroup} from '../screens/fleet.ts';
import {selectedBox} from '../screens/group.ts';
import {blank, row, span} from '../span.ts';
import {wrapWords} from './hold-preview.ts';
import type {OverlayView} from './overlay-view.ts';

export type MenuAction = {
	readonly label: Shown;
	readonly says: Shown;
	/** The AWS CLI line that does it by hand, or null. */
	readonly command: string | null;
	/** The box that is set Healthy: the one action of this menu that this version does itself. */
	readonly setHealthy: string | null;
};

export const actionsOf = (model: Model): readonly MenuAction[] => {
	const onFleet = model.place.screen === 'fleet';
	const view = onFleet ? (selectedGroup(model) ?? null) : viewOf(model);
	const stray = view !== null && view.strays.length > 0 ? view : onFleet ? strayGroup(model) : undefined;
	const box = onFleet ? undefined : selectedBox(model);
	return [
		...(box === undefined ? [] : boxActions(model, box)),
		...(stray === undefined ? [] : strayActions(model, stray)),
	];
};

const boxActions = (model: Model, {instanceId, instance}: Box): readonly MenuAction[] => [
	{
		label: ours`set ${shortId(hostile(instanceId))} Healthy`,
		says: ours`Marks the box Healthy again, so that a release does not replace it. Its health checks go on and may mark it once more.`,
		command: line(model, ['set-instance-health', '--instance-id', instanceId, '--health-status', 'Healthy']),
		setHealthy: instanceId,
	},
	{
		label: ours`Standby for ${shortId(hostile(instanceId))}`,
		says: ours`Takes the box out of service and keeps it. By hand in this version.`,
		command: line(model, [
			'enter-standby',
			'--instance-ids',
			instanceId,
			'--auto-scaling-group-name',
			model.place.group ?? '',
			'--no-should-decrement-desired-capacity',
		]),
		setHealthy: null,
	},
	...(instance.lifecycleState === 'Pending:Wait'
		? [
				{
					label: ours`abandon its launch hook`,
					says: ours`Ends the box at once, and the group launches another. By hand in this version.`,
					command: hookLine(model, instanceId),
					setHealthy: null,
				},
			]
		: []),
];

const hookLine = (model: Model, instanceId: string) => {
	const hook = model.detail?.hooks.find(({transition}) => transition.endsWith('LAUNCHING'));
	if (hook === undefined) return null;
	const group = model.place.group ?? '';
	const names = [
		'--lifecycle-hook-name',
		hook.name,
		'--auto-scaling-group-name',
		group,
		'--instance-id',
		instanceId,
	];
	return line(model, ['complete-lifecycle-action', '--lifecycle-action-result', 'ABANDON', ...names]);
};

const strayActions = (model: Model, {group, strays}: GroupView): readonly MenuAction[] => {
	const processes = strays.map(({process}) => process);
	const names = shown(hostile(processes.join(' ')));
	return [
		{
			label: ours`adopt`,
			says: ours`Takes ${names} over into a hold of ours, so that its release resumes it. Not in this version: H leaves it as it is.`,
			command: null,
			setHealthy: null,
		},
		{
			label: ours`resume`,
			says: ours`Gives ${names} back to ${shown(group.name)}. Whoever suspended it may have had a reason. By hand in this version.`,
			command: line(model, [
				'resume-processes',
				'--auto-scaling-group-name',
				group.name,
				'--scaling-processes',
				...processes,
			]),
			setHealthy: null,
		},
		{
			label: ours`mark as intended`,
			says: ours`Keeps ${names} suspended and out of this list. Not in this version.`,
			command: null,
			setHealthy: null,
		},
	];
};

/** A word that cannot be quoted safely gives no line at all. */
const line = ({facts}: Model, words: readonly string[]): string | null => {
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
			overlay.said === null ? askRow(overlay, chosen) : row(span(ours`  ${overlay.said}`, 'warn')),
		],
		scroll: 0,
	};
};

const commandRows = (chosen: MenuAction | undefined) =>
	chosen?.command == null
		? []
		: [blank, ...wrapWords(shown(hostile(chosen.command)), 72).map(text => row(span(ours`  ${text}`)))];

const askRow = ({asked}: ActionsOverlay, chosen: MenuAction | undefined) => {
	const key = (text: Shown) => span(text, 'accent');
	if (chosen === undefined)
		return row(key(ours`  j k`), span(ours` choose   `), key(ours`esc`), span(ours` closes`));
	if (asked)
		return row(
			span(ours`  This changes AWS. `, 'warn'),
			key(ours`enter`),
			span(ours` again does it   `),
			key(ours`esc`),
			span(ours` does not`),
		);
	return row(
		...(chosen.setHealthy === null ? [] : [key(ours`  enter`), span(ours` does it (asks)`)]),
		...(chosen.command === null ? [] : [key(ours`  c`), span(ours` copies the line`)]),
		key(ours`  esc`),
		span(ours` closes`),
	);
};
