/** Credentials by the SDK's own chain (environment, profiles, SSO, process, web identity, container, instance). */
import type {NodeHttpHandler} from '@smithy/node-http-handler';
import type {AwsCredentialIdentity} from '@smithy/types';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import {readFailure} from './sdk-error.ts';
import type {AwsFacts, AwsOptions, ResolvedCredentials} from './types.ts';

/** A provider that all clients share, so that SSO, MFA and processes are asked once. */
export type SharedCredentials = {
	/** Given to each client; `memoized` keeps the SDK from a second cache that we could not empty. */
	readonly provider: (() => Promise<AwsCredentialIdentity>) & {readonly memoized: true};
	readonly resolve: () => Promise<ResolvedCredentials>;
	/** After an expired-token answer the chain is asked again, at most every few seconds. */
	readonly forget: () => void;
};

type Parts = {
	readonly options: AwsOptions;
	readonly facts: AwsFacts;
	/** Inner calls (SSO, AssumeRole) take the same way out. */
	readonly requestHandler: NodeHttpHandler;
};

/** Renewed this long before they expire. */
const marginMs = 5 * 60_000;
const minimumAgeMs = 5_000;

export const createCredentials = ({options, facts, requestHandler}: Parts): SharedCredentials => {
	let cached: {readonly identity: Promise<AwsCredentialIdentity>; readonly at: number} | undefined;
	const ask = async (): Promise<AwsCredentialIdentity> => {
		if (options.credentials) return fromOptions(options.credentials);
		const {fromNodeProviderChain} = await import('./credential-chain.ts');
		return fromNodeProviderChain({
			...(options.profile === undefined ? {} : {profile: options.profile}),
			// Instance metadata answers within milliseconds or never: a missing credential must not take seconds to say.
			timeout: 400,
			maxRetries: 0,
			ignoreCache: true,
			logger: silent,
			parentClientConfig: {region: facts.region, requestHandler, logger: silent},
		})();
	};
	const current = (): Promise<AwsCredentialIdentity> => {
		if (cached === undefined) {
			const identity = ask();
			cached = {identity, at: Date.now()};
			identity.catch(() => {
				cached = undefined;
			});
		}
		return cached.identity;
	};
	const fresh = async () => {
		const identity = await current();
		const left = (identity.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now();
		if (left > marginMs || cached === undefined || Date.now() - cached.at < minimumAgeMs) return identity;
		cached = undefined;
		return current();
	};
	const provider = Object.assign(fresh, {memoized: true as const});
	return {
		provider,
		resolve: async () => {
			try {
				return toResolved(await fresh());
			} catch (error) {
				if (error instanceof UnflapError) throw error;
				throw new AwsCallError('GetCredentials', readFailure(error), facts);
			}
		},
		forget: () => {
			if (cached !== undefined && Date.now() - cached.at >= minimumAgeMs) cached = undefined;
		},
	};
};

const say = () => undefined;
/** The SDK warns on the console unless it is given a logger. */
export const silent = {trace: say, debug: say, info: say, warn: say, error: say};

const fromOptions = ({
	accessKeyId,
	secretAccessKey,
	sessionToken,
	expiration,
}: ResolvedCredentials): AwsCredentialIdentity => ({
	accessKeyId,
	secretAccessKey,
	...(sessionToken === undefined ? {} : {sessionToken}),
	...(expiration === undefined ? {} : {expiration: new Date(expiration)}),
});

const toResolved = ({
	accessKeyId,
	secretAccessKey,
	sessionToken,
	expiration,
}: AwsCredentialIdentity): ResolvedCredentials => ({
	accessKeyId,
	secretAccessKey,
	...(sessionToken === undefined ? {} : {sessionToken}),
	...(expiration === undefined ? {} : {expiration: expiration.getTime()}),
});
