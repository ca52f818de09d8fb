/** Headless Chromium, driven over the DevTools protocol on loopback: what a page asks for, says and looks like. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {WebSocket} from 'ws';

const chromium = process.env['UNFLAP_PEER_CHROMIUM'] ?? '/usr/bin/chromium';
const flags = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--hide-scrollbars',
	'--remote-debugging-port=0',
];

type Message = {
	readonly id?: number;
	readonly method?: string;
	readonly sessionId?: string;
	readonly params?: Readonly<Record<string, unknown>>;
	readonly result?: Readonly<Record<string, unknown>>;
	readonly error?: {readonly message: string};
};

export type Page = {
	/** Every address asked for, data: left out. */
	readonly asked: () => readonly string[];
	/** Console messages, log entries (violations of the policy among them), exceptions and dialogs. */
	readonly said: () => readonly string[];
	readonly evaluate: <T>(expression: string) => Promise<T>;
	readonly resize: (width: number) => Promise<void>;
	readonly media: (media: 'screen' | 'print') => Promise<void>;
	/** The bytes of the PDF that printing gives. */
	readonly print: () => Promise<Buffer>;
};

export type Browser = {
	/** Opens the address in a new tab and waits until it has loaded. */
	readonly open: (url: string) => Promise<Page>;
	readonly close: () => Promise<void>;
};

export const startChromium = async (): Promise<Browser> => {
	const folder = await mkdtemp(join(tmpdir(), 'unflap-chromium-'));
	const child = spawn(chromium, [...flags, `--user-data-dir=${folder}`, 'about:blank'], {
		stdio: ['ignore', 'ignore', 'pipe'],
		detached: true,
	});
	const socket = new WebSocket(await addressOf(child), {perMessageDeflate: false});
	await once(socket, 'open');
	const wire = wireOf(socket);
	return {
		open: url => openPage(wire, url),
		close: async () => {
			socket.terminate();
			// Its helpers are of its process group.
			if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
			if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
			await rm(folder, {recursive: true, force: true, maxRetries: 10, retryDelay: 200});
		},
	};
};

const addressOf = (child: ChildProcess): Promise<string> =>
	new Promise((resolve, reject) => {
		let text = '';
		child.once('error', reject);
		child.once('exit', code => reject(new Error(`Chromium ended with ${code}: ${text.slice(-500)}`)));
		child.stderr?.on('data', chunk => {
			text += String(chunk);
			const [address] = /ws:\/\/\S+/.exec(text) ?? [];
			if (address !== undefined) resolve(address);
		});
	});

type Wire = {
	readonly send: (
		method: string,
		params?: object,
		sessionId?: string,
	) => Promise<Readonly<Record<string, unknown>>>;
	readonly listen: (listener: (message: Message) => void) => void;
};

const wireOf = (socket: WebSocket): Wire => {
	let lastId = 0;
	const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>();
	const listeners: ((message: Message) => void)[] = [];
	socket.on('message', data => {
		const message = JSON.parse(String(data)) as Message;
		for (const listener of listeners) listener(message);
		const call = message.id === undefined ? undefined : waiting.get(message.id);
		if (message.error === undefined) call?.resolve(message.result ?? {});
		else call?.reject(new Error(message.error.message));
	});
	return {
		send: (method, params = {}, sessionId) => {
			lastId += 1;
			const call = Promise.withResolvers<Readonly<Record<string, unknown>>>();
			waiting.set(lastId, call);
			socket.send(
				JSON.stringify({id: lastId, method, params, ...(sessionId === undefined ? {} : {sessionId})}),
			);
			return call.promise;
		},
		listen: listener => {
			listeners.push(listener);
		},
	};
};

const openPage = async (wire: Wire, url: string): Promise<Page> => {
	const {targetId} = await wire.send('Target.createTarget', {url: 'about:blank'});
	const attached = await wire.send('Target.attachToTarget', {targetId, flatten: true});
	const sessionId = String(attached['sessionId']);
	const send = (method: string, params: object = {}) => wire.send(method, params, sessionId);
	const asked: string[] = [];
	const said: string[] = [];
	const loaded = Promise.withResolvers<void>();
	wire.listen(message => {
		if (message.sessionId !== sessionId) return;
		const {method, params = {}} = message;
		if (method === 'Network.requestWillBeSent') {
			const address = String((params['request'] as {readonly url?: string} | undefined)?.url);
			if (!address.startsWith('data:')) asked.push(address);
		} else if (method === 'Page.loadEventFired') loaded.resolve();
		else if (isSpeech(method)) said.push(`${method} ${JSON.stringify(params).slice(0, 500)}`);
	});
	for (const domain of ['Network', 'Page', 'Runtime', 'Log']) await send(`${domain}.enable`);
	await send('Page.navigate', {url});
	await loaded.promise;
	return {
		asked: () => asked,
		said: () => said,
		evaluate: async <T>(expression: string) => {
			const answer = await send('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
			if (answer['exceptionDetails'] !== undefined)
				throw new Error(JSON.stringify(answer['exceptionDetails']));
			return (answer['result'] as {readonly value: T}).value;
		},
		resize: async width => {
			await send('Emulation.setDeviceMetricsOverride', {
				width,
				height: 900,
				deviceScaleFactor: 1,
				mobile: false,
			});
		},
		media: async media => {
			await send('Emulation.setEmulatedMedia', {media});
		},
		print: async () => Buffer.from(String((await send('Page.printToPDF'))['data']), 'base64'),
	};
};

const isSpeech = (method: string | undefined): boolean =>
	[
		'Runtime.consoleAPICalled',
		'Runtime.exceptionThrown',
		'Log.entryAdded',
		'Page.javascriptDialogOpening',
	].includes(method ?? '');
