/** `unflap hold GROUP [-- COMMAND…]`: holds until COMMAND ends, `--for` is over, or a signal comes; then releases. */
import {createProcessClock} from '../base/clock-process.ts';
import type {ExitCode} from '../base/errors.ts';
import {type EndRequest, exitCodeOf} from '../base/exit.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {type ChildFacts, childEnvironment} from '../hold/child-environment.ts';
import {createNotifier, type Notifier} from '../hold/notify.ts';
import type {HoldEvent, HoldOutcome, HoldPreview, HoldRequest, HoldSession} from '../hold/types.ts';
import type {Command, CommandArgs, CommandContext} from './command.ts';
import {type RunningCommand, runCommand} from './hold-command.ts';
import {confirmQuiet} from './hold-confirm.ts';
import {sayLeft} from './hold-left.ts';
import {holdPatient, patientWish} from './hold-patient.ts';
import {readHoldRequest} from './hold-request.ts';
import {eventLine, noNet, previewLines} from './hold-text.ts';

export const holdCommand: Command = {
	name: 'hold',
	summary: 'holds a group still until a command ends, a time is over, or ctrl-c; then gives it back',
	usage:
		'unflap hold GROUP [--for 60m] [--preset NAME] [--processes A,B] [--reason TEXT] [--no-fuse] [--yes] [-- COMMAND…]',
	example: 'unflap hold web-prod --for 30m --reason "boot fails since v43"',
	flags: {
		for: {type: 'string', value: 'TIME', help: 'how long at most: 45m, 2h (60m; 4h at most)'},
		preset: {type: 'string', value: 'NAME', help: 'freeze, no-replace, quiet or one-patient (freeze)'},
		processes: {type: 'string', value: 'A,B', help: 'suspend these processes instead of a preset'},
		reason: {type: 'string', value: 'TEXT', help: 'stands in the tag on the group'},
		'no-fuse': {type: 'boolean', help: 'without the net in AWS: 15 minutes at most, never quiet'},
		box: {
			type: 'string',
			value: 'BOX',
			help: 'with one-patient: this box goes to Standby, nothing is suspended',
		},
		detach: {type: 'boolean', help: 'with one-patient: out of the group for good instead'},
		yes: {type: 'boolean', help: 'do not ask before quiet'},
	},
	outputs: ['text', 'jsonl'],
	mostWords: 1,
	run: async (context, args) => {
		const patient = patientWish(args);
		if (patient !== null) return holdPatient(context, args, patient);
		const request = readHoldRequest(args, context.settings);
		await confirmQuiet(request, args);
		const holds = await context.holds();
		holds.expectHold();
		for (const left of await holds.finishLeftOvers())
			context.out.note(ours`${own(left.group)}: ${own(left.result)}, ${own(left.text)}`);
		const preview = await holds.preview(
			request.group,
			request.preset === 'custom' ? request.processes : request.preset,
			request.forSeconds,
		);
		sayPreview(context, args, {preview, net: request.net});
		if (preview.refusal !== null) return refused(context, args, preview.refusal);
		const notifier = await notifierFor(context);
		const session = holds.hold(request);
		notifier.watch(session, request.reason);
		try {
			return await holdUntilEnd(context, args, {session, request});
		} finally {
			await notifier.settled();
		}
	},
};

const own = (text: string) => shown(hostile(text));

/** What ends a hold: whose code, and whether the command still runs. */
type Running = {
	readonly session: HoldSession;
	readonly request: HoldRequest;
	/** Every fuse this hold has had. */
	readonly armed: Set<string>;
	command: RunningCommand | null;
	/** From a signal, a crash or a broken pipe. */
	code: ExitCode | null;
};

/** A command that does not end on SIGTERM must not keep the group. */
const commandGraceMs = 2000;

export const notifierFor = async (context: CommandContext): Promise<Notifier> => {
	const {clock, facts} = await context.aws();
	return createNotifier({
		command: context.settings.notify,
		environment: context.environment,
		region: facts.region,
		clock,
		processClock: createProcessClock(),
		warn: message => context.out.warn(ours`unflap: ${shown(hostile(message))}`),
	});
};

type Asked = {readonly session: HoldSession; readonly request: HoldRequest};

const holdUntilEnd = async (
	context: CommandContext,
	args: CommandArgs,
	{session, request}: Asked,
): Promise<ExitCode> => {
	const running: Running = {session, request, armed: new Set(), command: null, code: null};
	// Taken over before the first change: from here on every end is a release.
	const giveBack = context.ending.takeOver(request => void answer(context, running, request));
	session.onEvent(event => {
		if (event.event === 'fuse-armed') running.armed.add(event.executionId);
		sayEvent(context, args, event);
	});
	try {
		const view = await session.settled;
		const commandEnd = view.phase === 'held' && args.rest ? accompany(context, running, args.rest) : null;
		const outcome = await Promise.race([
			session.done,
			...(commandEnd === null ? [] : [releaseAfter(commandEnd, session)]),
		]);
		const own = commandEnd === null ? 0 : await commandEnd;
		await sayLeft(context, {session, group: request.group, armed: running.armed}, outcome);
		return exitCode(outcome, {command: own, signal: running.code});
	} finally {
		giveBack();
	}
};

