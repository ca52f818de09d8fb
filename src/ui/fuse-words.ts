/** What became of a fuse, for the line that tells of a release. */
import {ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HoldOutcome, HoldView} from '../hold/types.ts';
import {formatTime} from './format.ts';

/** Ends in a separator; empty where there was no fuse. */
export const fuseWord = ({net}: Pick<HoldView, 'net'>, left: boolean, separator = ours`, `): Shown => {
	if (net.kind === 'none') return ours``;
	if (!left) return ours`fuse stopped${separator}`;
	return net.kind === 'fuse'
		? ours`fuse left: it runs out at ${formatTime(net.deadline)}${separator}`
		: ours`fuse left: it runs out by itself${separator}`;
};

export const fuseIsLeft = (outcome: HoldOutcome): boolean =>
	'fuseLeft' in outcome && outcome.fuseLeft === true;
