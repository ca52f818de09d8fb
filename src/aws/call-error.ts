/** An AWS call that failed, in words for a person, with what a caller needs to decide about a retry. */
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {adviceFor} from './advice.ts';
import type {Failure} from './sdk-error.ts';
import type {AwsFacts} from './types.ts';

export class AwsCallError extends UnflapError {
	readonly operation: string;
	/** The code on the wire: 'ResourceContention', 'Throttling', 'ECONNREFUSED', … */
	readonly code: string;
	readonly requestId: string | null;
	/** Of the HTTP answer; null where none came. */
	readonly status: number | null;
	/** The words of AWS, or of the network, alone. */
	readonly answer: Hostile;
	/** True where trying again later may help: throttling, contention, 5xx, network. */
	readonly retryable: boolean;

	constructor(operation: string, failure: Failure, facts: AwsFacts) {
		const advice = adviceFor(operation, failure, facts);
		super(failure.kind, advice.message, {meaning: advice.meaning, next: advice.next});
		this.operation = operation;
		this.code = failure.code;
		this.requestId = failure.requestId;
		this.status = failure.status;
		this.answer = failure.message;
		this.retryable = isRetryable(failure);
	}
}

const isRetryable = ({kind, code, status}: Failure) =>
	kind === 'throttled' ||
	kind === 'unreachable' ||
	/^(?:ResourceContention|ResourceInUse|ServiceUnavailable|Internal(?:Failure|ServerError|Error)|TooManyUpdates)/.test(
		code,
	) ||
	(status !== null && status >= 500);

/** AWS said yes, but in words that cannot be used: a proxy, or something in AWS's place, may have spoiled them. */
export const isSpoiledAnswer = (error: unknown): boolean =>
	error instanceof AwsCallError
		? error.kind === 'unreachable' && error.status !== null && error.status < 300
		: error instanceof UnflapError && error.kind === 'aws';
