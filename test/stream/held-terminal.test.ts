import {expect, test} from 'vitest';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {
	aliveAnswer,
	aliveQuestion,
	createSgrFilter,
	createShellFilter,
	terminalReset,
} from '../../src/base/terminal-stream.ts';
import {holdTerminal} from '../../src/stream/held-terminal.ts';
import {createShellKeys} from '../../src/stream/shell-keys.ts';
import type {ShellTerminal} from '../../src/stream/shell-terminal.ts';

const openTerminal = () => {
	let listener: (bytes: Uint8Array) => void = () => undefined;
	const written: string[] = [];
	const raw: boolean[] = [];
	let reading = false;
	const terminal: ShellTerminal = {
		onInput: take => {
			listener = take;
			reading = true;
			return () => {
				reading = false;
			};
		},
		onHangUp: () => () => undefined,
		onResize: () => () => undefined,
		size: () => ({columns: 80, rows: 24}),
		setRaw: isRaw => raw.push(isRaw),
		write: async bytes => {
			written.push(Buffer.from(bytes).toString());
		},
	};
	return {
		terminal,
		written,
		raw,
		isReading: () => reading,
		type: (text: string) => listener(Buffer.from(text)),
	};
};

test('T5 what the terminal answers to a program that is gone is dropped, up to the answer to our own question', async () => {
	const {terminal, written, raw, isReading, type} = openTerminal();
	const heard: string[] = [];
	const held = holdTerminal(terminal, createProcessClock(), bytes =>
		heard.push(Buffer.from(bytes).toString()),
	);
	type('a');
	const given = held.giveBack();
	await expect.poll(() => written.join('')).toContain(terminalReset);
	expect(written.join('').endsWith(aliveQuestion)).toBe(true);
	type('\u001b]lH\r\u001b\\\\');
	expect([isReading(), raw]).toEqual([true, [true]]);
	type(aliveAnswer);
	await given;
	expect([heard, isReading(), raw]).toEqual([['a'], false, [true, false]]);
});

test('T5 a terminal that answers nothing is given back all the same', async () => {
	const {terminal, raw} = openTerminal();
	await holdTerminal(terminal, createProcessClock(), () => undefined).giveBack();
	expect(raw).toEqual([true, false]);
});

test('T5 a write to the clipboard is dropped wherever the pieces end; all else passes byte for byte', () => {
	const before = 'a\u001b[31mb\u001b]0;title\u0007\u001b]8;;http://x\u001b\\\\ä🚀\u009bx';
	const bad = [
		'\u001b]52;c;c2Vj\u0007',
		'\u001b]52;p;\u001b\\',
		'\u009d52;c;QQ==\u009c',
		'\u001b]052;c;x\u0018',
	];
	const text = Buffer.from(`${before}${bad.join('|')}end`);
	for (let size = 1; size <= text.length; size += 1) {
		const filter = createShellFilter();
		const out: Buffer[] = [];
		for (let at = 0; at < text.length; at += size)
			out.push(Buffer.from(filter.push(text.subarray(at, at + size))));
		expect(Buffer.concat(out).toString()).toBe(`${before}|||end`);
	}
	const filter = createShellFilter();
	filter.push(Buffer.from('\u001b[?1049h'));
	expect(filter.isFullScreen()).toBe(true);
	filter.push(Buffer.from('\u001b[?104'));
	filter.push(Buffer.from('9l'));
	expect(filter.isFullScreen()).toBe(false);
});

test('T5 colours pass to a terminal, and nothing else, wherever the pieces end', () => {
	const text = Buffer.from('\u001b[1;31mred\u001b[0m\u001b[2J\u001b]52;c;x\u0007 a\rb\r\nc\u0085ä');
	for (let size = 1; size <= text.length; size += 1) {
		const filter = createSgrFilter();
		let out = '';
		for (let at = 0; at < text.length; at += size) out += filter.push(text.subarray(at, at + size));
		out += filter.end();
		expect(out.startsWith('\u001b[1;31mred\u001b[0m')).toBe(true);
		expect(out.endsWith('ä\u001b[0m')).toBe(true);
		expect(out.replaceAll(/\u001b\[[0-9;]*m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
		expect(out).toContain('a\nb\nc');
	}
});

test('~. leaves and ~? helps at the beginning of a line alone, and never out of a paste', () => {
	const typed = (...pieces: readonly string[]) => {
		const keys = createShellKeys();
		return pieces
			.flatMap(piece => keys.push(Buffer.from(piece)))
			.map(input => (input.kind === 'bytes' ? Buffer.from(input.bytes).toString() : `<${input.kind}>`))
			.join('');
	};
	expect(typed('~', '.')).toBe('<leave>');
	expect(typed('l', 's', '\r', '~', '?', '~', '.')).toBe('ls\r<help><leave>');
	expect(typed('a', '~', '.')).toBe('a~.');
	expect(typed('a', '\u0003', '~.')).toBe('a\u0003<leave>');
	expect(typed('~', '~', '.')).toBe('~.');
	expect(typed('~', 'x')).toBe('~x');
	expect(typed('a long pasted line\r~.\r')).toBe('a long pasted line\r~.\r');
});
