/** What the process tells its guardian over the pipe, a JSON line each. Credentials travel here only, never back. */
import type {AwsOptions, ResolvedCredentials} from '../aws/types.ts';
import type {LedgerEntry} from './ledger-entry.ts';
import type {ProcessIdentity} from './process-identity.ts';

export type GuardianMessage =
	| {
			readonly type: 'init';
			/** Region, endpoints, proxy, CA bundle and credentials as they were when the hold began. */
			readonly aws: AwsOptions;
			readonly stateFolder: string;
			readonly ledgerFolder: string;
			/** The process it works for. */
			readonly process: ProcessIdentity;
			/** The role fuses are armed with: repeating a start needs the very same parameters. */
			readonly fuseRoleArn: string | null;
			/** Where that process can be told something, or null without a terminal. */
			readonly terminal: string | null;
	  }
	/** What there is to give back, from now on. `leaseMs`: process time until the lease is over. */
	| {readonly type: 'entry'; readonly entry: LedgerEntry; readonly leaseMs: number}
	| {readonly type: 'credentials'; readonly credentials: ResolvedCredentials}
	| {readonly type: 'companion'; readonly companion: ProcessIdentity}
	| {readonly type: 'beat'}
	/** The terminal is gone: the end of the pipe is no order to release before `ms` of process time are over. */
	| {readonly type: 'linger'; readonly ms: number; readonly message: string}
	/** The hold ended well: nothing is left to do. */
	| {readonly type: 'done'};

export type GuardianReady = {readonly ready: ProcessIdentity};

export const beatMs = 5000;
export const silentMs = 60_000;

/** Splits a byte stream into lines; a line cut by the end of the pipe is no message. */
export const createLineSplitter = (onLine: (line: string) => void): ((chunk: string) => void) => {
	let rest = '';
	return chunk => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line !== '') onLine(line);
	};
};
