/** A loopback server that upgrades to data channels of boxes, and a client of ours that runs one command there. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createProcessClock} from '../../../src/base/clock-process.ts';
import {type ChannelEnd, openChannel} from '../../../src/channel/open-channel.ts';
import type {Boxes} from '../../../src/lab/types.ts';

export const serveChannels = async (boxes: Boxes) => {
	const server = createServer();
	server.on('upgrade', boxes.upgrade);
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	return {
		base: `ws://127.0.0.1:${port}`,
		close: () => new Promise(resolve => server.close(resolve)),
	};
};

export type Answer = {
	readonly sessionId: string;
	readonly stdout: () => string;
	readonly stderr: () => string;
	readonly exitCode: () => number | null;
	readonly interrupt: () => void;
	readonly leave: () => void;
	readonly ended: Promise<ChannelEnd>;
};

/** Starts a session and opens its channel; what arrives is collected. */
export const runOverChannel = async (
	boxes: Boxes,
	base: string,
	{instanceId, command, separate = true}: {instanceId: string; command: string; separate?: boolean},
): Promise<Answer> => {
	const ticket = boxes.startSession({
		instanceId,
		documentName: 'AWS-StartNonInteractiveCommand',
		parameters: {command: [command], ...(separate ? {separateOutputStream: ['true']} : {})},
		streamBase: base,
		callerKeyId: 'AKIDEXAMPLE',
	});
	const out: Uint8Array[] = [];
	const err: Uint8Array[] = [];
	let code: number | null = null;
	const channel = await openChannel({
		ticket,
		targetId: instanceId,
		signUpgrade: async () => ({}),
		processClock: createProcessClock(),
		wallNow: () => Date.now(),
		handlers: {
			stdout: bytes => out.push(Buffer.from(bytes)),
			stderr: bytes => err.push(Buffer.from(bytes)),
			exitCode: status => {
				code = status;
			},
		},
	});
	return {
		sessionId: ticket.sessionId,
		stdout: () => Buffer.concat(out).toString('utf8'),
		stderr: () => Buffer.concat(err).toString('utf8'),
		exitCode: () => code,
		interrupt: channel.interrupt,
		leave: channel.leave,
		ended: channel.ended,
	};
};
