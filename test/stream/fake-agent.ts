/**
 * A small stand-in for SSM and one agent, on loopback: runs the real command line in a real sh with players on PATH, and
 * speaks the data channel with faults on demand.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type WebSocket, WebSocketServer} from 'ws';
import type {Aws, Ec2Instance} from '../../src/aws/types.ts';
import {encodeAcknowledgement} from '../../src/channel/acknowledge.ts';
import {decodeFrame, encodeFrame} from '../../src/channel/frame.ts';

export type FrameFault = (frame: Buffer, number: number) => readonly Buffer[] | 'later';

export type FakeAgent = {
	readonly aws: Aws;
	readonly calls: string[];
	readonly addLines: (lines: readonly string[]) => void;
	readonly setUnits: (list: string, show: string) => void;
	/** Cuts all sockets; new ones are refused for so long. */
	readonly dropLink: (ms: number) => void;
	readonly setInstance: (facts: Partial<Ec2Instance> | null) => void;
	readonly setConnected: (connected: boolean) => void;
	readonly setConsole: (text: string) => void;
	/** More client actions than the session type. */
	readonly setDemand: (action: object) => void;
	/** What happens to each frame of output. */
	readonly setFault: (fault: FrameFault) => void;
	readonly commands: string[];
	readonly folder: string;
	readonly close: () => Promise<void>;
};

const journalctl = `#!/bin/sh
J=$(dirname "$0")/journal
echo "$@" >>"$J.calls"
case "$*" in
*--version*) echo 'systemd 252 (252.39-1~deb12u1)'; exit 0 ;;
*' -f '*)
	c=$(printf '%s\\n' "$@" | sed -n 's/^--cursor=//p')
	n=1
	if [ -n "$c" ]; then n=$(grep -n -F "$c" "$J" | sed 's/:.*//;q'); fi
	exec tail -n "+\${n:-1}" -f "$J" ;;
*'-n 1'*) tail -n 1 "$J" ;;
*) cat "$J" ;;
esac
`;
const systemctl = `#!/bin/sh
case "$1" in
list-units) cat "$(dirname "$0")/units" ;;
show) cat "$(dirname "$0")/show" ;;
esac
`;

