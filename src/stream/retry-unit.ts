/** Runs a unit of a box again, and the units that its failure had cancelled; tells of each job as it is done. */
import {randomBytes} from 'node:crypto';
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {type RetriedJob, readRetry, retryWords} from '../remote/retry-line.ts';
import {type RunEnd, runCommand} from './run-command.ts';

export type RetryOptions = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly unit: string;
	/** In the order in which they are started. */
	readonly orphans: readonly string[];
	readonly processClock: ProcessClock;
	readonly stateFolder: string | null;
	readonly onJob: (job: RetriedJob) => void;
	/** The manager's and sudo's own words. */
	readonly onWords: (line: Hostile) => void;
	readonly signal: AbortSignal;
};

/** Resolves when the last job is done, or when no more can be known. Rejects when no session can be had. */
export const retryUnit = async (options: RetryOptions): Promise<RunEnd> => {
	const nonce = randomBytes(16).toString('hex');
	const {onJob, onWords} = options;
	const say = (line: Hostile) => {
		const job = readRetry(nonce, line);
		if (job !== null) onJob(job);
		else if (line.trim() !== '') onWords(line);
	};
	const [out, errors] = [createLines(say), createLines(say)];
	const end = await runCommand({
		aws: options.aws,
		instanceId: options.instanceId,
		argv: retryWords({nonce, unit: options.unit, orphans: options.orphans}),
		processClock: options.processClock,
		stateFolder: options.stateFolder,
		reason: 'unflap retry',
		stdout: async bytes => out.push(bytes),
		stderr: async bytes => errors.push(bytes),
		notice: onWords,
		signal: options.signal,
	});
	out.end();
	errors.end();
	return end;
};

const mostOfALine = 4096;

const createLines = (take: (line: Hostile) => void) => {
	const decoder = new TextDecoder();
	let rest = '';
	const give = () => {
		const lines = rest.split('\n');
		rest = (lines.pop() ?? '').slice(0, mostOfALine);
		for (const line of lines) take(line.slice(0, mostOfALine));
	};
	return {
		push: (bytes: Uint8Array) => {
			rest += decoder.decode(bytes, {stream: true});
			give();
		},
		end: () => {
			if (rest !== '') take(rest);
			rest = '';
		},
	};
};
