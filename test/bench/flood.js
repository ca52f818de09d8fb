// A data-channel service of its own process for the bench: pre-made frames of 1 KiB, sent as fast as the socket takes them.
import {createHash, randomUUID} from 'node:crypto';
import {WebSocketServer} from 'ws';

const count = Number(process.argv[2]);
const payload = Buffer.alloc(1024, 'abcdefghijklmnopqrstuvwxyz012345');
const digest = createHash('sha256').update(payload).digest();

const frame = (sequence, type, body, messageType = 'output_stream_data') => {
	const bytes = Buffer.alloc(120 + body.length);
	bytes.writeUInt32BE(116, 0);
	bytes.write(messageType.padEnd(32), 4, 'ascii');
	bytes.writeUInt32BE(1, 36);
	bytes.writeBigUInt64BE(BigInt(Date.now()), 40);
	bytes.writeBigInt64BE(BigInt(sequence), 48);
	bytes.write(randomUUID().replaceAll('-', ''), 64, 'hex');
	(body === payload ? digest : createHash('sha256').update(body).digest()).copy(bytes, 80);
	bytes.writeUInt32BE(type, 112);
	bytes.writeUInt32BE(body.length, 116);
	body.copy(bytes, 120);
	return bytes;
};

const server = new WebSocketServer({port: 0, host: '127.0.0.1', perMessageDeflate: false}, () => {
	console.log(server.address().port);
});
server.on('connection', async socket => {
	await new Promise(resolve => {
		socket.once('message', resolve);
	});
	for (let sequence = 0; sequence < count; sequence++) {
		socket.send(frame(sequence, 1, payload));
		if (socket.bufferedAmount > 4 << 20)
			await new Promise(resolve => {
				const wait = () => (socket.bufferedAmount < 1 << 20 ? resolve() : setImmediate(wait));
				setImmediate(wait);
			});
	}
	const closed = JSON.stringify({
		MessageId: randomUUID(),
		CreatedDate: '',
		DestinationId: '',
		SessionId: 's',
		MessageType: 'channel_closed',
		SchemaVersion: 1,
		Output: '',
	});
	socket.send(frame(count, 0, Buffer.from(closed), 'channel_closed'));
});
process.stdin.resume().on('end', () => process.exit(0));
