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
			readonly entry: LedgerEntry;
	  }
	/** `leaseMs`: process time until the lease is over. */
	| {readonly type: 'entry'; readonly entry: LedgerEntry; readonly leaseMs: number}
	| {readonly type: 'credentials'; readonly credentials: ResolvedCredentials}
	| {readonly type: 'companion'; readonly companion: ProcessIdentity}
	| {readonly type: 'beat'}
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
