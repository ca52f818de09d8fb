/**
 * An interactive shell on a box: the user's terminal and a session on a PTY, tied together. It survives lost links, `~.`
 * leaves it at any time, and the terminal is given back on every way out.
 */
import type {Aws} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {createShellFilter} from '../base/terminal-stream.ts';
import {ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import type {Channel, ChannelEnd, LinkNews} from '../channel/open-channel.ts';
import {openAwsChannel} from './aws-channel.ts';
import {createBoxLife} from './box-life.ts';
import {holdTerminal} from './held-terminal.ts';
import {createInputFeed, type InputFeed} from './input-feed.ts';
import {createSessionRegister} from './session-register.ts';
import {createShellKeys} from './shell-keys.ts';
import type {ShellTerminal} from './shell-terminal.ts';

export type ShellOptions = {
	readonly aws: Aws;
	readonly instanceId: string;
	readonly terminal: ShellTerminal;
	readonly processClock: ProcessClock;
	/** Where the open session is written down, so that a later start can end it; null writes nothing. */
	readonly stateFolder: string | null;
	/** Aborted: the shell is left. */
	readonly signal: AbortSignal;
};

export type ShellEnd =
	/** The program on the box ended; `why` is the service's reason, empty for a usual end. */
	| {readonly kind: 'ended'; readonly why: Hostile}
	/** `~.`, a signal, or the terminal hung up. */
	| {readonly kind: 'left'}
	| {readonly kind: 'gone'; readonly why: Hostile}
	| {readonly kind: 'failed'; readonly why: Hostile};

/** Drops shorter than this are nobody's business. */
const quietMs = 1000;
/** How long input may stay unacknowledged, or a link be gone, before EC2 is asked about the box. */
const doubtMs = 5000;

/** Rejects only when no session could be started; the terminal was not touched then. */
export const openShell = async (options: ShellOptions): Promise<ShellEnd> => {
	const {aws, instanceId, terminal, processClock, signal} = options;
	const ticket = await aws.stream.startTerminalSession(instanceId, null, 'unflap shell', {signal});
	const register = createSessionRegister(aws.facts, options.stateFolder);
	const over = new AbortController();
	let end: ShellEnd | null = null;
	let channel: Channel | null = null;
	let feed: InputFeed | null = null;
	const early: Uint8Array[] = [];
	const finish = (how: ShellEnd) => {
		end ??= how;
		over.abort();
		channel?.leave();
	};
	const filter = createShellFilter();
	const screen = createNotices(terminal, filter.isFullScreen);
	const link = createLinkWatch({options, over: over.signal, screen, finish, channel: () => channel});
	const keys = createShellKeys();
	const held = holdTerminal(terminal, processClock, bytes => {
		for (const input of keys.push(bytes)) {
			if (input.kind === 'leave') finish({kind: 'left'});
			else if (input.kind === 'help') screen.say(help);
			else if (feed === null) early.push(input.bytes);
			else if (!feed.push(input.bytes))
				screen.say(ours`too much is waiting to be sent: the rest was dropped`);
		}
	});
	const undo = [
		terminal.onResize(() => resize(channel, terminal)),
		terminal.onHangUp(() => finish({kind: 'left'})),
		whenAborted(signal, () => finish({kind: 'left'})),
	];
	try {
		await register.add(ticket.sessionId);
		const opened = await openAwsChannel(aws, {
			ticket,
			targetId: instanceId,
			processClock,
			expectedTypes: ['Standard_Stream', 'InteractiveCommands'],
			resume: sessionId => aws.stream.resumeSession(sessionId, {signal: over.signal}),
			handlers: {
				stdout: bytes => paint(channel, terminal, filter.push(bytes)),
				stderr: bytes => paint(channel, terminal, filter.push(bytes)),
				customerMessage: text => screen.say(ours`${shown(text)}`),
				link: link.heard,
			},
		});
		channel = opened;
		if (over.signal.aborted) opened.leave();
		const fed = createInputFeed(opened, processClock);
		feed = fed;
		for (const bytes of early.splice(0)) fed.push(bytes);
		resize(opened, terminal);
		const ended = await opened.ended;
		fed.stop();
		return end ?? endOf(ended);
	} catch (error) {
		if (end !== null) return end;
		return {kind: 'failed', why: error instanceof Error ? error.message : String(error)};
	} finally {
		over.abort();
		for (const action of undo) action();
		await held.giveBack();
		await endSession(options, ticket.sessionId);
		await register.remove(ticket.sessionId);
	}
};

const help = ours`~. leaves this shell (also when it hangs) · ~~ sends ~ · both at the beginning of a line`;

const endOf = (end: ChannelEnd): ShellEnd => {
	if (end.kind === 'closed') return {kind: 'ended', why: end.output};
	if (end.kind === 'left') return {kind: 'left'};
	if (end.kind === 'expired')
		return {kind: 'failed', why: 'the link was lost, and Session Manager no longer knows the session'};
	return {kind: 'failed', why: end.why};
};

/** A session that cannot be ended now is ended by the next start, which finds it in the register. */
const endSession = async ({aws}: ShellOptions, sessionId: string) => {
	try {
		await aws.stream.terminateSession(sessionId);
	} catch (error) {
		if (!(error instanceof Error)) throw error;
	}
};

/** While the terminal is slow the socket is not read: the agent then waits with its program. */
const paint = (channel: Channel | null, terminal: ShellTerminal, bytes: Uint8Array) => {
	if (bytes.length === 0) return;
	channel?.pause();
	void terminal.write(bytes).then(() => channel?.resume());
};

const resize = (channel: Channel | null, terminal: ShellTerminal) => {
	const size = terminal.size();
	if (size !== null) channel?.resize(size);
};

const whenAborted = (signal: AbortSignal, act: () => void) => {
	if (signal.aborted) act();
	signal.addEventListener('abort', act, {once: true});
	return () => signal.removeEventListener('abort', act);
};

type Notices = {readonly say: (text: Shown) => void};

/** Our own words in the middle of a program's screen: on a line of their own, or in the first row of a full screen. */
const createNotices = (terminal: ShellTerminal, isFullScreen: () => boolean): Notices => ({
	say: text => {
		const line = `\x1b[7m unflap: ${text} \x1b[27m`;
		void terminal.write(isFullScreen() ? `\x1b7\x1b[1;1H\x1b[0m${line}\x1b8` : `\r\n${line}\r\n`);
	},
});

type LinkWatchParts = {
	readonly options: ShellOptions;
	readonly over: AbortSignal;
	readonly screen: Notices;
	readonly finish: (end: ShellEnd) => void;
	readonly channel: () => Channel | null;
};

/** Says that the link is gone when it is gone for long, and asks EC2 whether there is still a box behind it. */
const createLinkWatch = ({options, over, screen, finish, channel}: LinkWatchParts) => {
	const {terminal, processClock} = options;
	const life = createBoxLife(options);
	let isDown = false;
	let drops = 0;
	let wasSaid = false;
	const dropped = async (why: Hostile) => {
		const drop = ++drops;
		isDown = true;
		wasSaid = false;
		await processClock.sleep(quietMs, over);
		if (over.aborted || !isDown || drop !== drops) return;
		wasSaid = true;
		screen.say(ours`link dropped (${shown(why)}): trying to resume; enter ~. leaves`);
	};
	const resumed = (afterMs: number) => {
		isDown = false;
		if (!wasSaid) return;
		const seconds = shown((afterMs / 1000).toFixed(1));
		screen.say(ours`link dropped ${seconds}s, resumed, nothing lost`);
		repaint();
	};
	/** A full-screen program draws itself again when its window changes: one row less, and back. */
	const repaint = () => {
		const size = terminal.size();
		if (size === null || size.rows < 3) return;
		channel()?.resize({columns: size.columns, rows: size.rows - 1});
		channel()?.resize(size);
	};
	const doubt = async () => {
		let unansweredSince: number | null = null;
		while (!over.aborted) {
			await processClock.sleep(doubtMs / 2, over);
			const isUnanswered = isDown || (channel()?.unacknowledged() ?? 0) > 0;
			unansweredSince = isUnanswered ? (unansweredSince ?? processClock.now()) : null;
			if (over.aborted || unansweredSince === null) continue;
			if (processClock.now() - unansweredSince < doubtMs) continue;
			const why = await life.goneWhy();
			if (why !== null) return finish({kind: 'gone', why});
		}
	};
	void doubt();
	return {
		heard: (news: LinkNews) => {
			if (news.kind === 'dropped') void dropped(news.why);
			else if (news.kind === 'resumed') resumed(news.afterMs);
		},
	};
};
