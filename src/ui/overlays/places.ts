/** The overlay of `P` and `R`: what there is, what is here, and what went wrong. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {PlaceChoice, PlacesOverlay} from '../app-state.ts';
import {cutName} from '../format.ts';
import {blank, type Row, row, span} from '../span.ts';
import {alignCell} from '../table.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

const nameCells = 34;
const rowsAbove = 6;

export const placesView = (overlay: PlacesOverlay): OverlayView => {
	const {what, query, choices, selected} = overlay;
	return {
		title: [
			span(what === 'profile' ? ours`Profile` : ours`Region`, 'text', true),
			span(query === '' ? ours` · type to search` : ours` · /${shown(hostile(query))}`, 'dim'),
		],
		look: 'light',
		rows: choices === null ? [blank, row(span(ours`  reading the AWS config`, 'dim'))] : listRows(overlay),
		asks: [...problemRows(overlay), askRow(overlay)],
		scroll: Math.max(0, selected - rowsAbove),
	};
};

/** What the query leaves; a region that is not in the list can be typed whole. */
export const matchingChoices = ({choices, query, what, here}: PlacesOverlay): readonly PlaceChoice[] => {
	const part = query.toLowerCase();
	const found = (choices ?? []).filter(({name}) => name.toLowerCase().includes(part));
	const isTyped = what === 'region' && /^[a-z]{2,}(?:-[a-z0-9]+)+-\d+$/.test(query);
	return found.length > 0 || !isTyped
		? found
		: [{name: query, note: 'as typed', wanted: {profile: here.profile, region: query}, isHere: false}];
};

const listRows = (overlay: PlacesOverlay): readonly Row[] => {
	const found = matchingChoices(overlay);
	if (found.length === 0) return [blank, row(span(nothingWords(overlay), 'dim'))];
	return found.map(({name, note, isHere}, index) => {
		const selected = index === overlay.selected;
		return {
			...row(
				span(selected ? ours` ▸ ` : ours`   `, 'accent'),
				span(isHere ? ours`● ` : ours`  `, 'good'),
				...alignCell([span(cutName(shown(hostile(name)), nameCells))], nameCells, 'left'),
				span(ours` ${shown(hostile(note))}`, 'dim'),
			),
			...(selected ? {selected: true} : {}),
		};
	});
};

const nothingWords = ({query, what}: PlacesOverlay) =>
	query !== ''
		? ours`  nothing matches ${shown(hostile(query))}`
		: what === 'profile'
			? ours`  no profile in ~/.aws/config or ~/.aws/credentials: the environment's credentials are used`
			: ours`  no region is known`;

const problemRows = ({problem}: PlacesOverlay): readonly Row[] =>
	problem === null
		? []
		: [
				...wrapWords(problem.message, 70).map(line => row(span(ours`  ✖ ${line}`, 'bad'))),
				...problem.next.flatMap(text =>
					wrapWords(text, 68).map(line => row(span(ours`    ▸ `, 'accent'), span(line))),
				),
				row(span(ours`    still on the place of before`, 'dim')),
			];

const askRow = ({busy, what}: PlacesOverlay): Row =>
	busy
		? row(span(ours`  asking AWS who we are there …`, 'busy'))
		: row(
				span(ours`  enter`, 'accent'),
				span(what === 'profile' ? ours` takes the profile   ` : ours` goes to the region   `),
				span(ours`esc`, 'accent'),
				span(ours` stays here`),
			);
