/** What programs on a box may do to the user's terminal while their bytes pass through: `run` and `shell`. */
import {hostile, shown} from './terminal-text.ts';
import type {Shown} from './text.ts';

/**
 * For output of a command on a terminal: colours pass (SGR alone), every other control becomes a visible mark. Pieces may
 * end anywhere; `end` gives what was held back, and colour off.
 */
export type SgrFilter = {
	readonly push: (bytes: Uint8Array) => Shown;
	readonly end: () => Shown;
};

const sgr = /\x1b\[[0-9;:]{0,64}m/g;
const unfinished = /\x1b(?:\[[0-9;:<=>?]{0,64})?$|\r$/;
/** An escape sequence that never ends is no longer waited for. */
const longestHeld = 128;

export const createSgrFilter = (): SgrFilter => {
	const decoder = new TextDecoder('utf-8');
	let held = '';
	let isColoured = false;
	const pass = (text: string): Shown => {
		let result = '';
		let from = 0;
		for (const match of text.matchAll(sgr)) {
			result += lines(text.slice(from, match.index)) + match[0];
			from = match.index + match[0].length;
			isColoured = true;
		}
		return (result + lines(text.slice(from))) as Shown;
	};
	return {
		push: bytes => {
			const text = held + decoder.decode(bytes, {stream: true});
			const cutAt = unfinished.exec(text)?.index ?? text.length;
			const isTooLong = text.length - cutAt > longestHeld;
			held = isTooLong ? '' : text.slice(cutAt);
			return pass(isTooLong ? text : text.slice(0, cutAt));
		},
		end: () => {
			const rest = pass(held + decoder.decode());
			held = '';
			return (isColoured ? `${rest}\x1b[0m` : rest) as Shown;
		},
	};
};

/** A lone carriage return would let a line write over itself: it begins a new one. */
const lines = (text: string) =>
	text
		.split(/\r\n|\n|\r/)
		.map(line => shown(hostile(line)))
		.join('\n');

/**
 * For an interactive shell: bytes pass as they are, but writes to the clipboard (OSC 52) are dropped. It also knows
 * whether a full-screen program has the screen.
 */
export type ShellFilter = {
	readonly push: (bytes: Uint8Array) => Uint8Array;
	readonly isFullScreen: () => boolean;
};

const [esc, bell, stringEnd, bracket, csi] = [0x1b, 0x07, 0x5c, 0x5d, 0x5b];
/** U+009D, which UTF-8 terminals take for OSC as well. */
const [c1Lead, c1Osc, c1StringEnd] = [0xc2, 0x9d, 0x9c];
const longestParameters = 16;

export const createShellFilter = (): ShellFilter => {
	let state: 'text' | 'escape' | 'c1' | 'osc' | 'csi' | 'dropping' | 'dropping-escape' | 'dropping-c1' =
		'text';
	/** Bytes that may be the beginning of what is dropped, or of a mode. */
	let held: number[] = [];
	let parameters = '';
	let isFullScreen = false;

	const begin = (next: typeof state, byte: number) => {
		state = next;
		held.push(byte);
		parameters = '';
	};
	const release = (out: number[]) => {
		out.push(...held);
		held = [];
		state = 'text';
	};
	const step = (byte: number, out: number[]): void => {
		switch (state) {
			case 'text':
				if (byte === esc) begin('escape', byte);
				else if (byte === c1Lead) begin('c1', byte);
				else out.push(byte);
				return;
			case 'escape':
				if (byte === bracket) begin('osc', byte);
				else if (byte === csi) begin('csi', byte);
				else again(byte, out);
				return;
			case 'c1':
				if (byte === c1Osc) begin('osc', byte);
				else again(byte, out);
				return;
			case 'osc':
				held.push(byte);
				if (byte >= 0x30 && byte <= 0x39 && parameters.length < longestParameters)
					parameters += String.fromCharCode(byte);
				else if (Number(parameters) === 52 && parameters !== '') {
					state = byte === bell ? 'text' : byte === esc ? 'dropping-escape' : 'dropping';
					held = [];
				} else release(out);
				return;
			case 'csi':
				held.push(byte);
				if (byte >= 0x30 && byte <= 0x3f && parameters.length < longestParameters)
					parameters += String.fromCharCode(byte);
				else {
					const isAlternate = /^\?(?:.*;)?(?:47|1047|1049)(?:;|$)/.test(parameters);
					if (isAlternate && byte === 0x68) isFullScreen = true;
					if (isAlternate && byte === 0x6c) isFullScreen = false;
					release(out);
				}
				return;
			case 'dropping':
				if (byte === bell || byte === 0x18 || byte === 0x1a) state = 'text';
				else if (byte === esc) state = 'dropping-escape';
				else if (byte === c1Lead) state = 'dropping-c1';
				return;
			case 'dropping-c1':
				state = byte === c1StringEnd ? 'text' : 'dropping';
				return;
			default:
				state = 'text';
				if (byte === stringEnd) return;
				// A terminal gives the string up here and begins a new sequence.
				begin('escape', esc);
				step(byte, out);
		}
	};
	/** What was held is none of ours; this byte may begin something itself. */
	const again = (byte: number, out: number[]) => {
		release(out);
		step(byte, out);
	};

	return {
		push: bytes => {
			// Most output has neither escapes nor C1: nothing is looked at byte by byte then.
			if (state === 'text' && !bytes.includes(esc) && !bytes.includes(c1Lead)) return bytes;
			const out: number[] = [];
			for (const byte of bytes) step(byte, out);
			return Uint8Array.from(out);
		},
		isFullScreen: () => isFullScreen,
	};
};

/**
 * Gives a terminal back as a shell expects it, whatever a program left: main screen, no mouse, no paste or focus marks,
 * cursor visible, colours and character sets as they were, whole screen scrolls, keyboard in its usual mode.
 */
export const terminalReset = [
	'\x1b7',
	'\x1b[?1049l\x1b[?1047l\x1b[?47l',
	'\x1b[?9l\x1b[?1000l\x1b[?1001l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l',
	'\x1b[?2004l\x1b[?2026l\x1b[?2031l\x1b[?2048l',
	'\x1b[<99u\x1b[>4m',
	'\x1b[?1l\x1b>\x1b[4l\x1b[?6l\x1b[?7h\x1b[?25h\x1b[?12l\x1b[?5l\x1b[20l',
	'\x1b(B\x1b)B\x0f\x1b[0m\x1b[r',
	'\x1b8',
].join('');

/** Asks a terminal whether it lives; it answers with `aliveAnswer`, after all answers to what a program has asked. */
export const aliveQuestion = '\x1b[5n';
export const aliveAnswer = '\x1b[0n';
/** Keeps the window's title on the terminal's own stack, and takes it back. */
export const keepTitle = '\x1b[22;0t';
export const restoreTitle = '\x1b[23;0t';
