/** Parts of the hold preview: what stays off, which net, which marked boxes are healed. */
import {hostile, joinShown, ours, shown} from '../../base/terminal-text.ts';
import type {HoldPreview} from '../../hold/types.ts';
import type {HoldOverlay} from '../app-state.ts';
import {plural, shortId} from '../format.ts';
import type {Model} from '../model.ts';
import {selectedBox} from '../screens/group.ts';
import {type Row, row, span} from '../span.ts';
import {labelled} from './labelled.ts';

/** What was read for the preset in view; `one-patient` suspends nothing and is told from what `freeze` would stop. */
export const previewOf = ({preset, previews}: HoldOverlay): HoldPreview | null =>
	previews[preset === 'one-patient' ? 'freeze' : preset] ?? null;

/** What stays off, and strays that a typed yes made ours. */
export const offRows = ({adopt}: HoldOverlay, {baseline}: HoldPreview): readonly Row[] => {
	const left = baseline.filter(name => !adopt.some(process => process === name));
	const names = (list: readonly string[]) =>
		joinShown(
			list.map(name => shown(hostile(name))),
			ours`, `,
		);
	return [
		...(adopt.length === 0
			? []
			: labelled(ours`Adopts`, [ours`${names(adopt)}: release resumes it with the rest`])),
		...(left.length === 0 ? [] : labelled(ours`Leaves off`, [ours`${names(left)}, which was off before us`])),
	];
};

export const netRows = ({net, preset, busy}: HoldOverlay): readonly Row[] => {
	if (net === 'fuse')
		return labelled(ours`Net`, [
			busy
				? ours`arming its fuse`
				: ours`AWS resumes by itself, by a fuse${preset === 'quiet' ? ours`` : ours` (n: without one)`}`,
		]);
	return [
		row(
			span(ours`  Net             `, 'dim'),
			span(ours`NONE: if this machine dies, nothing resumes this group`, 'bad', true),
		),
		row(span(ours`                  15 minutes at most, no renewal`, 'warn')),
	];
};

/** Boxes whose mark is taken away once held: the one in focus and pinned ones; without a focus every marked one. */
export const boxesToHeal = (
	model: Pick<Model, 'detail' | 'pins' | 'place' | 'state'>,
	overlay: HoldOverlay,
): readonly string[] => {
	const {pins, place} = model;
	const marked = previewOf(overlay)?.marked ?? [];
	const pinned = pins.filter(({group}) => group === overlay.group).map(({instanceId}) => instanceId);
	const focus = place.screen === 'fleet' ? null : (place.box ?? selectedBox(model)?.instanceId ?? null);
	if (focus === null && pinned.length === 0) return marked;
	return marked.filter(id => id === focus || pinned.includes(id));
};

export const markedRows = (model: Model, overlay: HoldOverlay, {marked}: HoldPreview): readonly Row[] => {
	if (marked.length === 0) return [];
	const healed = boxesToHeal(model, overlay);
	const rest = marked.length - healed.length;
	const names = joinShown(
		healed.slice(0, 3).map(id => shortId(hostile(id))),
		ours` `,
	);
	const more = healed.length > 3 ? ours` and ${healed.length - 3} more` : ours``;
	return labelled(ours`Marked`, [
		...(healed.length === 0
			? []
			: [
					ours`Unhealthy: ${names}${more}`,
					overlay.setHealthy
						? ours`set Healthy once held; h does not`
						: ours`release would kill it; h sets it Healthy once held`,
				]),
		...(rest === 0
			? []
			: [
					ours`${plural(rest, 'box', 'boxes')}${healed.length === 0 ? ours`` : ours` more`} marked Unhealthy, not in focus: left so`,
				]),
	]);
};
