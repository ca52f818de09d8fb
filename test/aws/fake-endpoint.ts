/** A small endpoint on loopback that answers in the shapes of aws-facts.md section 9 and keeps what arrived. */
import {createServer, type IncomingHttpHeaders, type RequestListener, type Server} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {createAws} from '../../src/aws/create-aws.ts';
import type {Aws, AwsOptions} from '../../src/aws/types.ts';

export type Arrived = {
	readonly operation: string;
	readonly body: string;
	readonly headers: IncomingHttpHeaders;
};

export type Answer = {
	readonly status?: number;
	readonly body?: string;
	readonly headers?: Readonly<Record<string, string>>;
};

export type FakeEndpoint = {
	readonly url: string;
	readonly port: number;
	readonly arrived: Arrived[];
	readonly operations: () => readonly string[];
	readonly close: () => Promise<void>;
};

/** Answers by operation; what has no answer of its own succeeds with an empty one. */
export const startEndpoint = async (
	answer: (arrived: Arrived, count: number) => Answer | undefined = () => undefined,
	tls?: {readonly key: string; readonly cert: string},
): Promise<FakeEndpoint> => {
	const arrived: Arrived[] = [];
	const listener: RequestListener = (request, response) => {
		let body = '';
		request.setEncoding('utf8').on('data', text => {
			body += text;
		});
		request.on('end', () => {
			const target = request.headers['x-amz-target'];
			const operation =
				typeof target === 'string'
					? (target.split('.')[1] ?? '')
					: (new URLSearchParams(body).get('Action') ?? '');
			const seen = {operation, body, headers: request.headers};
			arrived.push(seen);
			const {status = 200, body: text, headers} = answer(seen, arrived.length) ?? {};
			const isJson = target !== undefined;
			response.writeHead(status, {
				'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml',
				'x-amzn-requestid': `request-${arrived.length}`,
				...headers,
			});
			response.end(text ?? (isJson ? '{}' : success(operation)));
		});
	};
	const server: Server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	return {
		url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
		port,
		arrived,
		operations: () => arrived.map(({operation}) => operation),
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
};

export const success = (operation: string, result = ''): string =>
	`<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></${operation}Response>`;

export const failure = (code: string, message = 'no', status = 400): Answer => ({
	status,
	body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>x</RequestId></ErrorResponse>`,
});

/** Credentials that a test can search output for. */
export const canary = {
	accessKeyId: 'AKIACANARYCANARYCAN0',
	secretAccessKey: 'canary-secret-key-0123456789abcdefghijk',
	sessionToken: 'IQoJb3JpZ2luX2VjCANARYTOKEN//////////wEaCXVz',
};

export const awsFor = (url: string, options: Partial<AwsOptions> = {}, environment = {}): Promise<Aws> =>
	createAws(
		{
			region: 'eu-west-1',
			endpointUrl: url,
			readOnly: false,
			timeRate: 1,
			credentials: canary,
			...options,
		},
		{environment},
	);
