/** Keys of the list of profiles or regions: letters search, arrows choose, enter goes there. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {PlacesOverlay} from '../app-state.ts';
import {matchingChoices} from '../overlays/places.ts';
import {problemOf} from '../problem.ts';
import {profileChoices, regionChoices, whyNotSwitch} from '../switch-place.ts';
import type {Ui} from '../ui.ts';
import {typedBy} from './key-name.ts';
import {moved, moveOf} from './moves.ts';

const page = 10;
/** Letters are text here. */
const arrows: readonly string[] = ['up', 'down', 'home', 'end', 'pageup', 'pagedown'];

/** `P` or `R`. Refused while something here belongs to this place (screens.md). */
export const openPlaces = (ui: Ui, what: PlacesOverlay['what']) => {
	const reason = whyNotSwitch(ui);
	if (reason !== null) return ui.toast(ours`no other ${shown(hostile(what))}: ${reason}`);
	const {profile, region} = ui.model().facts;
	const overlay: PlacesOverlay = {
		kind: 'places',
		what,
		choices: null,
		here: {profile, region},
		query: '',
		selected: 0,
		problem: null,
		busy: false,
	};
	ui.set({overlay});
	void fill(ui, what);
};

const fill = async (ui: Ui, what: PlacesOverlay['what']) => {
	const [read] = await Promise.allSettled([what === 'profile' ? profileChoices(ui) : regionChoices(ui)]);
	const {overlay} = ui.state();
	if (overlay?.kind !== 'places' || overlay.what !== what) return;
	const choices = read.status === 'fulfilled' ? read.value : [];
	ui.set({
		overlay: {
			...overlay,
			choices,
			selected: Math.max(
				0,
				choices.findIndex(({isHere}) => isHere),
			),
			problem: read.status === 'fulfilled' ? null : problemOf(read.reason),
		},
	});
};

export const pressInPlaces = (ui: Ui, overlay: PlacesOverlay, key: string) => {
	if (overlay.busy) return;
	const found = matchingChoices(overlay);
	if (key === 'esc') return ui.set({overlay: overlay.query === '' ? null : searching(overlay, '')});
	if (key === 'backspace') return ui.set({overlay: searching(overlay, overlay.query.slice(0, -1))});
	if (key === 'enter') return void goThere(ui, overlay);
	if (arrows.includes(key)) {
		const selected = moved(overlay.selected, found.length, {direction: moveOf(key), page});
		return ui.set({overlay: {...overlay, selected: Math.max(0, selected), problem: null}});
	}
	const text = typedBy(key);
	if (text !== null) ui.set({overlay: searching(overlay, overlay.query + text)});
};

const searching = (overlay: PlacesOverlay, query: string): PlacesOverlay => ({
	...overlay,
	query,
	selected: 0,
	problem: null,
});

const goThere = async (ui: Ui, overlay: PlacesOverlay): Promise<void> => {
	const choice = matchingChoices(overlay)[overlay.selected];
	if (choice === undefined) return;
	if (choice.isHere) return ui.set({overlay: null});
	ui.set({overlay: {...overlay, busy: true, problem: null}});
	const [settled] = await Promise.allSettled([ui.goToPlace(choice.wanted)]);
	if (settled.status === 'fulfilled') {
		const {region, profile} = ui.model().facts;
		return ui.toast(
			profile === null
				? ours`now in ${shown(hostile(region))}`
				: ours`now ${shown(hostile(profile))} in ${shown(hostile(region))}`,
		);
	}
	const {overlay: now} = ui.state();
	const problem = problemOf(settled.reason);
	if (now?.kind === 'places') ui.set({overlay: {...now, busy: false, problem}});
	else ui.toast(problem.message);
};
