/** journalctl of a lab box: version 252, over the recorded journal as far as lab time has come. */
import {systemdDate} from '../own-text.ts';
import type {PlayedBoot, PlayedBox, PlayedEntry} from '../played-box.ts';
import {formatEntry} from './journalctl-format.ts';
import {matcher} from './journalctl-match.ts';
import {type JournalQuery, JournalUsageError, journalQuery, parseJournalOptions} from './journalctl-query.ts';
import {OptionError, type Player, type PlayerCall, type PlayerIo, refuseOption} from './player.ts';

/** Entries written before the reader is asked again whether it keeps up. */
const batch = 200;
/** journald announces new entries at most this often, in wall milliseconds. */
const announceMs = 100;

export const journalctl: Player = async call => {
	try {
		const options = parseJournalOptions(call.args);
		if (options.values.has('version')) return await version(call.io);
		if (options.values.has('sync')) return 0;
		if (options.values.has('list-boots')) return await listBoots(call);
		return await show(call, journalQuery(options));
	} catch (error) {
		if (error instanceof OptionError) return refuseOption('journalctl', error.message, call.io);
		if (!(error instanceof JournalUsageError)) throw error;
		call.io.complain(`${error.message}\n`);
		return 1;
	}
};

const version = async (io: PlayerIo) => {
	await io.write(
		'systemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT\n',
	);
	return 0;
};

const listBoots = async ({box, io}: PlayerCall) => {
	const boots = box.boots();
	await io.write('IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n');
	for (const [index, boot] of boots.entries()) {
		const last = boot.entries[box.visible(boot) - 1];
		const first = boot.entries[0];
		if (first === undefined || last === undefined) continue;
		const offset = String(index - boots.length + 1).padStart(3);
		await io.write(
			`${offset} ${boot.bootId} ${systemdDate(first.realtimeUs / 1000)} ${systemdDate(last.realtimeUs / 1000)}\n`,
		);
	}
	return 0;
};

const show = async (call: PlayerCall, query: JournalQuery): Promise<number> => {
	const {box, io} = call;
	if (!call.isRoot) {
		if (!query.quiet) io.complain(hint);
		return query.follow ? untilGone(io) : 0;
	}
	const boots = chosenBoots(box, query);
	const isWanted = matcher(query, box);
	// Looked at once: what becomes visible while this is written is followed.
	const visible = boots.map(boot => box.visible(boot));
	const shown = boots.flatMap((boot, index) => boot.entries.slice(0, visible[index]));
	const from = startOf(shown, query, isWanted);
	const wanted = tail(shown.slice(from.index).filter(isWanted).slice(from.lost), query);
	await writeAll(query.reverse ? wanted.reverse() : wanted, query, io);
	if (query.showCursor && wanted.length > 0) await io.write(`-- cursor: ${wanted.at(-1)?.cursor}\n`);
	const followed = boots.at(-1);
	if (!query.follow || followed === undefined || io.gone.aborted) return 0;
	return follow({call, query, boot: followed, isWanted, from: visible.at(-1) ?? 0});
};

const hint = `Hint: You are currently not seeing messages from other users and the system.
      Users in groups 'adm', 'systemd-journal' can see all messages.
      Pass -q to turn off this notice.
`;

const chosenBoots = (box: PlayedBox, {boot}: JournalQuery): readonly PlayedBoot[] => {
	const boots = box.boots();
	if (boot === null) return boots;
	const base = boot.id === null ? boots.length - 1 : boots.findIndex(({bootId}) => bootId === boot.id);
	const index = boot.id === null && boot.offset > 0 ? boot.offset - 1 : base + boot.offset;
	const found = base < 0 ? undefined : boots[index];
	if (found === undefined)
		throw new JournalUsageError(
			`Data from the specified boot (${boot.id ?? boot.offset}) is not available: No such boot ID in journal`,
		);
	return [found];
};

/**
 * Where a cursor leads. Versions before 255 lose the first entry after `--after-cursor` when a filter is on that does
 * not match the cursor's own entry (journald.md section 5): `lost` is 1 then.
 */
