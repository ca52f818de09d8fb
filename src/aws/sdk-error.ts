/** Reads what the SDK throws into plain facts. Nothing of the SDK's own error object leaves this room (threats.md S2). */
import type {UnflapErrorKind} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';

/** What went wrong in one call. */
export type Failure = {
	/** The code on the wire, e.g. 'Throttling', or the local one, e.g. 'ECONNREFUSED'. */
	readonly code: string;
	readonly message: Hostile;
	readonly kind: UnflapErrorKind;
	/** null where no HTTP answer came. */
	readonly status: number | null;
	readonly requestId: string | null;
	/** True when AWS itself answered, in its own words. */
	readonly answered: boolean;
};

const maxMessageLength = 2048;

export const readFailure = (error: unknown): Failure => {
	const seen = asRecord(error);
	const metadata = asRecord(seen['$metadata']);
	const status = typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : null;
	const requestId = typeof metadata['requestId'] === 'string' ? metadata['requestId'] : null;
	const code = codeOf(seen);
	const answered = status !== null && seen['$fault'] !== undefined && code !== 'Unknown';
	const kind = kindOf(code, seen, answered, status);
	return {code, message: messageOf(seen, answered, status), kind, status, requestId, answered};
};

export const isAbort = (error: unknown): boolean => asRecord(error)['name'] === 'AbortError';

/** `Code` keeps the word on the wire where the SDK renames the class (`ResourceInUseFault`). */
const codeOf = (error: Readonly<Record<string, unknown>>): string => {
	const candidates = [error['Code'], error['code'], error['name']];
	const code = candidates.find(value => typeof value === 'string' && value !== '');
	return String(code ?? 'Unknown').slice(0, 100);
};

const messageOf = (
	error: Readonly<Record<string, unknown>>,
	answered: boolean,
	status: number | null,
): Hostile => {
	const text = String(error['message'] ?? error['Message'] ?? '').slice(0, maxMessageLength);
	// A proxy's page, or an answer that was no AWS answer: status and size say more than its markup.
	if (status !== null && !answered) return `HTTP ${status}, and not in the words of AWS`;
	if (/<(?:!doctype|html|body)/i.test(text)) return `an HTML page of ${text.length} characters`;
	return text;
};

const throttled =
	/^(?:Throttl(?:ing|ed)(?:Exception)?|ThrottledException|RequestLimitExceeded|RequestThrottled(?:Exception)?|TooManyRequestsException|SlowDown|RateExceeded|EC2ThrottledException|BandwidthLimitExceeded|PriorRequestNotComplete)$/;
const expired = /^(?:ExpiredToken(?:Exception)?|RequestExpired|TokenRefreshRequired)$/;
const unknownCredentials =
	/^(?:UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure|IncompleteSignature|MissingAuthenticationToken(?:Exception)?|InvalidAccessKeyId)$/;
const denied =
	/^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized|OptInRequired)$/;
const gone = /^(?:TargetNotConnected|InvalidInstanceId|InvalidInstanceID\..*|DoesNotExistException)$/;
const network =
	/^(?:E[A-Z]{3,}|UND_ERR_.*|TimeoutError|NetworkingError|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*)$/;

const kindOf = (
	code: string,
	error: Readonly<Record<string, unknown>>,
	answered: boolean,
	status: number | null,
): UnflapErrorKind => {
	const name = String(error['name'] ?? '');
	if (name === 'CredentialsProviderError' || name === 'TokenProviderError' || name === 'ProviderError')
		return /expired|refresh failed|sso login/i.test(String(error['message']))
			? 'expired-credentials'
			: 'no-credentials';
	if (throttled.test(code) || status === 429) return 'throttled';
	if (expired.test(code)) return 'expired-credentials';
	if (unknownCredentials.test(code)) return 'no-credentials';
	if (denied.test(code)) return 'denied';
	if (gone.test(code)) return 'gone';
	if (!answered && (network.test(code) || network.test(name) || status !== null)) return 'unreachable';
	if (/region is missing/i.test(String(error['message']))) return 'no-region';
	if (code === 'ValidationError' && /No active Lifecycle Action/i.test(String(error['message'])))
		return 'gone';
	if (/^Deployment(?:Group)?DoesNotExistException$/.test(code)) return 'not-found';
	if (code === 'NoSuchEntity' || /^Automation(?:Execution|Definition\w*)NotFound/.test(code))
		return 'not-found';
	if (code === 'ValidationError' && /not found/i.test(String(error['message']))) return 'not-found';
	return 'aws';
};

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
