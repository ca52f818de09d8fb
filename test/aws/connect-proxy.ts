/** An HTTP proxy that keeps every request line and byte count, and sends each CONNECT to one place whatever its name. */
import {createServer} from 'node:http';
import {type AddressInfo, connect, type Socket} from 'node:net';

export type ConnectProxy = {
	readonly url: string;
	/** `CONNECT host:port`, or any other method that should never come. */
	readonly lines: string[];
	readonly headers: string[];
	readonly close: () => Promise<void>;
};

export const startProxy = async (target: {readonly port: number}): Promise<ConnectProxy> => {
	const lines: string[] = [];
	const headers: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((request, response) => {
		lines.push(`${request.method} ${request.url}`);
		response.writeHead(405).end();
	});
	server.on('connect', (request, client: Socket) => {
		lines.push(`${request.method} ${request.url}`);
		headers.push(JSON.stringify(request.headers));
		const upstream = connect(target.port, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			upstream.pipe(client);
			client.pipe(upstream);
		});
		for (const [one, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			sockets.add(one);
			one.on('error', () => other.destroy());
			one.on('close', () => other.destroy());
		}
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		lines,
		headers,
		close: () =>
			new Promise(resolve => {
				for (const socket of sockets) socket.destroy();
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
};
