/** The three wire protocols of the lab's services: how a request names its operation, and how answers and errors look. */
import type {LabRefusal} from '../types.ts';
import {type Params, parseQuery, text} from './query-params.ts';
import {escapeXml, toXml, type XmlRecord} from './xml.ts';

export type Answer = {readonly status: number; readonly contentType: string; readonly body: string};
export type OperationCall = {readonly operation: string; readonly params: Params};

export type Protocol = {
	readonly parse: (body: string, target: string | undefined) => OperationCall;
	readonly success: (operation: string, result: unknown, requestId: string) => Answer;
	readonly failure: (error: Pick<LabRefusal, 'code' | 'message' | 'status'>, requestId: string) => Answer;
};

const xml = (status: number, body: string): Answer => ({status, contentType: 'text/xml', body});
const senderOrReceiver = (status: number): string => (status < 500 ? 'Sender' : 'Receiver');

export const awsQuery = (namespace: string): Protocol => ({
	parse: body => fromQuery(body),
	success: (operation, result, requestId) =>
		xml(
			200,
			`<${operation}Response xmlns="${namespace}">${
				result === undefined
					? ''
					: `<${operation}Result>${toXml(result as XmlRecord, 'member')}</${operation}Result>`
			}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
		),
	failure: ({code, message, status}, requestId) =>
		xml(
			status,
			`<ErrorResponse xmlns="${namespace}"><Error><Type>${senderOrReceiver(status)}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
		),
});

export const ec2Query: Protocol = {
	parse: body => fromQuery(body),
	success: (operation, result, requestId) =>
		xml(
			200,
			`<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${requestId}</requestId>${toXml((result ?? {}) as XmlRecord, 'item')}</${operation}Response>`,
		),
	failure: ({code, message, status}, requestId) =>
		xml(
			status,
			`<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
		),
};

/** @param prefix of X-Amz-Target, e.g. 'AmazonSSM'; some callers write a namespace before it. */
export const awsJson = (prefix: string): Protocol => ({
	parse(body, target) {
		const [operation = '', service] = (target ?? '').split('.').toReversed();
		return {operation: service === prefix ? operation : '', params: parseJson(body)};
	},
	success: (_operation, result) => json(200, result ?? {}),
	failure: ({code, message, status}) =>
		// What the query protocols call ValidationError is ValidationException here.
		json(status, {
			__type: code === 'ValidationError' ? 'ValidationException' : code,
			Message: message,
			message,
		}),
});

const json = (status: number, value: unknown): Answer => ({
	status,
	contentType: 'application/x-amz-json-1.1',
	body: JSON.stringify(value),
});

const fromQuery = (body: string): OperationCall => {
	const params = parseQuery(body);
	return {operation: text(params, 'Action') ?? '', params};
};

const parseJson = (body: string): Params => {
	if (body.trim() === '') return {};
	const value: unknown = JSON.parse(body);
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
};