export const startFakeAgent = async (instanceId: string): Promise<FakeAgent> => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-fake-agent-'));
	mkdirSync(folder, {recursive: true});
	const put = (name: string, text: string, mode = 0o600) => {
		writeFileSync(join(folder, name), text);
		chmodSync(join(folder, name), mode);
	};
	put('journalctl', journalctl, 0o755);
	put('systemctl', systemctl, 0o755);
	// On a busy machine a nice player would starve.
	put('nice', '#!/bin/sh\nshift 2\nexec "$@"\n', 0o755);
	put('journal', '');
	put('units', '');
	put('show', '');

	const calls: string[] = [];
	const commands: string[] = [];
	const children = new Set<ChildProcess>();
	const sockets = new Set<WebSocket>();
	const sessions = new Map<string, {command: string; socket: WebSocket | null; child: ChildProcess | null}>();
	let refusedUntil = 0;
	let connected = true;
	let consoleText = '';
	let instance: Ec2Instance | null = null;
	let fault: FrameFault = frame => [frame];
	let lastSession = 0;
	const actions: object[] = [
		{
			ActionType: 'SessionType',
			ActionParameters: {SessionType: 'NonInteractiveCommands', Properties: null},
		},
	];

	const server = new WebSocketServer({
		host: '127.0.0.1',
		port: 0,
		verifyClient: () => Date.now() >= refusedUntil,
	});
	await new Promise(resolve => server.once('listening', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;

	server.on('connection', (socket, request) => {
		const sessionId = (request.url ?? '').split('/').pop()?.split('?')[0] ?? '';
		const session = sessions.get(sessionId);
		sockets.add(socket);
		let sequenceNumber = 0;
		let held: Buffer[] = [];
		const seen = new Set<number>();
		const put = (payloadType: number, payload: Buffer) => {
			const frame = encodeFrame({
				messageType: 'output_stream_data',
				schemaVersion: 1,
				createdDate: Date.now(),
				sequenceNumber,
				flags: sequenceNumber === 0 ? 1 : 0,
				messageId: crypto.randomUUID(),
				payloadType,
				payload,
			});
			unacknowledged.set(sequenceNumber, frame);
			const outcome = fault(frame, sequenceNumber);
			sequenceNumber += 1;
			if (outcome === 'later') held.push(frame);
			else {
				for (const bytes of outcome) socket.send(bytes);
				for (const bytes of held.splice(0)) socket.send(bytes);
			}
		};
		const unacknowledged = new Map<number, Buffer>();
		const resend = setInterval(() => {
			const [oldest] = unacknowledged.values();
			if (oldest !== undefined && socket.readyState === socket.OPEN) socket.send(oldest);
			held = [];
		}, 100);
		const closeChannel = (output: string) => {
			const payload = Buffer.from(
				JSON.stringify({SessionId: sessionId, MessageType: 'channel_closed', Output: output}),
			);
			socket.send(
				encodeFrame({
					messageType: 'channel_closed',
					schemaVersion: 1,
					createdDate: Date.now(),
					sequenceNumber: 0,
					flags: 0,
					messageId: crypto.randomUUID(),
					payloadType: 0,
					payload,
				}),
			);
		};
		const run = () => {
			const script =
				/^sh -c '(.*)'$/s.exec(session?.command ?? '')?.[1]?.replaceAll(`'\\''`, `'`) ?? 'exit 9';
			const child = spawn('sh', ['-c', script], {
				env: {PATH: `${folder}:${process.env['PATH']}`},
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			children.add(child);
			if (session !== undefined) session.child = child;
			const chunks = (type: number) => (bytes: Buffer) => {
				for (let at = 0; at < bytes.length; at += 1024) put(type, Buffer.from(bytes.subarray(at, at + 1024)));
			};
			child.stdout.on('data', chunks(1));
			child.stderr.on('data', chunks(11));
			child.on('close', code => {
				children.delete(child);
				put(12, Buffer.from(`EXIT_CODE: ${code ?? 1}`));
				const wait = setInterval(() => {
					if (unacknowledged.size > 0 && socket.readyState === socket.OPEN) return;
					clearInterval(wait);
					closeChannel('');
				}, 20);
			});
		};
		socket.on('message', (data, isBinary) => {
			if (!isBinary) {
				put(5, Buffer.from(JSON.stringify({AgentVersion: '3.3.987.0', RequestedClientActions: actions})));
				return;
			}
			const decoded = decodeFrame(data as Buffer);
			if (!decoded.ok) throw new Error(decoded.problem);
			const {frame} = decoded;
			if (frame.messageType === 'acknowledge') {
				const parsed = JSON.parse(Buffer.from(frame.payload).toString()) as Record<string, number>;
				unacknowledged.delete(parsed['AcknowledgedMessageSequenceNumber'] ?? -1);
				return;
			}
			socket.send(encodeAcknowledgement(frame, {createdDate: Date.now()}));
			if (seen.has(frame.sequenceNumber)) return;
			seen.add(frame.sequenceNumber);
			if (frame.payloadType === 6) {
				put(7, Buffer.from('{"HandshakeTimeToComplete":1,"CustomerMessage":""}'));
				run();
			} else if (frame.payloadType === 1 && frame.payload[0] === 3) {
				calls.push(`interrupt ${sessionId}`);
				session?.child?.kill('SIGINT');
			}
		});
		socket.on('close', () => {
			clearInterval(resend);
			sockets.delete(socket);
			session?.child?.kill('SIGKILL');
		});
		if (session !== undefined) session.socket = socket;
	});

	const facts = (): Ec2Instance[] => (instance === null ? [] : [instance]);
	const aws = {
		facts: {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false},
		clock: {now: Date.now, rate: 1, skewMs: () => 0, disagreementMs: () => 0, observe: () => undefined},
		polling: {
			instances: async () => facts(),
			ssmConnected: async () => connected,
			identity: async () => ({accountId: '111122223333', callerArn: '', partition: 'aws'}),
			consoleOutput: async () => ({text: consoleText, at: null}),
		},
		stream: {
			startCommandSession: async (_id: string, command: string) => {
				if (Date.now() < refusedUntil) throw new Error('TargetNotConnected');
				lastSession += 1;
				const sessionId = `tester-${lastSession}`;
				calls.push(`start ${sessionId}`);
				commands.push(command);
				sessions.set(sessionId, {command, socket: null, child: null});
				return {
					sessionId,
					streamUrl: `ws://127.0.0.1:${port}/v1/data-channel/${sessionId}?role=publish_subscribe`,
					token: 'token',
				};
			},
			dataKey: async () =>
				Promise.reject(new Error('the session must be encrypted with KMS, and no key is to be had')),
			sendCommand: async () => Promise.reject(new Error('no commands here')),
			sendCommandToGroup: async () => Promise.reject(new Error('no commands here')),
			commandStates: async () => Promise.reject(new Error('no commands here')),
			resumeSession: async () => null,
			terminateSession: async (sessionId: string) => {
				calls.push(`terminate ${sessionId}`);
				sessions.get(sessionId)?.child?.kill('SIGKILL');
			},
			signStreamUrl: async () => ({}),
			streamAgent: () => undefined,
		},
	} as unknown as Aws;
	const running: Ec2Instance = {
		instanceId,
		state: 'running',
		stateReason: null,
		launchedAt: null,
		privateIp: null,
		imageId: null,
		instanceType: null,
		profileArn: null,
		nameTag: null,
		httpTokens: null,
		metadataTags: null,
		hopLimit: null,
	};
	instance = running;

	return {
		aws,
		calls,
		commands,
		folder,
		addLines: lines => appendFileSync(join(folder, 'journal'), lines.map(line => `${line}\n`).join('')),
		setUnits: (list, show) => {
			put('units', list);
			put('show', show);
		},
		dropLink: ms => {
			refusedUntil = Date.now() + ms;
			for (const socket of sockets) socket.terminate();
		},
		setInstance: next => {
			instance = next === null ? null : {...running, ...next};
		},
		setConnected: next => {
			connected = next;
		},
		setConsole: text => {
			consoleText = text;
		},
		setDemand: action => {
			actions.push(action);
		},
		setFault: next => {
			fault = next;
		},
		close: async () => {
			for (const child of children) child.kill('SIGKILL');
			for (const socket of sockets) socket.terminate();
			await new Promise(resolve => server.close(resolve));
			rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
		},
	};
};