const startOf = (
	entries: readonly PlayedEntry[],
	{cursor, units, matches, kernel}: JournalQuery,
	isWanted: (entry: PlayedEntry) => boolean,
): {readonly index: number; readonly lost: number} => {
	if (cursor === null) return {index: 0, lost: 0};
	const parts = cursorParts(cursor.text);
	const at = Number.parseInt(parts.get('m') ?? '', 16);
	const exact = entries.findIndex(entry => entry.monotonicUs === at && entry.cursor === cursor.text);
	if (exact >= 0) {
		const own = entries[exact];
		const isFiltered = units.length > 0 || matches.size > 0 || kernel;
		const isLost = !cursor.inclusive && isFiltered && own !== undefined && !isWanted(own);
		return {index: cursor.inclusive ? exact : exact + 1, lost: isLost ? 1 : 0};
	}
	const later = entries.findIndex(entry => isAtOrAfter(entry, parts));
	return {index: later < 0 ? entries.length : later, lost: 0};
};

const cursorParts = (text: string): ReadonlyMap<string, string> => {
	const parts = new Map(text.split(';').map(part => [part.slice(0, 1), part.slice(2)]));
	const isCursor = /^([sibmtx]=[0-9a-f]{1,32};?)+$/.test(text);
	if (
		!isCursor ||
		!(parts.has('t') || (parts.has('b') && parts.has('m')) || (parts.has('s') && parts.has('i')))
	)
		throw new JournalUsageError('Failed to seek to cursor: Invalid argument');
	return parts;
};

const isAtOrAfter = (entry: PlayedEntry, parts: ReadonlyMap<string, string>): boolean => {
	const number = (name: string) => Number.parseInt(parts.get(name) ?? '', 16);
	if (parts.has('b') && parts.has('m') && entry.cursor.includes(`;b=${parts.get('b')};`))
		return entry.monotonicUs >= number('m');
	return entry.realtimeUs >= number('t');
};

const tail = (entries: readonly PlayedEntry[], {lines, cursor}: JournalQuery): PlayedEntry[] => {
	if (lines === Number.POSITIVE_INFINITY) return [...entries];
	// With a cursor 252 gives the first N, not the last.
	if (cursor !== null) return entries.slice(0, lines);
	return lines === 0 ? [] : entries.slice(-lines);
};

const writeAll = async (
	entries: readonly PlayedEntry[],
	query: JournalQuery,
	io: PlayerIo,
): Promise<void> => {
	for (let from = 0; from < entries.length && !io.gone.aborted; from += batch)
		await io.write(
			entries
				.slice(from, from + batch)
				.map(entry => formatEntry(entry, query))
				.join(''),
		);
};

type Following = {
	readonly call: PlayerCall;
	readonly query: JournalQuery;
	readonly boot: PlayedBoot;
	readonly isWanted: (entry: PlayedEntry) => boolean;
	readonly from: number;
};

/** Entries appear as lab time reaches them, until the reader goes. */
const follow = async ({call: {box, io}, query, boot, isWanted, from}: Following): Promise<number> => {
	let next = from;
	while (!io.gone.aborted) {
		const visible = box.visible(boot);
		if (visible > next) {
			await writeAll(boot.entries.slice(next, visible).filter(isWanted), query, io);
			next = visible;
		}
		const due = boot.entries[next]?.dueAt ?? Number.POSITIVE_INFINITY;
		await reached({box, boot}, Math.max(due, box.clock.now() + announceMs * box.clock.speed()), io);
	}
	return 0;
};

/** Until lab time has come so far, the box plays on otherwise, or nobody reads any more. */
const reached = ({box, boot}: {box: PlayedBox; boot: PlayedBoot}, at: number, {gone}: PlayerIo) =>
	new Promise<void>(resolve => {
		const stop = () => {
			timer?.cancel();
			takeBack();
			gone.removeEventListener('abort', stop);
			resolve();
		};
		const timer = Number.isFinite(at) ? box.clock.at(at, stop) : null;
		const takeBack = boot.onceAmended(stop);
		gone.addEventListener('abort', stop, {once: true});
	});

const untilGone = ({gone}: PlayerIo) =>
	new Promise<number>(resolve => {
		if (gone.aborted) resolve(0);
		else gone.addEventListener('abort', () => resolve(0), {once: true});
	});
