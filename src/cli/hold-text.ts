/** The lines of `unflap hold`, `holds` and `release` as text. */
import {hostile, joinShown, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldEvent, HoldPreview} from '../hold/types.ts';

const text = (value: string): Shown => shown(hostile(value));
const list = (names: readonly string[]): Shown =>
	names.length === 0 ? ours`nothing` : text(names.join(' '));
const clock = (iso: string): Shown => text(iso.slice(11, 19));

/** Said beside the preview and again when it is held: nothing in AWS ends such a hold. */
export const noNet = ours`No fuse: if this laptop and its guardian die, nothing resumes the group.`;

export const previewLines = (preview: HoldPreview): readonly Shown[] => [
	ours`Hold ${text(preview.group)}`,
	ours`  Whom         ${text(preview.touches)}`,
	ours`  Suspends     ${list(preview.wanted)}`,
	...(preview.baseline.length === 0
		? []
		: [ours`  Leaves off   ${list(preview.baseline)}, which was off before us`]),
	ours`  Covered      ${preview.covered.length} · not covered ${preview.notCovered.length}`,
	...preview.notCovered.map(({instanceId, why}) => ours`               ${text(instanceId)} is ${text(why)}`),
	...preview.costs.map(
		(cost, index) => ours`  ${index === 0 ? ours`Costs       ` : ours`            `} ${text(cost)}`,
	),
	...(preview.joins.length === 0
		? []
		: [
				ours`  Joins        the hold of ${joinShown(
					preview.joins.map(({owner}) => text(owner)),
					ours`, `,
				)}`,
			]),
	ours`  Until        ${clock(new Date(preview.until).toISOString())} UTC`,
];

/** A tag without a live fuse behind it is a claim, no proof: our own fuse stays armed. */
const claimed = (owners: readonly string[]): Shown =>
	owners.length === 0 ? ours`` : ours` (claimed by ${list(owners)} without a live fuse)`;

export const eventLine = (event: HoldEvent): Shown => {
	switch (event.event) {
		case 'preview':
			return ours`Hold ${text(event.group)}: ${list(event.wanted)}`;
		case 'fuse-armed':
			return ours`If this laptop dies, AWS resumes your group by itself at ${clock(event.deadline)} UTC (fuse ${text(event.executionId)}).`;
		case 'fuse-fired':
			return ours`the fuse ran: AWS resumes the group by itself (${text(event.executionId)})`;
		case 'adopted':
			return ours`adopted: ${text(event.message)}`;
		case 'held':
			return ours`■ HELD ${text(event.group)} until ${clock(event.until)} UTC (hold ${text(event.holdId)}): ${list(event.suspended)}`;
		case 'renewed':
			return ours`lease renewed until ${clock(event.until)} UTC`;
		case 'repaired':
			return ours`repaired: ${text(event.message)}`;
		case 'warning':
			return ours`warning: ${text(event.message)}`;
		case 'refused':
			return ours`refused: ${text(event.message)}; nothing of ours is suspended`;
		case 'released':
			return ours`✔ released: resumed ${list(event.resumed)}${event.left.length === 0 ? ours`` : ours`, left off ${list(event.left)}`}; verified, held ${event.seconds} s`;
		case 'release-incomplete':
			return ours`✖ release incomplete: ${list(event.still)} may still be suspended${claimed(event.claimants ?? [])}. The guardian goes on trying; by hand:`;
	}
};
