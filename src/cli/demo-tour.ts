/** The tour without a screen: the commands of the story, each with a line that says why, run for real in the lab. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {ExitCode} from '../base/errors.ts';
import {UnflapError} from '../base/errors.ts';
import {pasteableLine} from '../base/quote.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {CommandContext} from './command.ts';

export type TourStory = {
	readonly group: string;
	readonly editor: string;
	readonly steps: readonly {readonly says: string; readonly words: readonly string[]}[];
};

/** Resolves with 0 once the group is as it was; any step that fails ends the tour with 1, and the hold with it. */
export const tellTour = async (context: CommandContext, tour: Tour): Promise<ExitCode> => {
	const stage: Stage = {context, ...tour, told: 0};
	const {group, steps} = tour.story;
	await tell(stage, ours`A region that flaps, simulated. Which groups are there?`, ['ls']);
	const hold = await holdGroup(stage, group);
	try {
		for (const {says, words} of steps) await tell(stage, ours`${shown(hostile(says))}`, words);
	} finally {
		await release(stage, hold);
	}
	await tell(stage, ours`The group is as it was: nothing of ours is suspended, tagged or armed.`, ['holds']);
	return 0;
};

type Tour = {
	readonly story: TourStory;
	readonly environment: NodeJS.ProcessEnv;
	/** bin/unflap.js */
	readonly program: string;
};

type Stage = Tour & {
	readonly context: CommandContext;
	told: number;
};

const say = (stage: Stage, says: Shown, words: readonly string[]): void => {
	const {out} = stage.context;
	stage.told += 1;
	out.line(ours``);
	out.line(ours`▸ ${stage.told}. ${says}`);
	out.line(ours`$ ${shown(hostile(pasteableLine(['unflap', ...words]) ?? 'unflap'))}`);
};

const start = ({program, environment}: Stage, words: readonly string[], stdout: 'inherit' | 'pipe') =>
	spawn(process.execPath, [program, ...words], {stdio: ['ignore', stdout, 'inherit'], env: environment});

/** @throws {UnflapError} when the command fails. */
const tell = async (stage: Stage, says: Shown, words: readonly string[]): Promise<void> => {
	say(stage, says, words);
	await stage.context.out.flush();
	const child = start(stage, words, 'inherit');
	const stop = () => child.kill('SIGTERM');
	stage.context.signal.addEventListener('abort', stop, {once: true});
	const [code] = (await once(child, 'exit')) as [number | null];
	stage.context.signal.removeEventListener('abort', stop);
	if (code !== 0)
		throw new UnflapError(
			'aws',
			`The tour stopped: unflap ${words.join(' ')} ended with ${code ?? 'a signal'}`,
		);
};

/** Held by a command of its own, as a person would in another terminal: until it gets ctrl-c. */
const holdGroup = async (stage: Stage, group: string): Promise<ChildProcess> => {
	const words = ['hold', group, '--for', '15m', '--reason', 'the tour'];
	say(stage, ours`Held still: first a fuse in AWS that gives it back if we die, then the suspension.`, words);
	await stage.context.out.flush();
	const child = start(stage, words, 'pipe');
	if (child.stdout === null) throw new UnflapError('bug', 'the hold has no output');
	const {out} = stage.context;
	const held = Promise.withResolvers<boolean>();
	const lines = createInterface({input: child.stdout});
	lines.on('line', line => {
		out.line(shown(hostile(line)));
		if (line.startsWith('■ HELD')) held.resolve(true);
	});
	lines.on('close', () => held.resolve(false));
	if (await held.promise) return child;
	throw new UnflapError('refused', 'The tour stopped: the group could not be held');
};

/** 130: ended by ctrl-c after a complete release. */
const release = async (stage: Stage, hold: ChildProcess): Promise<void> => {
	const {out} = stage.context;
	stage.told += 1;
	out.line(ours``);
	out.line(ours`▸ ${stage.told}. Given back, exactly as it was: ctrl-c in the hold's terminal.`);
	if (hold.exitCode === null) {
		const exited = once(hold, 'exit');
		hold.kill('SIGINT');
		await exited;
	}
	if (hold.exitCode !== 130)
		throw new UnflapError('release-incomplete', `The tour's hold ended with ${hold.exitCode ?? 'a signal'}`, {
			next: ['unflap release --all in the same demo, or its end: the lab forgets everything'],
		});
};
