/** The clock of a box: by chrony's own measure, and beside the time that AWS gives its answers. */
import type {ProbeAnswer} from './box-probe-answers.ts';
import type {Finding, ProbeReading} from './box-probe-facts.ts';
import {unknown} from './box-probe-facts.ts';

/** S3 refuses at fifteen minutes, most of AWS at five, certificates at any: a minute is no jitter. */
const badSeconds = 60;
/** AWS dates its answers to the second, and so does the box. */
const slackSeconds = 3;

export const clockFinding = (
	{tool, status, lines}: ProbeAnswer,
	now: ProbeAnswer | null,
	{askedAt, answeredAt}: Pick<ProbeReading, 'askedAt' | 'answeredAt'>,
): Finding => {
	const measured = tool === 'chronyc' && status === '0' ? chronyOffset(lines) : null;
	const besideAws = awsOffset(now, askedAt, answeredAt);
	if (besideAws !== null && Math.abs(besideAws) > slackSeconds)
		return finding(besideAws, `${signed(besideAws)} against AWS`, 'aws');
	if (measured !== null) return finding(measured, `${Math.abs(measured).toFixed(2)}s off`, 'chrony');
	if (besideAws === null) return unknown('the box did not say what time it is');
	return finding(0, `within ${slackSeconds}s of AWS`, 'aws');
};

const finding = (seconds: number, text: string, source: string): Finding => ({
	state: Math.abs(seconds) >= badSeconds ? 'bad' : 'ok',
	text,
	value: {offsetSeconds: Math.round(seconds * 1e6) / 1e6, source},
});

const signed = (seconds: number): string => {
	const size = Math.round(Math.abs(seconds));
	return `${size}s ${seconds < 0 ? 'slow' : 'fast'}`;
};

/** Positive is fast; null where chrony has no source. */
const chronyOffset = (lines: readonly string[]): number | null => {
	const text = lines.join('\n');
	if (/^Leap status\s*: Not synchronised/m.test(text)) return null;
	const [, size, way] = /^System time\s*: (\d{1,12}(?:\.\d{1,12})?) seconds (slow|fast) of/m.exec(text) ?? [];
	return size === undefined ? null : Number(size) * (way === 'slow' ? -1 : 1);
};

/** 0 where the box's time lies between the question and the answer. */
const awsOffset = (now: ProbeAnswer | null, askedAt: number, answeredAt: number): number | null => {
	const [, text] = /^(\d{9,12})(?: |$)/.exec(now?.lines[0] ?? '') ?? [];
	if (text === undefined) return null;
	const seconds = Number(text);
	if (seconds < askedAt / 1000) return Math.min(0, seconds + 1 - askedAt / 1000);
	return Math.max(0, seconds - answeredAt / 1000);
};
