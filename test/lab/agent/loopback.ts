/** A loopback server that upgrades to data channels of boxes, and a client of ours that runs one command there. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createProcessClock} from '../../../src/base/clock-process.ts';
import {
	type Channel,
	type ChannelEnd,
	type ChannelOptions,
	type LinkNews,
	openChannel,
} from '../../../src/channel/open-channel.ts';
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
	{
		instanceId,
		command,
		separate = true,
		keys,
	}: {
		instanceId: string;
		command: string;
		separate?: boolean;
		keys?: NonNullable<ChannelOptions['keys']>;
	},
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
		...(keys === undefined ? {} : {keys}),
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

export type Terminal = {
	readonly sessionId: string;
	readonly screen: () => string;
	readonly type: (text: string) => void;
	readonly channel: Channel;
	readonly news: LinkNews[];
	readonly notices: string[];
	readonly isReady: () => boolean;
};

/** A session on a PTY that resumes by itself. `document` null: the account's shell. */
export const openTerminal = async (
	boxes: Boxes,
	base: string,
	{
		instanceId,
		command,
		keys,
		acknowledgeChallenge = true,
	}: {
		instanceId: string;
		command: string | null;
		keys?: NonNullable<ChannelOptions['keys']>;
		acknowledgeChallenge?: boolean;
	},
): Promise<Terminal> => {
	const ticket = boxes.startSession({
		instanceId,
		documentName: command === null ? 'SSM-SessionManagerRunShell' : 'AWS-StartInteractiveCommand',
		parameters: command === null ? {} : {command: [command]},
		streamBase: base,
		callerKeyId: 'AKIDEXAMPLE',
	});
	let screen = '';
	let ready = false;
	const news: LinkNews[] = [];
	const notices: string[] = [];
	const channel = await openChannel({
		ticket,
		targetId: instanceId,
		signUpgrade: async () => ({}),
		processClock: createProcessClock(),
		wallNow: () => Date.now(),
		expectedTypes: [command === null ? 'Standard_Stream' : 'InteractiveCommands'],
		...(keys === undefined ? {} : {keys}),
		acknowledgeChallenge,
		resume: async sessionId => boxes.resumeSession(sessionId, base),
		handlers: {
			stdout: bytes => {
				screen += Buffer.from(bytes).toString('utf8');
			},
			stderr: () => undefined,
			ready: () => {
				ready = true;
			},
			customerMessage: text => notices.push(text),
			link: said => news.push(said),
		},
	});
	return {
		sessionId: ticket.sessionId,
		screen: () => screen,
		type: text => channel.write(Buffer.from(text)),
		channel,
		news,
		notices,
		isReady: () => ready,
	};
};
