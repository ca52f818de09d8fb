/** Durations and moments as lines of text have them: short, and the same width where it helps. */
import {ours, shown} from './terminal-text.ts';
import type {Shown} from './text.ts';

/** `52s`, `6m41s`, `1h41m`, `9d`: two units at most. */
export const durationText = (seconds: number): Shown => {
	const whole = Math.max(0, Math.round(seconds));
	const [days, hours, minutes] = [
		Math.floor(whole / 86_400),
		Math.floor(whole / 3600),
		Math.floor(whole / 60),
	];
	if (days >= 2) return ours`${days}d`;
	if (hours >= 1) return ours`${hours}h${two(minutes % 60)}m`;
	return minutes >= 1 ? ours`${minutes}m${two(whole % 60)}s` : ours`${whole}s`;
};

const two = (value: number) => shown(String(value).padStart(2, '0'));

/** `2026-11-22T13:47:09.000Z`, as in all our JSON; null stays null. */
export const isoTime = (at: number | null): string | null =>
	at === null ? null : new Date(at).toISOString();

/** `13:47:09`, UTC. */
export const clockText = (at: number): Shown => shown(new Date(at).toISOString().slice(11, 19));
