/** Stands in front of the lab and changes its answers: how AWS's texts would look if somebody hostile wrote them. */
import {createServer, type IncomingMessage, request} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Answer = {readonly status: number; readonly type: string; readonly body: string};
/** `operation` is the API's own word, e.g. DescribeAutoScalingGroups. */
export type Tamper = (operation: string, answer: Answer) => Answer;

export const startTamperingProxy = async (target: string, tamper: Tamper) => {
	const server = createServer(async (incoming, outgoing) => {
		const body = await bodyOf(incoming);
		// The signature covers the Host header, so it goes through as it came.
		const forwarded = request(target, {
			method: incoming.method,
			path: incoming.url,
			headers: incoming.headers,
			setHost: false,
		});
		forwarded.on('error', () => outgoing.destroy());
		forwarded.on('response', async response => {
			const text = (await bodyOf(response)).toString('utf8');
			const changed = tamper(operationOf(incoming, body.toString('utf8')), {
				status: response.statusCode ?? 500,
				type: response.headers['content-type'] ?? 'text/plain',
				body: text,
			});
			const headers = Object.fromEntries(
				Object.entries(response.headers).filter(
					([name]) => !/^(?:content-length|transfer-encoding|connection|x-amz-crc32)$/.test(name),
				),
			);
			outgoing.writeHead(changed.status, {...headers, 'content-type': changed.type});
			outgoing.end(changed.body);
		});
		forwarded.end(body);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		},
	};
};

/** Text for XML 1.1-like carelessness: what cannot stand there at all is left out. */
export const inXml = (text: string): string =>
	text
		.toWellFormed()
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('\r', '&#13;');

const operationOf = ({headers}: IncomingMessage, body: string) =>
	/(?:^|&)Action=([A-Za-z]+)/.exec(body)?.[1] ??
	String(headers['x-amz-target'] ?? '')
		.split('.')
		.at(-1) ??
	'';

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
};
