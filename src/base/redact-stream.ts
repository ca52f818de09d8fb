/** Redaction across the borders of a stream: lines that journald cut in pieces, and private keys over many lines. */
import {mask, maskRanges, type Range, type Redactor} from './redact.ts';

export type StreamRedactor = {
	/**
	 * Masks the next text of a stream (journald's process and stream id make a good name). `continues` says that the same
	 * line goes on in the stream's next text: the last word is then kept back and comes in front of that one, so that no
	 * half of a secret is shown.
	 */
	readonly push: (stream: string, text: string, continues?: boolean) => string;
	/** What was kept back when the stream ended in the middle of a line; '' for nothing. */
	readonly flush: (stream: string) => string;
};

type StreamState = {
	/** Raw text before the next one, for patterns that began in it; shown already. */
	readonly context: string;
	/** Raw text not shown yet. */
	readonly kept: string;
	/** Lines that may still belong to a private key. */
	readonly keyLines: number;
};

const overlap = 4096;
const maxKeyLines = 200;
const maxStreams = 2000;
const idle: StreamState = {context: '', kept: '', keyLines: 0};

export const createStreamRedactor = (redactor: Redactor): StreamRedactor => {
	const states = new Map<string, StreamState>();
	const remember = (stream: string, state: StreamState) => {
		states.delete(stream);
		if (state === idle) return;
		states.set(stream, state);
		const oldest = states.size > maxStreams ? states.keys().next().value : undefined;
		if (oldest !== undefined) states.delete(oldest);
	};
	const push = (stream: string, text: string, continues = false) => {
		const state = states.get(stream) ?? idle;
		if (state === idle && !continues && !text.includes('-----BEGIN')) return redactor.redact(text);
		if (state.keyLines > 0) return insideKey(stream, state, text);
		return between(stream, state, text, continues);
	};
	/** A line of a private key shows nothing but that it was one. */
	const insideKey = (stream: string, state: StreamState, text: string) => {
		const end = text.indexOf('-----END');
		const keyLines = end === -1 ? state.keyLines - 1 : 0;
		remember(stream, keyLines === 0 ? idle : {...idle, keyLines});
		if (end === -1) return mask;
		const rest = text.slice(end).replace(/^-----END [A-Z0-9 ]{0,40}-----/, '');
		return mask + redactor.redact(rest);
	};
	const between = (stream: string, {context, kept}: StreamState, text: string, continues: boolean) => {
		const whole = kept + text;
		const back = continues ? lastWordLength(whole) : 0;
		const joined = context + whole;
		const end = joined.length - back;
		const ranges = clip(redactor.ranges(joined), context.length, end);
		const openKey = opensKey(joined);
		remember(stream, nextState(joined.slice(0, end), joined.slice(end), {continues, openKey}));
		return maskRanges(joined.slice(context.length, end), ranges);
	};
	const flush = (stream: string) => {
		const state = states.get(stream);
		states.delete(stream);
		if (state === undefined || state.kept === '') return '';
		const {context, kept} = state;
		const joined = context + kept;
		return maskRanges(kept, clip(redactor.ranges(joined), context.length, joined.length));
	};
	return {push, flush};
};

const nextState = (
	before: string,
	kept: string,
	{continues, openKey}: {readonly continues: boolean; readonly openKey: boolean},
): StreamState => {
	if (continues) return {context: before.slice(-overlap), kept, keyLines: 0};
	return openKey ? {...idle, keyLines: maxKeyLines} : idle;
};

/** Length of the run without blanks at the end, at most the overlap. */
const lastWordLength = (text: string) => {
	const tail = text.slice(-overlap);
	const blank = tail.search(/\s\S*$/);
	return blank === -1 ? tail.length : tail.length - blank - 1;
};

const opensKey = (text: string) => {
	const begin = text.lastIndexOf('-----BEGIN');
	return (
		begin !== -1 &&
		/^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/.test(text.slice(begin, begin + 80)) &&
		!text.includes('-----END', begin)
	);
};

/** The part of `ranges` between two offsets, counted from the first. */
const clip = (ranges: readonly Range[], from: number, to: number): readonly Range[] =>
	ranges
		.map(([start, end]): Range => [Math.max(start, from) - from, Math.min(end, to) - from])
		.filter(([start, end]) => start < end);
