/**
 * What a box finds around itself, beside its journal: made from what the recording's journal shows by now, and from the
 * instance's seed where no recording says anything. Nothing here is asked of the host.
 */
import {textOf} from './life.ts';
import {hashNumber} from './own-text.ts';
import type {PlayedBox} from './played-box.ts';

/** The last line that matches in the running boot, in the box's own words. */
const lastLine = (box: PlayedBox, pattern: RegExp): RegExpExecArray | null => {
	const boot = box.boots().at(-1);
	if (boot === undefined) return null;
	for (let index = box.visible(boot) - 1; index >= 0; index -= 1) {
		const entry = boot.entries[index];
		const found = entry === undefined ? null : pattern.exec(textOf(entry.recorded['MESSAGE']));
		if (found !== null) return found;
	}
	return null;
};

/** The first anywhere in the recording: what is true of the box from its start. */
const everLine = ({instance}: PlayedBox, pattern: RegExp): RegExpExecArray | null => {
	for (const {fields} of instance.recording.entries) {
		const message = fields['MESSAGE'];
		const found = typeof message === 'string' ? pattern.exec(message) : null;
		if (found !== null) return found;
	}
	return null;
};

/** Tags in metadata by their keys; none where the recorded box saw none. */
export const tagKeysOf = (box: PlayedBox): readonly string[] => {
	const text = everLine(box, /^tags: (\{.*\})$/)?.[1];
	return text === undefined ? [] : Object.keys(JSON.parse(text) as object);
};

export const roleOf = (box: PlayedBox): string =>
	everLine(box, /:assumed-role\/([\w+=,.@-]{1,64})\//)?.[1] ?? box.instance.groupName ?? 'box';

/** The bucket that the recorded units ask for, and what S3 says to them: an error code and its words, or null for yes. */
export const bucketOf = (box: PlayedBox) => {
	const name = everLine(box, /s3:\/\/([a-z0-9.-]{3,63})\//)?.[1] ?? null;
	const refusal = everLine(
		box,
		/An error occurred \((\w+)\) when calling the ListObjectsV2 operation: (.*)$/,
	);
	const [, code = '', words = ''] = refusal ?? [];
	return {name, refusal: refusal === null ? null : {code, words: box.own(words)}};
};

export type Listener = {readonly address: string; readonly port: number};

/** Its own daemons, and the app from the line on in which it says so. */
export const listenersOf = (box: PlayedBox): readonly Listener[] => {
	const [, address = '', port = ''] = lastLine(box, / - listening on ([\d.]+):(\d{1,5})/) ?? [];
	const app = port === '' ? [] : [{address, port: Number(port)}];
	return [{address: '127.0.0.53', port: 53}, {address: '0.0.0.0', port: 22}, ...app];
};

export type Memory = {readonly totalKib: number; readonly freeKib: number};

/** 2 GiB, as the recorded machines had. */
export const memoryOf = ({instance}: PlayedBox): Memory => {
	const totalKib = 1_999_116;
	return {totalKib, freeKib: 340_000 + (hashNumber(instance.seed, 'memory') % 1_100_000)};
};

export const memoryText = ({totalKib, freeKib}: Memory): string =>
	[
		['MemTotal', totalKib],
		['MemFree', Math.round(freeKib * 0.4)],
		['MemAvailable', freeKib],
	]
		.map(([name, kib]) => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`)
		.join('');

/** A file system of 8 GiB; full where a line of the journal says so. */
export const diskOf = (box: PlayedBox): {readonly totalKib: number; readonly usedKib: number} => {
	const totalKib = 8_154_588;
	const isFull = lastLine(box, /No space left on device/) !== null;
	const share = isFull ? 1 : 0.22 + (hashNumber(box.instance.seed, 'disk') % 2600) / 10_000;
	return {totalKib, usedKib: Math.round(totalKib * share)};
};

/** Seconds, fast is positive: what is wrong with it, or the jitter of a clock that is right. */
export const clockOffsetOf = ({instance}: PlayedBox): number =>
	instance.recording.clockOffsetSeconds ?? ((hashNumber(instance.seed, 'clock') % 801) - 400) / 10_000;
