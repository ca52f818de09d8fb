/**
 * The service between clients and agents: sessions with their one-time tokens, WebSockets, publication paused while
 * nobody is connected, and the closing word. Facts: ssm-data-channel.md sections 1, 2, 4.2, 9.2, 12 and 13.
 */
import {randomBytes} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {type WebSocket, WebSocketServer} from 'ws';
import {type Boxes, LabRefusal, type LabWorld} from '../types.ts';
import {makeFrame, readFrame, writeFrame} from './agent-frame.ts';
import {type AgentSession, createAgentSession} from './agent-session.ts';
import {channelClosed, openToken, publication} from './agent-texts.ts';
import type {OpenTerminal, RunOnBox} from './box-process.ts';
import {withFaults} from './channel-faults.ts';
import {createCommandWork} from './command-work.ts';
import type {KeyStore} from './key-store.ts';
import type {Work, WorkIo} from './session-work.ts';
import {createTerminalWork} from './terminal-work.ts';

export type DataChannels = Pick<
	Boxes,
	'startSession' | 'resumeSession' | 'terminateSession' | 'upgrade' | 'openSessions'
> & {
	/** The box is gone or starts anew: its sessions fall silent, nothing is said. */
	readonly silence: (instanceId: string) => void;
	readonly close: () => void;
};

type Session = {
	readonly sessionId: string;
	readonly instanceId: string;
	readonly tokens: Set<string>;
	readonly agent: AgentSession;
	socket: WebSocket | null;
	send: ((bytes: Buffer) => void) | null;
	isSilent: boolean;
	lastInputAt: number;
	watch: NodeJS.Timeout;
	openedAt: number;
};

const openMs = 15_000;
const idleMs = 20 * 60_000;
const hourMs = 60 * 60_000;
const watchMs = 250;
const fullBytes = 1024 * 1024;
/** What a client may send in one frame. */
const maxFrameBytes = 1024 * 1024;

export type DataChannelOptions = {
	readonly run: RunOnBox;
	readonly open: OpenTerminal;
	/** The KMS key that the account's preferences demand, or null. */
	readonly encryption: {readonly keyId: string; readonly keys: KeyStore} | null;
};

