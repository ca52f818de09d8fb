/**
 * `unflap hold GROUP --preset one-patient --box BOX`: one box out of service, while the others heal and scale. Nothing
 * is suspended, so there is no fuse; a record names the box until it is back.
 */
import type {Group} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {exitCodeOf} from '../base/exit.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {noSuchGroup} from '../groups/load-group.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import type {Care, DeedResult, PatientView, PatientWay} from '../hold/care-types.ts';
import {childEnvironment} from '../hold/child-environment.ts';
import type {CommandArgs, CommandContext} from './command.ts';
import {type RunningCommand, runCommand} from './hold-command.ts';
import {readFor} from './hold-request.ts';

export type PatientWish = {
	readonly group: string;
	/** An instance id, or any unique part of one. */
	readonly box: string;
	readonly way: PatientWay;
	/** AWS seconds. */
	readonly forSeconds: number;
};

/** Null where the command line asks for something else. */
export const patientWish = ({positionals, flags}: CommandArgs): PatientWish | null => {
	const isAsked = flags['preset'] === 'one-patient';
	if (!isAsked && (flags['box'] !== undefined || flags['detach'] === true))
		throw usage('--box and --detach go with --preset one-patient', [
			'unflap hold web-prod --preset one-patient --box i-0abc',
		]);
	if (!isAsked) return null;
	const [group = ''] = positionals;
	const {box} = flags;
	if (group === '' || typeof box !== 'string' || box === '')
		throw usage('one-patient takes the exact name of a group, and one box', [
			'unflap hold web-prod --preset one-patient --box i-0abc',
		]);
	for (const other of ['processes', 'no-fuse'])
		if (flags[other] !== undefined)
			throw usage(`--${other} does not go with one-patient: nothing is suspended`, ['leave it out']);
	return {
		group,
		box,
		way: flags['detach'] === true ? 'detach' : 'standby',
		forSeconds: readFor(String(flags['for'] ?? '60m')),
	};
};

export const holdPatient = async (
	context: CommandContext,
	args: CommandArgs,
	wish: PatientWish,
): Promise<ExitCode> => {
	if (context.readOnly)
		throw new UnflapError('read-only', '--read-only: no box is taken out of service', {
			exitCode: 3,
			next: ['run it without --read-only (look at unflap info for where it is set)'],
		});
	const {care} = await context.holds();
	const {group, instanceId} = await boxOf(context, wish);
	const {says} = await readBlastRadius(await context.aws(), {group, instanceId});
	context.out.note(ours`${shown(says)}`);
	const taken = await care.act({group: wish.group, instanceId, deed: wish.way});
	const patient = (await care.readPatients()).find(
		one => one.instanceId === instanceId && one.group === wish.group,
	);
	say(context, args, {event: 'out-of-service', instanceId, way: wish.way, ...taken});
	if (!taken.done || patient === undefined) return patient === undefined ? 3 : notBack(context, patient);
	const code = await untilOver(context, args, {...wish, instanceId});
	const back = await care.bringBack(patient);
	say(context, args, {event: 'returned', instanceId, way: wish.way, ...back});
	if (back.done) return code;
	return stillOut(care, instanceId) ? notBack(context, patient) : 1;
};

const boxOf = async (
	context: CommandContext,
	{group: name, box}: PatientWish,
): Promise<{readonly group: Group; readonly instanceId: string}> => {
	const aws = await context.aws();
	const group = (await aws.release.groups({names: [name]})).find(one => one.name === name);
	if (group === undefined) throw noSuchGroup(name);
	const part = box.toLowerCase();
	const found = group.instances.filter(({instanceId}) => instanceId.includes(part));
	const exact = found.find(({instanceId}) => instanceId === part) ?? (found.length === 1 ? found[0] : null);
	if (exact) return {group, instanceId: exact.instanceId};
	throw new UnflapError(
		found.length === 0 ? 'not-found' : 'ambiguous',
		`${box} is ${found.length === 0 ? 'no box' : `a part of ${found.length} boxes`} of ${name}`,
		{next: [`unflap show ${name} lists its boxes`]},
	);
};

type Held = PatientWish & {readonly instanceId: string};

/** Ends with COMMAND, with `--for`, or by a signal: whichever comes first; a signal from the keyboard is COMMAND's. */
const untilOver = async (context: CommandContext, {rest}: CommandArgs, held: Held): Promise<ExitCode> => {
	const {clock, facts} = await context.aws();
	const over = new AbortController();
	let code: ExitCode = 0;
	const command =
		rest === null
			? null
			: runCommand(
					rest,
					childEnvironment(context.environment, {UNFLAP_GROUP: held.group, UNFLAP_REGION: facts.region}),
				);
	const giveBack = context.ending.takeOver(request => {
		const isKeyboard =
			request.kind === 'signal' && (request.signal === 'SIGINT' || request.signal === 'SIGQUIT');
		if (isKeyboard && command !== null) return;
		code = exitCodeOf(request);
		over.abort();
	});
	try {
		const time = createProcessClock().sleep((held.forSeconds * 1000) / clock.rate, over.signal);
		if (command === null) await time;
		else code = await withCommand(context, command, {time, code: () => code});
		return code;
	} finally {
		over.abort();
		giveBack();
	}
};

const commandGraceMs = 2000;

type CommandEnd = {readonly time: Promise<void>; readonly code: () => ExitCode};

const withCommand = async (
	{out}: CommandContext,
	command: RunningCommand,
	{time, code}: CommandEnd,
): Promise<ExitCode> => {
	const ended = await Promise.race([command.ended, time.then(() => null)]);
	if (ended === null) {
		await command.stop('SIGTERM', commandGraceMs);
		return code();
	}
	if (ended.problem !== null) out.warn(ours`unflap: could not start ${shown(hostile(ended.problem))}`);
	return ended.code;
};

type PatientEvent = DeedResult & {
	readonly event: 'out-of-service' | 'returned';
	readonly instanceId: string;
	readonly way: PatientWay;
};

const say = ({out}: CommandContext, {output, rest}: CommandArgs, event: PatientEvent): void => {
	const own = (text: string) => shown(hostile(text));
	if (output === 'jsonl') out.json(event);
	else {
		const line = ours`${own(event.instanceId)}: ${own(event.says)}`;
		if (!event.done) out.warn(ours`unflap: ${line}`);
		else if (rest === null) out.line(line);
		else out.note(line);
	}
	for (const step of event.next) out.warn(ours`  → ${own(step)}`);
};

const stillOut = (care: Care, instanceId: string): boolean =>
	care.patients().some(patient => patient.instanceId === instanceId);

/** The box is out, and stays on record: with the line that brings it back. */
const notBack = ({out}: CommandContext, {instanceId, undo}: PatientView): ExitCode => {
	const own = (text: string) => shown(hostile(text));
	out.warn(
		ours`unflap: ${own(instanceId)} may still be out of service; unflap holds names it until it is back`,
	);
	if (undo !== null) out.warn(own(undo));
	return 4;
};

const usage = (message: string, next: readonly string[]): UnflapError =>
	new UnflapError('usage', message, {next});
