/** `unflap holds`: every live, expired and stray hold, with owner, end and fuse, of one region or of all. */
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, joinShown, ours, pad, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {HeldElsewhere} from '../hold/types.ts';
import type {Command, CommandContext} from './command.ts';

export const holdsCommand: Command = {
	name: 'holds',
	summary: 'every live, expired and stray hold, with owner, end and fuse',
	usage: 'unflap holds [--all-regions]',
	example: 'unflap holds -o json | jq .[].group',
	flags: {'all-regions': {type: 'boolean', help: 'of every region this account uses'}},
	outputs: ['text', 'json'],
	mostWords: 0,
	run: async (context, {output, flags}) => {
		const all = flags['all-regions'] === true;
		const {holds, code} = all ? await ofAllRegions(context) : await ofThisRegion(context);
		if (output === 'json') context.out.json(holds.map(toJson), 1);
		else printText(holds, context, all);
		await namePatients(context);
		await nameDyingHooks(context);
		return code;
	},
};

type Listed = {readonly holds: readonly HeldElsewhere[]; readonly code: ExitCode};

const ofThisRegion = async (context: CommandContext): Promise<Listed> => ({
	holds: await (await context.holds()).list(),
	code: 0,
});

const regionsAtOnce = 5;

/** A region that may not be asked is named; one that does not answer makes the list incomplete. */
const ofAllRegions = async (context: CommandContext): Promise<Listed> => {
	const regions = [...(await (await context.aws()).polling.regions())];
	const found = new Map<string, readonly HeldElsewhere[]>();
	let code: ExitCode = 0;
	const ask = async (region: string) => {
		const place = await context.openPlace({profile: context.settings.profile, region});
		try {
			found.set(region, await (await place.holds()).list());
		} catch (error) {
			if (!(error instanceof UnflapError)) throw error;
			if (error.kind !== 'denied') code = 1;
			context.out.warn(ours`unflap: ${own(region)}: ${own(error.message)}`);
		} finally {
			await place.close();
		}
	};
	const worker = async () => {
		for (let region = regions.shift(); region !== undefined; region = regions.shift()) await ask(region);
	};
	await Promise.all(Array.from({length: regionsAtOnce}, worker));
	const holds = [...found]
		.toSorted(([one], [other]) => (one < other ? -1 : 1))
		.flatMap(([region, listed]) => listed.filter(hold => hold.region === region));
	return {holds, code};
};

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const own = (text: string): Shown => shown(hostile(text));
const clock = (ms: number | null): Shown => own(iso(ms)?.slice(11, 19) ?? '?');

const toJson = (hold: HeldElsewhere) => ({
	holdId: hold.holdId === '' ? null : hold.holdId,
	group: hold.group,
	region: hold.region,
	owner: hold.state === 'stray' ? null : hold.owner,
	host: hold.state === 'stray' ? null : hold.host,
	since: iso(hold.since),
	until: iso(hold.until),
	state: hold.state,
	suspended: hold.suspended,
	mine: hold.mine,
	fuse:
		hold.fuse === null
			? null
			: {
					executionId: hold.fuse.executionId,
					deadline: iso(hold.fuse.deadline),
					state: hold.fuse.state,
				},
});

const printText = (holds: readonly HeldElsewhere[], {out}: CommandContext, all: boolean): void => {
	if (holds.length === 0) out.line(ours`No holds, and nothing suspended by anybody.`);
	for (const hold of holds) {
		const where = all ? ours`${pad(own(hold.region), 15)} ` : ours``;
		out.line(
			ours`${pad(marks[hold.state], 10)} ${where}${own(hold.group)}  ${whoText(hold)}: ${own(hold.suspended.join(' '))}`,
		);
		if (hold.state !== 'stray') out.line(ours`           ${fuseText(hold)}`);
	}
};

const marks: Readonly<Record<HeldElsewhere['state'], Shown>> = {
	stray: ours`‖ stray`,
	live: ours`■ live`,
	expired: ours`✖ expired`,
};

const whoText = (hold: HeldElsewhere): Shown =>
	hold.state === 'stray'
		? ours`no owner, since ${own(iso(hold.since) ?? '?')}`
		: joinShown([
				own(hold.holdId),
				own(hold.owner),
				...(hold.mine ? [ours`(this machine)`] : []),
				ours`until ${clock(hold.until)} UTC`,
			]);

const fuseText = ({fuse}: HeldElsewhere): Shown =>
	fuse === null
		? ours`no fuse: nothing in AWS ends it`
		: ours`fuse ${own(fuse.executionId)} resumes it at ${clock(fuse.deadline)} UTC (${own(fuse.state)})`;

/** Boxes in Standby, or detached: no hold, and yet something of ours that is to be undone. */
const namePatients = async (context: CommandContext): Promise<void> => {
	const {care} = await context.holds();
	const [patients] = await Promise.allSettled([care.readPatients()]);
	// A state folder that is not ours alone is not read: what AWS says stands above all the same.
	if (patients.status === 'rejected') {
		if (patients.reason instanceof UnflapError && patients.reason.kind === 'refused') return;
		throw patients.reason;
	}
	for (const {group, instanceId, way, owner, undo} of patients.value) {
		const done = way === 'standby' ? ours`in Standby` : ours`detached`;
		context.out.note(ours`${own(instanceId)} of ${own(group)} is ${done} by ${own(owner)}`);
		if (undo !== null) context.out.note(ours`  → ${own(undo)}`);
	}
};

/** Our hooks that make deaths wait: whoever watches, and those left behind by a process that is gone. */
const nameDyingHooks = async (context: CommandContext): Promise<void> => {
	const {dying} = await context.holds();
	const [hooks] = await Promise.allSettled([dying.list()]);
	if (hooks.status === 'rejected') {
		if (hooks.reason instanceof UnflapError && hooks.reason.kind === 'refused') return;
		throw hooks.reason;
	}
	for (const {hook, group, owner, seconds, life, command} of hooks.value) {
		const whose = lifeWords[life];
		context.out.note(
			ours`${own(hook)} of ${own(group)} makes each death wait ${seconds} s: ${own(owner)}, ${whose}`,
		);
		if (life === 'alive') continue;
		context.out.note(ours`  → the next hold, catch, release or TUI here takes it away; by hand:`);
		if (command !== null) context.out.note(ours`  → ${own(command)}`);
	}
};

const lifeWords = {
	alive: ours`who watches`,
	dead: ours`whose process is gone`,
	elsewhere: ours`on another machine, boot or container`,
} as const;
