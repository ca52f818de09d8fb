// A relay on loopback in front of a service: counts the bytes that come back, and may hold each piece for half a round trip.
import {connect, createServer} from 'node:net';

/**
 * @param {number} port of the service
 * @param {number} [roundTripMs] what the way adds, half of it in each direction
 * @returns {Promise<{port: number, received: () => number, close: () => void}>}
 */
export const openRelay = async (port, roundTripMs = 0) => {
	let received = 0;
	const server = createServer(client => {
		const service = connect(port, '127.0.0.1');
		const pass = (from, to) => {
			from.on('data', bytes => {
				if (from === service) received += bytes.length;
				if (roundTripMs === 0) to.write(bytes);
				else setTimeout(() => to.write(bytes), roundTripMs / 2);
			});
			from.on('close', () => setTimeout(() => to.destroy(), roundTripMs / 2 + 50));
			from.on('error', () => to.destroy());
			from.setNoDelay(true);
		};
		pass(client, service);
		pass(service, client);
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	return {port: server.address().port, received: () => received, close: () => server.close()};
};
