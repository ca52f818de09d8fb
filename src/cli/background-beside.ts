/** What stands behind a group, beside its detail; who may not read a part of it is told, and sees the rest. */
import type {Aws} from '../aws/types.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {clockText, durationText, isoTime} from '../base/time-text.ts';
import {type Background, type BoxAskedAbout, readBackground} from '../groups/background.ts';
import type {GroupDetail} from '../groups/types.ts';
import {whoOf} from '../verdict/change-evidence.ts';
import {unreadOf} from '../verdict/deployment-facts.ts';

export type WithBackground = {readonly detail: GroupDetail; readonly background: Background};

export const withBackground = async (
	aws: Pick<Aws, 'polling' | 'clock'>,
	detail: GroupDetail,
	box: BoxAskedAbout | null,
	signal: AbortSignal,
): Promise<WithBackground> => ({detail, background: await readBackground(aws, detail, box, {signal})});

/** A line for each change, oldest first, and one for each part that could not be read. */
export const changeLines = (background: Background): readonly Shown[] => [
	...background.changes.map(
		({at, what, ...change}) =>
			ours`${clockText(at)}  ${shown(whoOf(change))}: ${shown(what)}${aheadText(at, background)}`,
	),
	...unreadOf(background).map(text => ours`? ${shown(text)}`),
];

const aheadText = (at: number, {onsetAt}: Background): Shown =>
	onsetAt === null || at > onsetAt ? ours`` : ours`, ${durationText((onsetAt - at) / 1000)} before`;

/** Masked like on a screen. */
export const changesDocument = (background: Background | null) => ({
	onsetAt: isoTime(background?.onsetAt ?? null),
	changes: (background?.changes ?? []).map(({kind, at, who, what}) => ({
		kind,
		at: isoTime(at),
		who: who === null ? null : shown(who),
		what: shown(what),
	})),
	notRead: unreadOf(background).map(text => shown(hostile(text))),
});
