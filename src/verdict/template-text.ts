/** What a launch template's version changed, as lines: for `show`, `why` and `report`. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {clockText, durationText} from '../base/time-text.ts';
import {secondsBeforeOnset, type TemplateChange} from '../groups/template-change.ts';
import type {GroupView} from '../groups/types.ts';

const mostDifferences = 20;
const mostLines = 6;

/** First who made it and when, then a line or more for each difference. */
export const templateLines = (change: TemplateChange, {flaps, state}: GroupView): readonly Shown[] => {
	const {template, version, before, createdAt, createdBy, differences} = change;
	const ahead = state === 'calm' ? null : secondsBeforeOnset(change, flaps.since);
	const when = createdAt === null ? ours`` : ours`, made ${dayText(createdAt)} ${clockText(createdAt)}`;
	const who = createdBy === null ? ours`` : ours` by ${shown(lastPart(createdBy))}`;
	const onset = ahead === null ? ours`` : ours`, ${durationText(ahead)} before the flapping seen began`;
	const more = differences.length - mostDifferences;
	return [
		ours`${shown(template)} v${version} against v${before}${when}${who}${onset}`,
		...(differences.length === 0 ? [ours`  no setting differs`] : []),
		...differences
			.slice(0, mostDifferences)
			.flatMap(({what, before: old, after}) =>
				isLong(old) || isLong(after)
					? [ours`  ${shown(what)}:`, ...textLines('-', old), ...textLines('+', after)]
					: [ours`  ${shown(what)}: ${valueText(old)} -> ${valueText(after)}`],
			),
		...(more > 0 ? [ours`  and ${more} more`] : []),
	];
};

const isLong = (text: Hostile | null) => text !== null && (text.includes('\n') || text.length > 60);

const valueText = (text: Hostile | null): Shown => (text === null ? ours`not set` : shown(text));

const textLines = (sign: string, text: Hostile | null): readonly Shown[] => {
	if (text === null) return [];
	const lines = text.split('\n');
	const more = lines.length - mostLines;
	return [
		...lines.slice(0, mostLines).map(line => ours`    ${shown(hostile(sign))} ${shown(hostile(line))}`),
		...(more > 0 ? [ours`    ${shown(hostile(sign))} and ${more} lines more`] : []),
	];
};

const dayText = (at: number): Shown => shown(hostile(new Date(at).toISOString().slice(0, 10)));

/** Of an ARN, the name at its end. */
const lastPart = (arn: Hostile): Hostile => hostile(arn.split('/').at(-1) ?? arn);
