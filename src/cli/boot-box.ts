/** A boot from a box: its journal so far and its unit states once, through the same stream as the logs. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {UnflapError} from '../base/errors.ts';
import {createRedactor} from '../base/redact.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {createBootModel} from '../boot/boot-model.ts';
import type {OutsideFacts} from '../boot/outside-marks.ts';
import {loadGroup} from '../groups/load-group.ts';
import {inServiceAt, predictedDeathAt} from '../groups/predicted-death.ts';
import {resolveBox} from '../groups/resolve.ts';
import type {Box} from '../groups/types.ts';
import type {JournalEntry} from '../journal/types.ts';
import {openBoxStream} from '../stream/box-stream.ts';
import {reapSessions} from '../stream/session-register.ts';
import type {BoxStream, StreamEvent} from '../stream/types.ts';
import type {BootSource} from './boot-file.ts';
import type {CommandContext} from './command.ts';

export type BoxBoot = BootSource & {readonly box: Box; readonly outside: OutsideFacts | null};

type Wanted = {
	readonly box: string;
	/** An earlier boot: an id or an offset; undefined for the running one. */
	readonly boot: string | undefined;
	readonly units: readonly string[];
	/** Sees every entry as it comes, beside the model. */
	readonly onEntries?: (entries: readonly JournalEntry[]) => void;
};

/** How long a box may take to answer before the command gives up. */
const agentPatienceMs = 150_000;

export const readBootBox = async (context: CommandContext, wanted: Wanted): Promise<BoxBoot> => {
	const {settings, signal} = context;
	const aws = await context.aws();
	const box = await resolveBox(aws, wanted.box, {signal});
	await reapSessions(settings.paths.state, aws);
	const stream = openBoxStream({
		aws,
		instanceId: box.instanceId,
		processClock: createProcessClock(),
		redactor: createRedactor(settings.redact),
		follow: false,
		unitStates: wanted.boot === undefined,
		console: false,
		stateFolder: settings.paths.state,
		transport: settings.transport,
		reason: 'unflap boot',
		signal,
		...(wanted.boot === undefined ? {} : {boot: streamBoot(wanted.boot)}),
	});
	const units = wanted.units.length > 0 ? wanted.units : unitsOfSettings(context, box);
	const [source, outside] = await Promise.all([
		readStream(stream, {units, onEntries: wanted.onEntries}, context),
		wanted.boot === undefined ? outsideFactsOf(aws, box, signal) : null,
	]);
	return {...source, box, outside};
};

const streamBoot = (boot: string): string => {
	if (!/^(-?\d{1,4}|[0-9a-f]{32}|[0-9a-f-]{36})$/i.test(boot)) {
		throw new UnflapError('usage', `--boot ${boot} is neither a boot id nor an offset like -1`);
	}

	return /^-?\d{1,4}$/.test(boot) ? boot : boot.replaceAll('-', '').toLowerCase();
};

/** The settings name units by group pattern: `*` stands for any characters. */
const unitsOfSettings = ({settings}: CommandContext, box: Box): readonly string[] =>
	Object.entries(settings.units).find(([pattern]) => matchesPattern(box.group, pattern))?.[1] ?? [];

const matchesPattern = (name: Hostile, pattern: string): boolean => {
	const [head = '', ...parts] = pattern.split('*');
	const tail = parts.pop();
	if (tail === undefined) {
		return name === head;
	}

	let at = head.length;
	for (const part of parts) {
		const found = name.indexOf(part, at);
		if (found < 0) {
			return false;
		}

		at = found + part.length;
	}

	return name.startsWith(head) && name.length - tail.length >= at && name.endsWith(tail);
};

const readStream = async (
	stream: BoxStream,
	{units, onEntries}: {readonly units: readonly string[]; readonly onEntries: Wanted['onEntries']},
	context: CommandContext,
): Promise<BootSource> => {
	const model = createBootModel({units});
	const patience = createPatience(stream);
	let garbageLines = 0;
	let incomplete: Hostile | null = null;
	let lastMark: Hostile = '';
	try {
		for await (const event of stream.events) {
			if (event.kind === 'entries') {
				model.add(event.entries);
				onEntries?.(event.entries);
			} else if (event.kind === 'units') {
				model.facts(event.units);
			} else if (event.kind === 'lost') {
				garbageLines += event.lines;
			} else if (event.kind === 'mark') {
				lastMark = event.text;
				context.out.note(ours`--- ${shown(event.text)} ---`);
			} else if (event.kind === 'state') {
				patience.heard(event, context);
				incomplete = endedEarly(event) ?? incomplete;
			}
		}
	} finally {
		patience.stop();
		await stream.stop();
	}

	if (model.boot() === null) {
		throw unanswered(stream.instanceId, incomplete ?? (patience.why() || lastMark));
	}

	return {model, garbageLines, incomplete};
};

const endedEarly = (event: StreamEvent & {kind: 'state'}): Hostile | null => {
	const {state} = event;
	if (state.state === 'gone') {
		return `the box is gone: ${state.why}`;
	}

	return state.state === 'ended' && state.why !== '' ? state.why : null;
};

/** Says once why there is nothing yet, and ends the wait. */
const createPatience = (stream: BoxStream) => {
	let why: Hostile = '';
	let said = false;
	let timer: NodeJS.Timeout | null = setTimeout(() => void stream.stop(), agentPatienceMs);
	const stop = (): void => {
		if (timer !== null) {
			clearTimeout(timer);
		}

		timer = null;
	};

	return {
		heard: (event: StreamEvent & {kind: 'state'}, {out}: CommandContext) => {
			if (event.state.state === 'backlog' || event.state.state === 'live') {
				stop();
			}

			why = event.whyNotHigher ?? why;
			if (event.state.state === 'waiting' && event.whyNotHigher !== null && !said) {
				said = true;
				out.note(
					ours`${shown(hostile(stream.instanceId))}: ${shown(event.whyNotHigher)}; waiting for it, 2m30s at most`,
				);
			}
		},
		stop,
		why: () => why,
	};
};

const unanswered = (instanceId: string, why: Hostile): UnflapError =>
	new UnflapError('unreachable', `${instanceId} gave no journal${why === '' ? '' : `: ${why}`}`, {
		meaning: 'Without the journal nothing can be said about its boot.',
		next: [
			`unflap boot ${instanceId}   (again, when its SSM agent is up)`,
			'journalctl -b -o json > boot.jsonl on the box, then unflap boot --journal boot.jsonl',
		],
	});

/** null where the group cannot be read: the waterfall is drawn without it. */
const outsideFactsOf = async (aws: Aws, box: Box, signal: AbortSignal): Promise<OutsideFacts | null> => {
	if (box.group === '') {
		return null;
	}

	try {
		const detail = await loadGroup(aws, box.group, {signal});
		const {view} = detail;
		const life = view.lives.find(({instanceId}) => instanceId === box.instanceId);
		const here = detail.boxes.find(({instanceId}) => instanceId === box.instanceId) ?? box;
		return {
			launchedAt: box.launchedAt,
			inServiceAt: inServiceAt(detail, box.instanceId),
			graceSeconds: view.group.healthCheckGraceSeconds,
			diedAt: life?.diedAt ?? null,
			predictedDeathAt: predictedDeathAt(detail, here),
		};
	} catch (error) {
		if (error instanceof UnflapError) {
			return null;
		}

		throw error;
	}
};
