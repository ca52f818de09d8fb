/** The journals of a recording folder, boot by boot, checked line by line (threats.md L4). */
import {UnflapError} from '../../base/errors.ts';
import {type JournalField, type JournalFields, monotonicUs, textOf} from './life.ts';
import {onlyPackedFields} from './packed-fields.ts';
import {limits, readLines, readText} from './read-limits.ts';

export type Journal = {
	readonly bootId: string;
	readonly entries: readonly JournalFields[];
	readonly isWhole: boolean;
};

/**
 * Journals taken on the instance end while the boot goes on; post-mortem ones (`isWhole`) also hold the shutdown. A
 * boot that was followed by another is taken whole, the last one as it stood, unless it was only found post mortem.
 */
export const readJournals = async (root: string): Promise<readonly Journal[]> => {
	const live = await readJournal(root, 'journalctl-b-o-json.jsonl');
	const second = await readJournal(root, 'second-boot/journalctl-b-o-json.jsonl');
	if (live !== null && second === null) return splitByBoot(live, false).slice(-1);
	const whole = await readJournal(root, 'postmortem/journalctl-D-o-json.jsonl', 'journalctl-D-o-json.jsonl');
	if (whole === null && live === null)
		throw new UnflapError(
			'bad-input',
			`${root} holds no journal: journalctl-b-o-json.jsonl or journalctl-D-o-json.jsonl`,
		);
	const isCutShort = await isPostmortem(root);
	const seenLive = isCutShort ? await readSeenLive(root, whole ?? []) : [];
	const boots = splitByBoot([...(whole ?? []), ...seenLive], isCutShort);
	if (second === null) return boots;
	return [
		...(boots.length > 1 ? boots.slice(0, -1) : splitByBoot(live ?? [], false)),
		...splitByBoot(second, false),
	];
};

/** The floods have no journal taken on the instance, but were not cut short either. */
const isPostmortem = async (root: string) =>
	(await readText(root, 'systemctl-is-system-running.txt')) === undefined;

/** After a power cut the file's tail is missing; what was followed live shows some of it. */
const readSeenLive = async (
	root: string,
	whole: readonly JournalFields[],
): Promise<readonly JournalFields[]> => {
	const last = monotonicUs(whole.at(-1));
	let text = '';
	for await (const line of (await readLines(root, 'live/journalctl-b-f-no-tail-o-json-units.frames.jsonl')) ??
		[]) {
		const frame = parseJson(line.toString('utf8')) as {data?: unknown; data_b64?: unknown} | null;
		if (typeof frame?.data === 'string') text += frame.data;
		else if (typeof frame?.data_b64 === 'string')
			text += Buffer.from(frame.data_b64, 'base64').toString('utf8');
		if (text.length > limits.textBytes) break;
	}
	return text
		.split('\n')
		.slice(0, -1)
		.filter(line => line !== '')
		.map(line => onlyPackedFields(parseFields(Buffer.from(line))))
		.filter(entry => monotonicUs(entry) > last);
};

const splitByBoot = (entries: readonly JournalFields[], isWhole: boolean): readonly Journal[] => {
	const boots = new Map<string, JournalFields[]>();
	for (const entry of entries) {
		const bootId = textOf(entry['_BOOT_ID']);
		const known = boots.get(bootId);
		if (known === undefined) boots.set(bootId, [entry]);
		else known.push(entry);
	}
	return [...boots].map(([bootId, own]) => ({bootId, entries: own, isWhole}));
};

const readJournal = async (
	root: string,
	...names: readonly string[]
): Promise<readonly JournalFields[] | null> => {
	const lines = await readLines(root, ...names);
	if (lines === undefined) return null;
	const entries: JournalFields[] = [];
	const intern = createIntern();
	for await (const line of lines) {
		if (line.length === 0) continue;
		if (entries.length >= limits.entries)
			throw new UnflapError('bad-input', `A recording may hold ${limits.entries} journal entries`);
		entries.push(intern(onlyPackedFields(parseFields(line))));
	}
	return entries;
};

/** Most fields say the same thing in entry after entry: one text each, and one machine's memory. */
const createIntern = () => {
	const texts = new Map<string, string>();
	return (fields: Record<string, JournalField>): JournalFields => {
		for (const [name, value] of Object.entries(fields)) {
			if (typeof value !== 'string' || singular.has(name)) continue;
			const known = texts.get(value);
			if (known !== undefined) fields[name] = known;
			else if (texts.size < 10_000) texts.set(value, value);
		}
		return fields;
	};
};

const singular = new Set([
	'__CURSOR',
	'__REALTIME_TIMESTAMP',
	'__MONOTONIC_TIMESTAMP',
	'MESSAGE',
	'_SOURCE_REALTIME_TIMESTAMP',
]);

const parseFields = (line: Buffer): Record<string, JournalField> => {
	const value: unknown = parseJson(line.toString('utf8'));
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badLine();
	for (const field of Object.values(value)) if (!isJournalField(field)) throw badLine();
	const fields = value as Record<string, JournalField>;
	for (const name of ['__MONOTONIC_TIMESTAMP', '__REALTIME_TIMESTAMP'])
		if (!/^\d{1,16}$/.test(textOf(fields[name]))) throw badLine();
	if (!/^[0-9a-f]{32}$/.test(textOf(fields['_BOOT_ID']))) throw badLine();
	return fields;
};

const isJournalField = (value: unknown): value is JournalField =>
	value === null ||
	typeof value === 'string' ||
	(Array.isArray(value) &&
		value.every(
			item => typeof item === 'string' || isByte(item) || (Array.isArray(item) && item.every(isByte)),
		));

const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;

export const parseJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UnflapError('bad-input', 'The recording holds a line that is no JSON', {cause: error});
	}
};

const badLine = () => new UnflapError('bad-input', 'The recording holds a line that is no journal entry');
