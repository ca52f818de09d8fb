/** `unflap lab`: serves the lab until it is told to end. */
import {once} from 'node:events';
import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs';
import {UnflapError} from '../base/errors.ts';
import {ours} from '../base/terminal-text.ts';
import {type Lab, type LabOptions, startLab} from '../lab/create-lab.ts';
import {type FaultRule, FaultRuleError, parseFaultFile} from '../lab/faults/rules.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';

export const labCommand: Command = {
	name: 'lab',
	summary: 'serve a simulated AWS region that flaps',
	usage:
		'unflap lab [--port N] [--scenario NAME|DIR] [--seed N] [--speed N] [--groups N] [--instances N] [--latency MS] [--faults FILE] [--key ID:SECRET]…',
	example: 'unflap lab --scenario S06-crash-loop --speed 10',
	flags: {
		port: {type: 'string', value: 'N', help: 'listen on this port; a free one otherwise'},
		scenario: {
			type: 'string',
			value: 'NAME|DIR',
			help: "default, edges, noisy, a recording's name, or the folder of a recording",
		},
		seed: {type: 'string', value: 'N', help: 'the same number gives the same region; random otherwise'},
		speed: {type: 'string', value: 'N', help: 'lab seconds per second, 1 by default'},
		groups: {
			type: 'string',
			value: 'N',
			help: 'a grown region of N groups instead of a scenario; 0 is empty',
		},
		instances: {type: 'string', value: 'N', help: 'boxes in each group of a grown region'},
		latency: {type: 'string', value: 'MS', help: 'wait this long before each answer'},
		faults: {type: 'string', value: 'FILE', help: 'fault rules, a JSON list'},
		key: {type: 'string', multiple: true, value: 'ID:SECRET', help: 'one more caller; may be repeated'},
		linger: {
			type: 'string',
			value: 'SECONDS',
			help: 'stay this long after the end of stdin while a hold is on a group, 20 by default',
		},
	},
	outputs: ['json'],
	mostWords: 0,
	run: async (context, args) => {
		const lingerSeconds = wholeNumber(args, 'linger', {most: 3600}) ?? 20;
		const lab = await start(labOptions(args));
		try {
			await context.out.raw(Buffer.from(`${JSON.stringify(firstLine(lab))}\n`));
			await untilToldToEnd(context, lab, lingerSeconds);
			return 0;
		} finally {
			await lab.close();
		}
	},
};

const start = async (options: LabOptions): Promise<Lab> => {
	try {
		return await startLab(options);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new UnflapError('bad-input', `The lab could not start: ${message}`, {cause: error});
	}
};

/** The contract's first line, with the seed beside it so that a run can be repeated. */
const firstLine = ({endpoint, control, env, seed}: Lab) => ({endpoint, control, env, seed});

const labOptions = (args: CommandArgs): LabOptions => {
	const given = {
		port: wholeNumber(args, 'port', {most: 65_535}),
		scenario: textOf(args, 'scenario'),
		seed: wholeNumber(args, 'seed', {most: Number.MAX_SAFE_INTEGER}),
		speed: speedOf(args),
		groups: wholeNumber(args, 'groups', {most: 2000}),
		instances: wholeNumber(args, 'instances', {most: 1000}),
		latencyMs: wholeNumber(args, 'latency', {most: 60_000}),
		faults: faultsOf(args),
		keys: keysOf(args),
	};
	if (args.positionals.length > 0)
		throw new UnflapError('usage', `lab takes no "${args.positionals[0]}"`, {next: ['unflap lab --help']});
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};

const textOf = ({flags}: CommandArgs, name: string): string | undefined => {
	const value = flags[name];
	return typeof value === 'string' ? value : undefined;
};

const wholeNumber = (args: CommandArgs, name: string, {most}: {most: number}): number | undefined => {
	const given = textOf(args, name);
	if (given === undefined) return undefined;
	if (/^\d{1,16}$/.test(given) && Number(given) <= most) return Number(given);
	throw new UnflapError('usage', `--${name} takes a whole number from 0 to ${most}, not "${given}"`);
};

const speedOf = (args: CommandArgs): number | undefined => {
	const given = textOf(args, 'speed');
	if (given === undefined) return undefined;
	const speed = Number(given);
	if (Number.isFinite(speed) && speed >= 0.01 && speed <= 10_000) return speed;
	throw new UnflapError('usage', `--speed takes a number from 0.01 to 10000, not "${given}"`);
};

const mostFaultBytes = 1_048_576;

/** A regular file of a sane size, never a device or a pipe. */
const faultsOf = (args: CommandArgs): readonly FaultRule[] | undefined => {
	const path = textOf(args, 'faults');
	if (path === undefined) return undefined;
	try {
		const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
		try {
			const facts = fstatSync(fd);
			if (!facts.isFile() || facts.size > mostFaultBytes)
				throw new FaultRuleError('not a regular file of at most 1 MiB');
			return parseFaultFile(readFileSync(fd, 'utf8'));
		} finally {
			closeSync(fd);
		}
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new UnflapError('bad-input', `--faults ${path}: ${message}`, {cause: error});
	}
};

const keysOf = ({flags}: CommandArgs): LabOptions['keys'] => {
	const given = flags['key'];
	const list = Array.isArray(given) ? (given as readonly string[]) : [];
	return list.map(pair => {
		const match = /^([A-Za-z0-9]{4,128}):(\S{1,256})$/.exec(pair);
		// The value is a secret: it is not repeated.
		if (match === null) throw new UnflapError('usage', '--key takes ID:SECRET');
		return {id: match[1] ?? '', secret: match[2] ?? ''};
	});
};

/**
 * SIGTERM, SIGINT, or the end of stdin when stdin is a pipe or a socket: whoever started the lab is gone. A guardian
 * may still have a hold to release then, so the lab stays while a hold's tag is on a group, for a limited time.
 */
const untilToldToEnd = async (context: CommandContext, lab: Lab, lingerSeconds: number): Promise<void> => {
	const told = new AbortController();
	const giveBack = context.ending.takeOver(() => told.abort());
	try {
		const signalled = once(told.signal, 'abort');
		const ended = await Promise.race([signalled.then(() => 'told'), endOfInput()]);
		if (ended === 'told' || !lab.hasHold()) return;
		context.out.note(ours`a hold is still on a group: the lab stays for up to ${lingerSeconds} s`);
		await Promise.race([signalled, noHold(lab, lingerSeconds)]);
	} finally {
		giveBack();
	}
};

const endOfInput = (): Promise<void> =>
	new Promise(resolve => {
		const facts = fstatSync(0);
		if (!facts.isFIFO() && !facts.isSocket()) return;
		process.stdin.once('end', () => resolve());
		process.stdin.once('close', () => resolve());
		process.stdin.once('error', () => resolve());
		process.stdin.resume();
	});

const noHold = async (lab: Lab, seconds: number): Promise<void> => {
	const until = performance.now() + seconds * 1000;
	while (lab.hasHold() && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 250));
};
