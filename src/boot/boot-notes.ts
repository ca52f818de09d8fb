/** What is worth a line beside the units: lost lines, clock steps, reached targets, and the trap of Requires=. */
import type {BootRecord} from './boot-record.ts';
import type {BootNote, BootUnit} from './types.ts';
import {rootOf} from './unit-view.ts';

const maxSuppressedNotes = 20;

/** The most telling first. */
export const notesOf = (boot: BootRecord, views: readonly BootUnit[]): readonly BootNote[] => [
	...cancelNotes(boot, views),
	...suppressedNotes(boot),
	...boot.notes.filter(note => note.kind !== 'target'),
	...otherUnits(boot),
	...boot.notes.filter(note => note.kind === 'target'),
];

const suppressedNotes = (boot: BootRecord): readonly BootNote[] =>
	[...boot.suppressedBy].slice(0, maxSuppressedNotes).map(([unit, lines]) => ({
		kind: 'suppressed',
		text: `journald dropped ${lines} lines of ${unit} (rate limit)`,
		atSeconds: null,
	}));

const cancelNotes = (boot: BootRecord, views: readonly BootUnit[]): readonly BootNote[] =>
	views.flatMap(view => {
		const cause = view.cancelledBy === null ? undefined : rootOf(boot, view.cancelledBy);
		if (cause === undefined) {
			return [];
		}

		const atSeconds = boot.units.get(view.name)?.cancelled?.seconds ?? null;
		if (view.state === 'orphan') {
			return [
				{
					kind: 'orphan',
					text: `${cause.name} recovered, ${view.name} never came back: its start was cancelled for good`,
					atSeconds,
				},
			];
		}

		return view.state === 'cancelled'
			? [
					{
						kind: 'cancelled',
						text: `Requires= cancels ${view.name} on the first failure of ${cause.name}, and a retry that works does not bring it back.`,
						atSeconds,
					},
				]
			: [];
	});

const otherUnits = (boot: BootRecord): readonly BootNote[] =>
	boot.otherUnitMessages === 0
		? []
		: [
				{
					kind: 'other-units',
					text: `${boot.otherUnitMessages} messages about further units are not drawn: more than ${boot.units.size} units`,
					atSeconds: null,
				},
			];
