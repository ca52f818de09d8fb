/** The story that the tour tells: a group flaps, is held, the box is looked at, mended, and the group is given back. */
import {ours} from '../base/terminal-text.ts';
import {isOn, type Model} from './model.ts';
import {bootScreen} from './screens/boot.ts';
import {whyScreen} from './screens/why.ts';
import type {TourStep} from './tour.ts';

/** `group` flaps, and is the first of the list. */
export const tourSteps = (group: string): readonly TourStep[] => [
	{
		says: ours`a region that flaps, simulated: one group loses every box it launches`,
		keys: () => [],
		until: ({groups}) => groups?.some(({group: {name}}) => name === group) === true,
		seconds: 4,
	},
	{
		says: ours`enter: its boxes, the last deaths, what Auto Scaling did`,
		keys: () => ['enter'],
		until: ({detail}) => detail?.view.group.name === group && detail.boxes.length > 0,
		seconds: 3,
	},
	{
		says: ours`H: what a hold would suspend, what it costs, whom it cannot save`,
		keys: () => ['H'],
		until: ({state: {overlay}}) =>
			overlay?.kind === 'hold' &&
			overlay.previews[overlay.preset === 'one-patient' ? 'freeze' : overlay.preset] !== undefined,
		seconds: 4,
	},
	{
		says: ours`enter: held. First a fuse in AWS, then the suspension: if we die, AWS gives it back`,
		keys: ({state: {overlay}}) =>
			overlay?.kind === 'hold' && overlay.preset === 'one-patient' ? ['tab', 'enter'] : ['enter'],
		until: model => isHeld(model, group),
		seconds: 4,
	},
	{
		says: ours`3: the boot of a box that lives on. One unit failed, and took others along`,
		keys: model => [...toLivingBox(model), '3'],
		until: model => bootScreen(model)?.boot.firstFault != null,
		seconds: 5,
	},
	{
		says: ours`5: why, in one sentence, with its evidence and what to try`,
		keys: () => ['5'],
		until: model => whyScreen(model)?.verdict.kind === 'fault',
		seconds: 5,
	},
	{
		says: ours`4, then e: the journals of all boxes, merged; the next error`,
		keys: () => ['4', 'g', 'e'],
		until: ({store, place}) => place.screen === 'logs' && store !== null && store.end() > 0,
		seconds: 3,
	},
	{
		says: ours`5, o, tab: the file that the failed unit reads its bucket from, on the box`,
		keys: () => ['5', 'o', 'tab'],
		until: ({state: {overlay}}) => overlay?.kind === 'file' && overlay.at === 1 && overlay.read !== null,
		seconds: 3,
	},
	{
		says: ours`enter: your own editor has changed it; the difference is read before it is sent`,
		keys: () => ['enter'],
		until: ({state: {overlay}}) => overlay?.kind === 'file' && overlay.draft !== null,
		seconds: 3,
	},
	{
		says: ours`enter: back on the box, whole or not at all. It is kept as a patch for the image`,
		keys: () => ['enter'],
		until: ({state: {overlay}}) => overlay === null,
		seconds: 2,
	},
	{
		says: ours`x: the unit runs again, then what its failure had cancelled. No image, no new box`,
		keys: () => ['3', 'x'],
		until: ({state: {overlay}}) => overlay?.kind === 'retry' && overlay.radius !== null,
		seconds: 2,
	},
	{
		says: ours`enter: seconds instead of twenty minutes. The new run stands beside the old one`,
		keys: () => ['enter'],
		until: model => isUp(model),
		seconds: 4,
	},
	{
		says: ours`H: what a release gives back, who dies of it, who is launched`,
		keys: () => ['2', 'H'],
		until: ({state: {overlay}}) => overlay?.kind === 'release' && overlay.preview !== null,
		seconds: 4,
	},
	{
		says: ours`the number of boxes that die is typed, and the group is as it was before`,
		keys: ({state: {overlay}}) =>
			overlay?.kind === 'release' && overlay.preview !== null && overlay.preview.dies > 0
				? [...String(overlay.preview.dies), 'enter']
				: ['enter'],
		until: ({holds}) => holds.every(({outcome}) => outcome?.kind === 'released'),
		seconds: 4,
	},
	{
		says: ours`@: every call that changed something, and the AWS CLI line of each`,
		keys: () => ['esc', '@'],
		until: ({state: {overlay}}) => overlay?.kind === 'changes',
		seconds: 3,
	},
];

/** The boot on screen has no unit left that failed, or that was cancelled. */
const isUp = (model: Model): boolean => {
	const units = bootScreen(model)?.units ?? [];
	const isWell = units.every(({state}) => !['failed', 'cancelled', 'orphan'].includes(state));
	return units.length > 0 && isWell;
};

const isHeld = ({holds}: Model, group: string): boolean =>
	holds.some(hold => hold.group === group && isOn(hold) && hold.phase === 'held');

/** From the first box of the list to the first one in service. */
const toLivingBox = ({detail}: Model): readonly string[] => {
	const index = detail?.boxes.findIndex(({instance}) => instance.lifecycleState === 'InService') ?? -1;
	return Array.from({length: Math.max(0, index)}, () => 'j');
};
