/** An error of a call as the core judges it: was the change certainly not applied, and is asking again of use? */
import {AwsCallError} from '../aws/call-error.ts';
import {UnflapError} from '../base/errors.ts';
import type {CallFailure} from './core-state.ts';

/**
 * `settled`: AWS judged the request and said no (every 4xx, and ResourceContention although it is a 500). A 5xx, a
 * timeout or a reset says nothing about whether it was applied. `lasting`: trying again will not help soon. A
 * hundred running automations may be fewer in a moment.
 */
export const describeFailure = (error: unknown): CallFailure => {
	if (!(error instanceof UnflapError))
		return {settled: false, lasting: false, message: messageOf(error), next: []};
	const next = error.meaning === undefined ? error.next : [error.meaning, ...error.next];
	const message = error.message;
	if (!(error instanceof AwsCallError))
		return {settled: true, lasting: error.kind !== 'unreachable', message, next};
	const {code, kind, retryable, requestId} = error;
	const contended = code === 'ResourceContention' || code === 'ResourceInUse';
	const settled = requestId !== null && (contended || kind === 'throttled' || !retryable);
	const lasting = !retryable && code !== 'AutomationExecutionLimitExceededException';
	return {settled: settled || isOurCredentials(kind), lasting, message, next};
};

/** No request was signed, so none was sent. */
const isOurCredentials = (kind: UnflapError['kind']): boolean =>
	kind === 'expired-credentials' || kind === 'no-credentials' || kind === 'denied';

const messageOf = (error: unknown): string => {
	if (error instanceof Error && error.name === 'AbortError') return 'no answer in time';
	return error instanceof Error ? error.message : 'an unknown failure';
};
