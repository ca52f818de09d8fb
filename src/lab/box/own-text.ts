/** Texts of a recording as the box says them: its own ids, addresses, names and dates. */
import {createHash} from 'node:crypto';
import type {LabInstance, LabMs} from '../types.ts';
import {type lifeOf, monotonicUs, type RecordedBoot, textOf} from './life.ts';

/** The recorded instance's id, address, name and machine, wherever they stand in a text, become the box's own. */
export const createSubstitution = (instance: LabInstance, life: ReturnType<typeof lifeOf>) => {
	const recordedIp = /^ip-(\d+-\d+-\d+-\d+)$/.exec(life.hostname)?.[1]?.replaceAll('-', '.');
	const pairs: readonly (readonly [string, string])[] = [
		[life.instanceId, instance.instanceId],
		[life.hostname, `ip-${instance.privateIp.replaceAll('.', '-')}`],
		[recordedIp ?? '', instance.privateIp],
		[life.machineId, digest(instance.seed, 'machine')],
		...life.boots.flatMap(({bootId}) => [
			[bootId, digest(instance.seed, `boot/${bootId}`)] as const,
			[dashed(bootId), dashed(digest(instance.seed, `boot/${bootId}`))] as const,
		]),
	];
	const replacements = new Map(pairs.filter(([from]) => from.length >= 7));
	if (replacements.size === 0) return (text: string) => text;
	const alternatives = [...replacements.keys()].map(from => from.replace(/[.\\]/g, '\\$&')).join('|');
	const pattern = new RegExp(`(?<![0-9])(?:${alternatives})(?![0-9])`, 'g');
	return (text: string) => text.replace(pattern, found => replacements.get(found) ?? found);
};

const mostRemembered = 20_000;

/** For fields whose few values come with entry after entry: units, names, transports. */
export const remembering = (change: (text: string) => string): ((text: string) => string) => {
	const known = new Map<string, string>();
	return text => {
		const before = known.get(text);
		if (before !== undefined) return before;
		const made = change(text);
		if (known.size < mostRemembered) known.set(text, made);
		return made;
	};
};

const datePattern =
	/\b(?:([A-Z][a-z]{2}) (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC|(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)|[A-Z][a-z]{2}, (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d))/g;
const dayMs = 86_400_000;

/**
 * Dates of the recording's own time move to lab time, as systemctl writes them (`Sun 2026-11-22 18:52:23 UTC`), as
 * programs log them (`2026-11-22 18:56:09`), and as mail does (`Sun, 22 Nov 2026 18:53:42`). Others stay.
 */
export const createDateShift = (startsAt: LabMs, boot: RecordedBoot | undefined, pace: number) => {
	const first = boot?.entries[0];
	const recordedStart = (Number(textOf(first?.['__REALTIME_TIMESTAMP'])) - monotonicUs(first)) / 1000;
	const moved = (text: string): number | null => {
		const recordedAt = Date.parse(text);
		const isOfThen = Math.abs(recordedAt - recordedStart) < dayMs;
		return isOfThen ? startsAt + (recordedAt - recordedStart) * pace : null;
	};
	// Few texts have a date, and looking for a month is far cheaper than the pattern.
	const months = [0, dayMs].flatMap(later => {
		const date = new Date(Number.isNaN(recordedStart) ? 0 : recordedStart + later);
		return [date.toISOString().slice(0, 8), date.toUTCString().slice(7, 16)];
	});
	return (text: string) => {
		if (!months.some(month => text.includes(month))) return text;
		return text.replace(
			datePattern,
			(
				found: string,
				_weekday: string | undefined,
				day: string | undefined,
				time: string | undefined,
				logDay: string | undefined,
				between: string | undefined,
				logTime: string | undefined,
				mailDate: string | undefined,
			) => {
				const at = moved(mailDate === undefined ? `${day ?? logDay}T${time ?? logTime}Z` : `${mailDate} UTC`);
				if (at === null) return found;
				if (day !== undefined) return systemdDate(at);
				const date = new Date(at);
				if (mailDate !== undefined) return date.toUTCString().slice(0, -4);
				const iso = date.toISOString();
				return `${iso.slice(0, 10)}${between}${iso.slice(11, 19)}`;
			},
		);
	};
};

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Sun 2026-11-22 18:52:23 UTC`. */
export const systemdDate = (at: LabMs): string => {
	const date = new Date(at);
	return `${weekdays[date.getUTCDay()]} ${date.toISOString().slice(0, 10)} ${date.toISOString().slice(11, 19)} UTC`;
};

/** Kernel threads and the manager itself have the same numbers on every boot. */
const firstOwnPid = 100;
const mostPidOffset = 700;

export type PidShift = {
	/** A number that is a pid, as text. */
	readonly pid: (recorded: string) => string;
	/** Pids where texts name them: `pid 549`, `pid=549`, `process 549`, `name[549]:`, rows of the kernel's task list. */
	readonly inText: (text: string) => string;
};

/** Every box counts its processes from elsewhere; which of them are the same stays visible. */
export const createPidShift = (seed: number): PidShift => {
	const offset = 1 + (hashNumber(seed, 'pids') % mostPidOffset);
	const pid = (recorded: string): string =>
		/^\d{1,7}$/.test(recorded) && Number(recorded) >= firstOwnPid
			? String(Number(recorded) + offset)
			: recorded;
	return {
		pid,
		inText: text =>
			mayNamePid.test(text)
				? text
						.replace(namedPid, (_, before: string, number: string) => before + pid(number))
						.replace(taskRow, (_, ...parts: readonly string[]) => taskRowOf(parts, pid))
				: text,
	};
};

const mayNamePid = /pid|process \d|\w\[\d+\]:|^\[\s*\d+\]\s/im;
const namedPid = /(\bpid[ =:]+|\bprocess |(?<=\w)\[(?=\d+\]:))(\d+)\b/gi;
/** `[    527]   999   527    28595 …`: pid, user, thread group. */
const taskRow = /(\[\s*)(\d+)(\]\s+\d+\s+)(\d+)(?=\s+\d)/g;

const taskRowOf = (
	[open = '', number = '', user = '', group = '']: readonly string[],
	pid: PidShift['pid'],
) => `${open}${pid(number)}${user}${pid(group)}`;

const dashed = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const digests = new Map<string, string>();
const mostDigests = 20_000;

/** 32 hex characters of a thing's own; the same names come with entry after entry. */
export const digest = (seed: number, name: string): string => {
	const key = `${seed}/${name}`;
	const known = digests.get(key);
	if (known !== undefined) return known;
	const made = createHash('sha256').update(key).digest('hex').slice(0, 32);
	if (digests.size >= mostDigests) digests.clear();
	digests.set(key, made);
	return made;
};

export const hashNumber = (seed: number, name: string): number =>
	Number.parseInt(digest(seed, name).slice(0, 8), 16);
