/** Screen 1: the groups, worst first; below, why the selected one flaps and whose suspensions are on it. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {GroupView} from '../../groups/types.ts';
import {plural} from '../format.ts';
import {emptyNote, type Pane} from '../frame.ts';
import {type Model} from '../model.ts';
import {blank, type Row, row, type Span, span} from '../span.ts';
import {headingRow, tableRow, windowStart} from '../table.ts';
import {columnsFor} from './fleet-columns.ts';
import {strayPanes, whyPane} from './fleet-why.ts';

/** Groups that the filter leaves, in the order of the list. */
export const visibleGroups = (model: Model): readonly GroupView[] =>
	(model.groups ?? []).filter(view => matches(view, model.state.filter));

const matches = ({group}: GroupView, filter: string) =>
	filter
		.toLowerCase()
		.split(/\s+/)
		.every(part => group.name.toLowerCase().includes(part));

export const selectedGroup = (model: Model): GroupView | undefined => {
	const visible = visibleGroups(model);
	return visible.find(({group}) => group.name === model.state.selected.group) ?? visible[0];
};

export const fleetPanes = (model: Model): readonly Pane[] => {
	const view = selectedGroup(model);
	return [
		listPane(model),
		...(view === undefined ? [] : [whyPane(model, view), ...strayPanes(model, strayGroup(model))]),
	];
};

export const fleetStatus = ({groups}: Model): readonly Span[] => {
	if (groups === null) return [];
	const count = (state: GroupView['state']) => groups.filter(view => view.state === state).length;
	const strays = groups.filter(view => view.strays.length > 0).length;
	return [
		span(ours`${count('flapping')} flapping`, count('flapping') > 0 ? 'bad' : 'dim'),
		...(count('held') > 0 ? [span(ours` · ${count('held')} held`, 'held')] : []),
		span(ours` · ${plural(strays, 'stray hold')} · ${count('calm')} calm`, 'dim'),
	];
};

const listPane = (model: Model): Pane => {
	const {groups, state} = model;
	const filter =
		state.filter === '' && state.field?.kind !== 'filter'
			? []
			: [span(ours` · /${shown(hostile(state.filter))}`, 'accent')];
	return {
		id: 'groups',
		title: [
			span(ours`Auto Scaling Groups ${groups === null ? ours`…` : ours`${groups.length}`}`, 'text', true),
		],
		note: [span(ours`worst first`, 'dim'), ...filter],
		ideal: Math.max(6, (groups?.length ?? 6) + 1),
		rows: height => listRows(model, height),
	};
};

const listRows = (model: Model, height: number): readonly Row[] => {
	const {state} = model;
	const layout = columnsFor(model);
	const headings = headingRow(layout, state.size.columns - 2);
	if (model.groups === null) return [headings, ...skeleton(model, height - 1)];
	const visible = visibleGroups(model);
	if (visible.length === 0) return [headings, blank, emptyNote(emptyText(model))];
	const selected = visible.findIndex(({group}) => group.name === selectedGroup(model)?.group.name);
	const from = windowStart(selected, visible.length, height - 1);
	return [
		headings,
		...visible.slice(from, from + height - 1).map((view, index) =>
			tableRow(layout, view, {
				selected: from + index === selected,
				marked: state.marked.has(view.group.name),
			}),
		),
	];
};

const emptyText = ({state, facts, poll}: Model): Shown => {
	if (poll.problem !== null) return poll.problem.message;
	if (state.filter !== '')
		return ours`nothing matches /${shown(hostile(state.filter))}   esc clears the filter`;
	return ours`No Auto Scaling groups in ${shown(hostile(facts.region))}. R changes the region, P the profile.`;
};

const skeleton = ({poll}: Model, height: number): readonly Row[] =>
	poll.problem === null
		? Array.from({length: Math.min(6, height)}, () => row(span(ours`   ░░░░░░░░░░░░`, 'dim')))
		: [
				blank,
				row(span(ours`   ${poll.problem.message}`, 'bad')),
				...poll.problem.next.map(text => row(span(ours`   ▸ ${text}`))),
			];

/** The group whose stray the lower pane tells of: the selected one's, else the first there is. */
export const strayGroup = (model: Model): GroupView | undefined => {
	const selected = selectedGroup(model);
	return selected !== undefined && selected.strays.length > 0
		? selected
		: visibleGroups(model).find(({strays}) => strays.length > 0);
};
