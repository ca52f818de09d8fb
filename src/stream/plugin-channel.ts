/**
 * A session through the installed session-manager-plugin, where a policy demands that program (`transport: plugin`). What
 * StartSession answered reaches it by a variable of its environment alone, which it knows since 1.2.536.0: an older one
 * would want it as an argument, for every user of this machine to read (threats.md S1). How it is called: the AWS CLI's
 * sessionmanager.py.
 */
import {execa} from 'execa';
import type {AwsFacts} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {ChannelTicket} from '../channel/link.ts';
import type {Channel, ChannelEnd, ChannelHandlers} from '../channel/open-channel.ts';

export type PluginChannelOptions = {
	readonly ticket: ChannelTicket;
	readonly targetId: string;
	readonly facts: Pick<AwsFacts, 'region' | 'profile' | 'endpoint'>;
	readonly handlers: Pick<ChannelHandlers, 'stdout' | 'stderr'>;
	/** Found on PATH; tests name another. */
	readonly program?: string;
};

const program = 'session-manager-plugin';
const oldest = [1, 2, 536, 0] as const;
const variable = 'AWS_SSM_START_SESSION_RESPONSE';
/** Of what the plugin says on its way out. */
const keptWords = 400;

/** @throws UnflapError 'refused' where the plugin is missing or too old. */
export const openPluginChannel = async (options: PluginChannelOptions): Promise<Channel> => {
	const {ticket, targetId, facts, handlers} = options;
	const file = options.program ?? program;
	await checkPlugin(file);
	const answer = {SessionId: ticket.sessionId, TokenValue: ticket.token, StreamUrl: ticket.streamUrl};
	const words = [
		variable,
		facts.region,
		'StartSession',
		facts.profile ?? '',
		JSON.stringify({Target: targetId}),
		facts.endpoint ?? '',
	];
	const child = execa(file, words, {
		env: {[variable]: JSON.stringify(answer)},
		buffer: false,
		reject: false,
		encoding: 'buffer',
		stdin: 'pipe',
	});
	let isLeft = false;
	let lastWords = '';
	const withoutBanners = createBannerFilter(ticket.sessionId, handlers.stdout);
	child.stdout.on('data', withoutBanners.push);
	child.stderr.on('data', (bytes: Buffer) => {
		lastWords = (lastWords + bytes.toString('utf8')).slice(-keptWords);
		handlers.stderr(bytes);
	});
	// It may be gone before it has read what we write.
	child.stdin.on('error', () => undefined);
	const ended = child.then(({exitCode, signal}): ChannelEnd => {
		withoutBanners.end();
		if (isLeft) return {kind: 'left'};
		const how = exitCode === undefined ? `signal ${signal ?? 'unknown'}` : `exit code ${exitCode}`;
		const said = exitCode === 0 ? '' : lastWords.trim().split('\n').at(-1);
		return {kind: 'dropped', why: `${program} ended with ${how}${said ? `: ${said}` : ''}`};
	});
	return {
		sessionId: ticket.sessionId,
		write: bytes => void child.stdin.write(bytes),
		interrupt: () => void child.kill('SIGINT'),
		resize: () => undefined,
		pause: () => {
			child.stdout.pause();
			child.stderr.pause();
		},
		resume: () => {
			child.stdout.resume();
			child.stderr.resume();
		},
		unacknowledged: () => 0,
		leave: () => {
			isLeft = true;
			child.kill('SIGKILL');
		},
		ended,
	};
};

const checkPlugin = async (file: string): Promise<void> => {
	const {stdout, failed} = await execa(file, ['--version'], {reject: false, timeout: 5000});
	const version = /^(\d+)\.(\d+)\.(\d+)\.(\d+)/.exec(stdout.trim());
	if (failed || version === null)
		throw unfit(`transport is plugin, and ${program} is not installed or does not run`);
	const parts = version.slice(1).map(Number);
	const at = oldest.findIndex((least, index) => parts[index] !== least);
	if (at >= 0 && (parts[at] ?? 0) < (oldest[at] ?? 0))
		throw unfit(`${program} ${version[0]} wants the session's token on its command line`);
};

const unfit = (message: string): UnflapError =>
	new UnflapError('refused', message, {
		next: [`Install ${program} ${oldest.join('.')} or newer, or set transport to native`],
	});

type BannerFilter = {readonly push: (bytes: Buffer) => void; readonly end: () => void};

const mostBannerBytes = 256;

/** Takes out the two lines in which the plugin names the session; nobody on the box knows its random id. */
const createBannerFilter = (sessionId: string, pass: (bytes: Uint8Array) => void): BannerFilter => {
	const banners = [
		`Starting session with SessionId: ${sessionId}`,
		`Exiting session with sessionId: ${sessionId}.`,
	];
	let line: Buffer = Buffer.alloc(0);
	const mayBe = (start: string) => banners.some(banner => banner.startsWith(start) || banner === start);
	const text = (bytes: Buffer) => bytes.toString('latin1', 0, mostBannerBytes).replace(/\r?\n?$/, '');
	return {
		push: bytes => {
			let rest = line.length === 0 ? bytes : Buffer.concat([line, bytes]);
			line = Buffer.alloc(0);
			while (rest.length > 0) {
				const end = rest.indexOf(0x0a) + 1;
				const whole = end > 0;
				const next = whole ? rest.subarray(0, end) : rest;
				rest = whole ? rest.subarray(end) : Buffer.alloc(0);
				if (whole ? banners.includes(text(next)) : next.length > 0 && mayBe(text(next))) {
					if (!whole) line = next;
				} else pass(next);
			}
		},
		end: () => {
			if (line.length > 0 && !banners.includes(text(line))) pass(line);
			line = Buffer.alloc(0);
		},
	};
};