const accompany = async (
	context: CommandContext,
	running: Running,
	words: readonly string[],
): Promise<ExitCode> => {
	const command = runCommand(
		words,
		childEnvironment(context.environment, await commandFacts(context, running)),
	);
	running.command = command;
	if (command.pid !== undefined) await running.session.accompany(command.pid);
	const {code, problem} = await command.ended;
	running.command = null;
	if (problem !== null) context.out.warn(ours`unflap: could not start ${shown(hostile(problem))}`);
	return code;
};

const commandFacts = async (context: CommandContext, {session, request}: Running): Promise<ChildFacts> => {
	const {holdId, group, owner, until, wanted, net} = session.view();
	return {
		UNFLAP_GROUP: group,
		UNFLAP_HOLD_ID: holdId,
		UNFLAP_REGION: (await context.aws()).facts.region,
		UNFLAP_OWNER: owner,
		UNFLAP_REASON: request.reason,
		UNFLAP_UNTIL: new Date(until).toISOString(),
		UNFLAP_PROCESSES: wanted.join(' '),
		...(net.kind === 'fuse' ? {UNFLAP_FUSE_UNTIL: new Date(net.deadline).toISOString()} : {}),
	};
};

const releaseAfter = async (commandEnd: Promise<ExitCode>, session: HoldSession): Promise<HoldOutcome> => {
	await commandEnd;
	return session.release();
};

/** ctrl-c and ctrl-\ belong to the command while it runs, as under sudo; everything else ends it, then the hold. */
const answer = async (context: CommandContext, running: Running, request: EndRequest): Promise<void> => {
	const {session, command} = running;
	if (request.kind === 'signal' && command !== null && isFromKeyboard(request.signal)) return;
	if (request.kind === 'crash') {
		const message = request.error instanceof Error ? request.error.message : 'unknown';
		context.out.warn(ours`unflap: ${shown(hostile(message))}; releasing`);
	}
	if (request.kind === 'signal' && request.count >= 3 && session.view().phase === 'releasing') {
		session.handOver();
		return;
	}
	running.code ??= exitCodeOf(request);
	const hangUp = request.kind === 'signal' && request.signal === 'SIGHUP';
	if (command !== null) await command.stop(hangUp ? 'SIGHUP' : 'SIGTERM', commandGraceMs);
	await session.release();
};

const isFromKeyboard = (signal: string): boolean => signal === 'SIGINT' || signal === 'SIGQUIT';

type Codes = {readonly command: ExitCode; readonly signal: ExitCode | null};

/** 4 beats every other code. A signal's code stands for a complete release: anything left, or a hold that failed, is 1. */
export const exitCode = (outcome: HoldOutcome, {command, signal}: Codes): ExitCode => {
	switch (outcome.kind) {
		case 'incomplete':
			return 4;
		case 'refused':
			return outcome.clean ? 3 : 1;
		case 'released': {
			const wasWell = outcome.failure === null && !outcome.tagLeft && !outcome.fuseLeft;
			if (wasWell) return signal ?? command;
			return signal === null && command !== 0 ? command : 1;
		}
	}
};

type Previewed = {readonly preview: HoldPreview; readonly net: HoldRequest['net']};

export const sayPreview = (
	{out}: CommandContext,
	{output}: Pick<CommandArgs, 'output'>,
	{preview, net}: Previewed,
): void => {
	if (output !== 'jsonl') {
		for (const line of previewLines(preview)) out.note(line);
		if (net === 'none') out.warn(noNet);
		return;
	}
	const {group, wanted, baseline, covered, notCovered, until} = preview;
	out.json({
		event: 'preview',
		group,
		preset: preview.preset,
		touches: preview.touches,
		wanted,
		baseline,
		covered,
		notCovered: notCovered.map(({instanceId}) => instanceId),
		until: new Date(until).toISOString(),
		costs: preview.costs,
		net,
	});
};

export const sayEvent = (
	{out}: CommandContext,
	args: Pick<CommandArgs, 'output' | 'rest'>,
	event: HoldEvent,
): void => {
	if (args.output === 'jsonl') out.json(event);
	else if (event.event === 'refused') out.warn(ours`unflap: ${eventLine(event)}`);
	// With a command stdout is the command's.
	else if (args.rest !== null || event.event === 'warning') out.note(eventLine(event));
	else out.line(eventLine(event));
	if (event.event === 'release-incomplete') out.warn(shown(hostile(event.command)));
	if (event.event === 'refused') for (const step of event.next) out.warn(ours`  → ${shown(hostile(step))}`);
};

const refused = (context: CommandContext, args: CommandArgs, message: string): ExitCode => {
	sayEvent(context, args, {event: 'refused', message, next: []});
	return 3;
};
