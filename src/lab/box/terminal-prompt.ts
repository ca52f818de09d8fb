/**
 * The prompt of a box where no namespace can be had: it echoes, edits a line a little, and gives each line to the careful
 * reader, never to a shell of this machine.
 */
import {PassThrough, type Readable} from 'node:stream';
import type {BoxTerminal} from '../agent/box-process.ts';
import type {PlayedBox} from './played-box.ts';
import {type ReaderProcess, runInReader} from './reader/run-in-reader.ts';

const prompt = '$ ';
const longestLine = 4096;
const keys = {interrupt: '\x03', end: '\x04', backspace: '\x7f', erase: '\b', killLine: '\x15'} as const;

export const openPrompt = (box: PlayedBox, command: string | null): BoxTerminal => {
	const output = new PassThrough();
	const say = (text: string) =>
		output.write(running?.isRaw() === true ? text : text.replaceAll('\n', '\r\n'));
	let line = '';
	let running: ReaderProcess | null = null;
	let isOver = false;
	let resolveExit: () => void = () => undefined;
	const exited = new Promise<void>(resolve => {
		resolveExit = resolve;
	});
	const end = () => {
		if (isOver) return;
		isOver = true;
		running?.kill();
		output.end();
		resolveExit();
	};
	const runLine = async (text: string) => {
		const started = await runInReader(box, ['sh', '-c', text], {typed: command !== null});
		running = started;
		await Promise.all([copy(started.stdout, say), copy(started.stderr, say)]);
		await started.exited;
		running = null;
	};
	const enter = async () => {
		const text = line.trim();
		line = '';
		say('\n');
		if (text === 'exit') return end();
		if (text !== '') await runLine(text);
		if (!isOver) say(prompt);
	};
	const press = (key: string) => {
		if (key === keys.interrupt) {
			say('^C\n');
			line = '';
			if (running === null) say(prompt);
			else running.interrupt('SIGINT');
		} else if (running !== null || isOver) return;
		else if (key === '\r' || key === '\n') void enter();
		else if (key === keys.end && line === '') end();
		else if (key === keys.backspace || key === keys.erase) {
			if (line === '') return;
			line = [...line].slice(0, -1).join('');
			say('\b \b');
		} else if (key === keys.killLine) {
			say('\b \b'.repeat([...line].length));
			line = '';
		} else if (key >= ' ' && line.length < longestLine) {
			line += key;
			say(key);
		}
	};
	if (command === null)
		say(`This lab box has a small prompt of its own: no shell can be fenced in here.\n${prompt}`);
	else void runLine(command).then(end);
	return {
		output,
		write: bytes => {
			if (running?.isRaw() === true) return running.type(bytes);
			for (const key of bytes.toString('utf8')) press(key);
		},
		resize: () => undefined,
		exited,
		kill: end,
	};
};

const copy = async (stream: Readable, say: (text: string) => void) => {
	for await (const chunk of stream as AsyncIterable<Buffer>) say(chunk.toString('utf8'));
};
