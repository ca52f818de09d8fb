/** Numbers as people read them. Seconds are AWS seconds; times are UTC. */
import {graphemesOf} from '../base/graphemes.ts';
import {cut, hostile, shown, width} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';

const own = (text: string) => text as Shown;
const two = (value: number) => String(Math.floor(value)).padStart(2, '0');

/** '9.3s', '6m41s', '3h05m', '9d'. */
export const formatDuration = (seconds: number): Shown => {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return own(`${whole}s`);
	if (whole < 3600) return own(`${Math.floor(whole / 60)}m${two(whole % 60)}s`);
	if (whole < 48 * 3600) return own(`${Math.floor(whole / 3600)}h${two((whole % 3600) / 60)}m`);
	return own(`${Math.floor(whole / 86_400)}d`);
};

/** '0m52s', '10m35s', '3h05m', '12d': always with minutes, as ages in tables. */
export const formatAge = (seconds: number): Shown => {
	const whole = Math.max(0, Math.round(seconds));
	return whole < 60 ? own(`0m${two(whole)}s`) : formatDuration(whole);
};

/** '26:14', '75:00': minutes and seconds of a countdown. */
export const formatCountdown = (seconds: number): Shown => {
	const whole = Math.max(0, Math.ceil(seconds));
	return own(`${Math.floor(whole / 60)}:${two(whole % 60)}`);
};

/** '13:47:09' UTC. */
export const formatTime = (ms: number): Shown => own(new Date(ms).toISOString().slice(11, 19));
export const formatMinute = (ms: number): Shown => own(new Date(ms).toISOString().slice(11, 16));

const bars = '▁▂▃▄▅▆▇█';

/** One cell a bin; the highest bin of all, at least 2, is a full block. */
export const sparkline = (bins: readonly number[], highest = Math.max(2, ...bins)): Shown =>
	own(bins.map(bin => bars[Math.min(7, Math.ceil((bin / highest) * 7))]).join(''));

/** Pairs added up: 24 bins of 5 minutes become 12 of 10. */
export const halveBins = (bins: readonly number[]): readonly number[] =>
	Array.from(
		{length: Math.ceil(bins.length / 2)},
		(_, index) => (bins[2 * index] ?? 0) + (bins[2 * index + 1] ?? 0),
	);

/** 'i-0c1a…7e20': the first four and the last four of an id. */
export const shortId = (instanceId: Hostile): Shown => {
	const text = shown(hostile(instanceId));
	return text.length > 13 ? own(`${text.slice(0, 6)}…${text.slice(-4)}`) : text;
};

export const lastFour = (instanceId: Hostile): Shown => own(shown(hostile(instanceId)).slice(-4));

export const formatCount = (value: number): Shown => own(value.toLocaleString('en-US'));

export const plural = (count: number, one: string, many = `${one}s`): Shown =>
	own(`${count} ${count === 1 ? one : many}`);

/** '16m13s', also below a minute ('0m42s') and above an hour ('75m00s'). */
export const formatHeld = (seconds: number): Shown => {
	const whole = Math.max(0, Math.round(seconds));
	return own(`${Math.floor(whole / 60)}m${two(whole % 60)}s`);
};

const keptTail = 8;

/** A name cut in the middle: names differ at their ends, so the last eight cells stay. */
export const cutName = (name: Shown, cells: number): Shown => {
	if (width(name) <= cells) return name;
	if (cells < keptTail + 4) return cut(name, cells, 'middle');
	let tail = '';
	for (const segment of graphemesOf(name).toReversed()) {
		if (width(own(segment + tail)) > keptTail) break;
		tail = segment + tail;
	}
	return own(`${cut(name, cells - width(own(tail)))}${tail}`);
};

/** 'v43'; `$Latest` and `$Default` as they are. */
export const formatVersion = (version: Hostile): Shown =>
	/^\d+$/.test(version) ? own(`v${version}`) : shown(version);

/** '~/…' for a path below the user's home. */
export const fromHome = (path: string, home: string | undefined): string =>
	home !== undefined && home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
