/** Verifies AWS Signature Version 4 in the Authorization header, the only form the lab accepts. */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import {LabRefusal} from '../types.ts';

export type Credentials = ReadonlyMap<string, string>;

export type SignedRequest = {
	readonly method: string;
	/** Path and query as they came. */
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: Uint8Array;
};

export type Signer = {readonly keyId: string; readonly region: string; readonly service: string};

type Scope = Signer & {
	readonly date: string;
	readonly signedHeaders: readonly string[];
	readonly signature: Buffer;
};

/**
 * @param clocks times at which a request may have been signed: the wall's and the lab's, and all between, since SDKs
 * correct their clock by the answers' Date.
 * @throws {LabRefusal} 403, with the code AWS would send.
 */
export const verifySignature = (
	request: SignedRequest,
	credentials: Credentials,
	clocks: readonly number[],
): Signer => {
	if (/[?&]X-Amz-(Signature|Credential|Algorithm)=/i.test(request.url))
		throw refusal('AccessDenied', 'Query string authentication is not accepted here.');
	const scope = parseAuthorization(request.headers.authorization);
	const secret = credentials.get(scope.keyId);
	if (secret === undefined)
		throw refusal('InvalidClientTokenId', 'The security token included in the request is invalid.');
	const stamp = header(request.headers, 'x-amz-date');
	checkStamp(stamp, scope.date, clocks);
	const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
	const text = ['AWS4-HMAC-SHA256', stamp, scopeText, sha256(canonicalRequest(request, scope))].join('\n');
	const expected = createHmac('sha256', signingKey(secret, scope)).update(text).digest();
	if (expected.length !== scope.signature.length || !timingSafeEqual(expected, scope.signature))
		throw refusal(
			'SignatureDoesNotMatch',
			'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
		);
	return {keyId: scope.keyId, region: scope.region, service: scope.service};
};

/** The signing name alone, unverified: says in which service's words an error is to be told. */
export const claimedService = (authorization: string | undefined): string | undefined =>
	/Credential=[^/,]+\/\d{8}\/[^/,]+\/([a-z0-9-]+)\/aws4_request/.exec(authorization ?? '')?.[1];

const parseAuthorization = (authorization: string | undefined): Scope => {
	if (authorization === undefined)
		throw refusal('MissingAuthenticationToken', 'Request is missing Authentication Token');
	const match =
		/^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/.exec(
			authorization,
		);
	if (match === null)
		throw refusal(
			'IncompleteSignature',
			'The Authorization header has no complete AWS4-HMAC-SHA256 signature.',
		);
	const [, keyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
	const names = signedHeaders.split(';');
	if (!names.includes('host')) throw refusal('SignatureDoesNotMatch', "'Host' must be a signed header.");
	return {keyId, date, region, service, signedHeaders: names, signature: Buffer.from(signature, 'hex')};
};

const toleranceMs = 15 * 60_000;

const checkStamp = (stamp: string, date: string, clocks: readonly number[]): void => {
	const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
	if (match === null || !stamp.startsWith(date))
		throw refusal(
			'IncompleteSignature',
			'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date',
		);
	const [, year, month, day, hour, minute, second] = match;
	const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
	const earliest = Math.min(...clocks) - toleranceMs;
	const latest = Math.max(...clocks) + toleranceMs;
	if (at < earliest)
		throw refusal(
			'SignatureDoesNotMatch',
			`Signature expired: ${stamp} is now earlier than ${compact(earliest)}`,
		);
	if (at > latest)
		throw refusal(
			'SignatureDoesNotMatch',
			`Signature not yet current: ${stamp} is still later than ${compact(latest)}`,
		);
};

const compact = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

const canonicalRequest = ({method, url, headers, body}: SignedRequest, scope: Scope): string => {
	const mark = url.indexOf('?');
	const path = mark === -1 ? url : url.slice(0, mark);
	const query = mark === -1 ? '' : url.slice(mark + 1);
	return [
		method,
		path.split('/').map(encodeOnce).join('/'),
		canonicalQuery(query),
		...scope.signedHeaders.map(name => `${name}:${header(headers, name).trim().replaceAll(/\s+/g, ' ')}`),
		'',
		scope.signedHeaders.join(';'),
		sha256(body),
	].join('\n');
};

const canonicalQuery = (query: string): string =>
	query === ''
		? ''
		: query
				.split('&')
				.map(pair => {
					const mark = pair.indexOf('=');
					const [name, value] = mark === -1 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)];
					return `${encode(decode(name))}=${encode(decode(value))}`;
				})
				.sort()
				.join('&');

const decode = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
};

/** All services here but S3 encode each segment of the path a second time. */
const encodeOnce = (segment: string): string => encode(segment);
const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
	);

const header = (headers: IncomingHttpHeaders, name: string): string => {
	const value = headers[name];
	return Array.isArray(value) ? value.join(',') : (value ?? '');
};

const signingKey = (secret: string, {date, region, service}: Scope): Buffer =>
	[date, region, service, 'aws4_request'].reduce<Buffer>(
		(key, part) => createHmac('sha256', key).update(part).digest(),
		Buffer.from(`AWS4${secret}`),
	);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const refusal = (code: string, message: string): LabRefusal => new LabRefusal(code, message, 403);