export const createDataChannels = (world: LabWorld, options: DataChannelOptions): DataChannels => {
	const sessions = new Map<string, Session>();
	const awayUntil = new Map<string, number>();
	/** Rules that close or pause do so once for a box, whatever session it has then. */
	const faultsDone = new Set<string>();
	const server = new WebSocketServer({noServer: true, perMessageDeflate: false, maxPayload: maxFrameBytes});
	const monotonicMs = () => performance.now();
	const isAway = (instanceId: string) => (awayUntil.get(instanceId) ?? 0) > monotonicMs();

	const ticket = (session: Session, streamBase: string) => {
		const token = randomBytes(96).toString('base64');
		session.tokens.add(token);
		const cell = encodeURIComponent(randomBytes(24).toString('base64'));
		return {
			sessionId: session.sessionId,
			streamUrl: `${streamBase}/v1/data-channel/${session.sessionId}?role=publish_subscribe&cell-number=${cell}`,
			token,
		};
	};

	const startSession: Boxes['startSession'] = ({
		instanceId,
		documentName,
		parameters,
		streamBase,
		callerKeyId,
	}) => {
		const work = workOf(documentName, {instanceId, parameters, options});
		if (isAway(instanceId)) throw new LabRefusal('TargetNotConnected', `${instanceId} is not connected.`);
		const sessionId = `${callerKeyId.slice(-8).toLowerCase()}-${randomBytes(9).toString('hex').slice(0, 17)}`;
		const session: Session = {
			sessionId,
			instanceId,
			tokens: new Set(),
			agent: createAgentSession({
				sessionId,
				instanceId,
				work,
				encryption: options.encryption,
				monotonicMs,
				transmit: bytes => (session.isSilent ? undefined : session.send?.(bytes)),
				isFull: () => (session.socket?.bufferedAmount ?? 0) > fullBytes,
				// A silent session stays open for the service, and stalls, until it is terminated or idle.
				ended: output => (session.isSilent ? undefined : finish(session, output)),
			}),
			socket: null,
			send: null,
			isSilent: false,
			lastInputAt: monotonicMs(),
			watch: setInterval(() => watch(session), watchMs).unref(),
			openedAt: monotonicMs(),
		};
		sessions.set(sessionId, session);
		return ticket(session, streamBase);
	};

	/** The service's closing word; the client never acknowledges it. */
	const finish = (session: Session, output: string) => {
		clearInterval(session.watch);
		if (!sessions.delete(session.sessionId)) return;
		const {socket} = session;
		if (socket === null) return;
		const payload = channelClosed(session.sessionId, output);
		socket.send(writeFrame(makeFrame({type: 'channel_closed', flags: 3, payload})));
		setTimeout(() => socket.close(1000), 1000).unref();
	};

	const watch = (session: Session) => {
		const now = monotonicMs();
		if (now - session.lastInputAt > idleMs)
			return endByService(session, 'Session terminated by idle timeout');
		if (session.socket !== null && now - session.openedAt > hourMs) session.socket.close(1000, 'Bye');
		for (const fault of world.channelFaults(session.instanceId)) {
			if ((fault.kind !== 'disconnect' && fault.kind !== 'pause') || session.socket === null) continue;
			// Once an instance: a client that reopens has another session.
			const done = `${session.instanceId} ${fault.id}`;
			if (faultsDone.has(done)) continue;
			faultsDone.add(done);
			if (fault.kind === 'disconnect') {
				awayUntil.set(session.instanceId, now + fault.ms);
				session.socket.close(1000, 'Bye');
			} else pauseFor(session, fault.ms);
		}
	};

	const pauseFor = (session: Session, ms: number) => {
		control(session, 'pause_publication');
		session.agent.setPaused(true);
		setTimeout(() => {
			control(session, 'start_publication');
			session.agent.setPaused(session.socket === null);
		}, ms).unref();
	};

	const control = (session: Session, type: 'pause_publication' | 'start_publication') =>
		session.socket?.send(writeFrame(makeFrame({type, payload: publication(type)})));

	const endByService = (session: Session, output: string) => {
		finish(session, output);
		session.agent.terminate();
	};

	const attach = (session: Session, socket: WebSocket) => {
		session.socket?.close(1000, 'Bye');
		session.socket = socket;
		session.openedAt = monotonicMs();
		session.lastInputAt = session.openedAt;
		const faults = () => world.channelFaults(session.instanceId);
		session.send = withFaults(`${session.sessionId}/out`, faults, bytes => {
			// What an agent that is away sends or is sent is lost, and sent again when it is back.
			if (socket.readyState === socket.OPEN && !world.agentAway(session.instanceId)) socket.send(bytes);
		});
		const receive = withFaults(`${session.sessionId}/in`, faults, bytes => take(session, bytes));
		socket.on('message', (data, isBinary) => {
			if (isBinary) receive(data as Buffer);
		});
		socket.on('close', () => {
			if (session.socket !== socket) return;
			session.socket = null;
			session.send = null;
			session.agent.setPaused(true);
		});
		session.agent.setPaused(false);
		session.agent.begin();
	};

	const take = (session: Session, bytes: Buffer) => {
		const frame = readFrame(bytes);
		if (frame === undefined || session.isSilent || world.agentAway(session.instanceId)) return;
		if (frame.type === 'input_stream_data') session.lastInputAt = monotonicMs();
		session.agent.receive(frame);
	};

	const upgrade: Boxes['upgrade'] = (request, socket, head) => {
		const session = sessions.get(sessionIdOf(request));
		if (session === undefined) return refuseUpgrade(socket, 404);
		server.handleUpgrade(request, socket, head, opened => {
			opened.on('error', () => opened.terminate());
			const timer = setTimeout(() => opened.close(1008, 'no open message'), openMs).unref();
			opened.once('message', (data, isBinary) => {
				clearTimeout(timer);
				const token = isBinary ? null : openToken(String(data));
				if (token !== null && session.tokens.delete(token)) attach(session, opened);
				else opened.close(1008, 'token is not valid');
			});
		});
	};

	return {
		startSession,
		resumeSession(sessionId, streamBase) {
			const session = sessions.get(sessionId);
			return session === undefined || session.isSilent ? null : ticket(session, streamBase);
		},
		terminateSession(sessionId) {
			const session = sessions.get(sessionId);
			if (session !== undefined) endByService(session, '');
			return session !== undefined;
		},
		upgrade,
		openSessions: () => [...sessions.keys()],
		silence(instanceId) {
			for (const session of sessions.values()) {
				if (session.instanceId !== instanceId || session.isSilent) continue;
				session.isSilent = true;
				session.agent.terminate();
			}
		},
		close() {
			for (const session of [...sessions.values()]) {
				endByService(session, '');
				session.socket?.terminate();
			}
			server.close();
		},
	};
};

type Wanted = {
	readonly instanceId: string;
	readonly parameters: Readonly<Record<string, readonly string[]>>;
	readonly options: DataChannelOptions;
};

/** What the three documents start, or AWS's refusal. */
const workOf = (
	documentName: string,
	{instanceId, parameters, options: {run, open}}: Wanted,
): ((io: WorkIo) => Work) => {
	const command = parameters['command']?.[0] ?? '';
	const required = () => {
		if (command === '')
			throw new LabRefusal('InvalidParameters', 'Parameter command of the document is required.');
	};
	if (documentName === 'SSM-SessionManagerRunShell')
		return io => createTerminalWork({instanceId, command: null, open}, io);
	if (documentName === 'AWS-StartInteractiveCommand') {
		required();
		return io => createTerminalWork({instanceId, command, open}, io);
	}
	if (documentName !== 'AWS-StartNonInteractiveCommand')
		throw new LabRefusal('InvalidDocument', `Document with name ${documentName} does not exist.`);
	required();
	const separateOutput = parameters['separateOutputStream']?.[0] === 'true';
	return io => createCommandWork({instanceId, command, separateOutput, run}, io);
};

const sessionIdOf = ({url = ''}: IncomingMessage): string =>
	/^\/v1\/data-channel\/([A-Za-z0-9_-]{1,96})(\?|$)/.exec(url)?.[1] ?? '';

const refuseUpgrade = (socket: Duplex, status: number) => {
	socket.end(`HTTP/1.1 ${status} Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};
