/** One line of `journalctl -o json` (also json-seq and json-sse) to one entry. Never throws, never loses a line. */
import type {Hostile} from '../base/text.ts';
import {decodeField, fieldText} from './field-value.ts';
import {checkedCount, checkedCursor, checkedId, checkedPriority} from './grammars.ts';
import {isDeeperThan} from './json-depth.ts';
import {salvageCutLine} from './salvage-cut-line.ts';
import type {JournalEntry, JournalField} from './types.ts';

export type ParsedLine =
	| {readonly kind: 'entry'; readonly entry: JournalEntry}
	/** journalctl's own words between entries: `-- Boot …`, `-- cursor: …`, `-- No entries --`. */
	| {readonly kind: 'notice'; readonly text: Hostile}
	/** Not an entry; shown as a mark and counted. `text` holds its first 200 characters. */
	| {readonly kind: 'garbage'; readonly text: Hostile; readonly byteLength: number};

const maxDepth = 64;
const keptGarbageCharacters = 200;
const modelFields: readonly JournalField[] = [
	'MESSAGE_ID',
	'JOB_RESULT',
	'JOB_TYPE',
	'UNIT_RESULT',
	'EXIT_CODE',
	'EXIT_STATUS',
	'INVOCATION_ID',
	'_SYSTEMD_INVOCATION_ID',
	'_STREAM_ID',
	'_LINE_BREAK',
	'N_RESTARTS',
	'N_DROPPED',
	'COMMAND',
	'_COMM',
	'_UID',
];
const leftOutText = '(journalctl left this message out: it is long and `-a` was not given)';

/** `cutBytes`: how many bytes of the line our own cap left out; `tail` is then the last piece of it. */
export const parseEntry = (line: string | Uint8Array, cutBytes = 0, tail = ''): ParsedLine => {
	const text = stripFraming(typeof line === 'string' ? line : Buffer.from(line).toString('utf8'));
	if (text.startsWith('-- ')) {
		return {kind: 'notice', text};
	}

	const record = cutBytes > 0 ? salvageCutLine(text, tail) : parseRecord(text);
	return record === undefined
		? {
				kind: 'garbage',
				text: text.slice(0, keptGarbageCharacters),
				byteLength: Buffer.byteLength(text) + cutBytes,
			}
		: {kind: 'entry', entry: entryOf(record, cutBytes)};
};

type JsonRecord = Readonly<Record<string, unknown>>;

/** json-seq puts 0x1E before each record, json-sse the word `data:`. */
const stripFraming = (line: string): string => {
	const first = line.charCodeAt(0);
	const bare =
		first === 0x1e ? line.slice(1) : first === 0x64 && line.startsWith('data: ') ? line.slice(6) : line;
	return bare.endsWith('\r') ? bare.slice(0, -1) : bare;
};

const parseRecord = (text: string): JsonRecord | undefined => {
	if (text.charCodeAt(0) !== 0x7b || isDeeperThan(text, maxDepth)) {
		return undefined;
	}

	try {
		const value: unknown = JSON.parse(text);
		return isEntryRecord(value) ? value : undefined;
	} catch (error) {
		if (!(error instanceof SyntaxError)) {
			throw error;
		}

		return undefined;
	}
};

/** Any object is taken that has one of the fields every entry has; `{"a":1}` is no entry. */
const isEntryRecord = (value: unknown): value is JsonRecord =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	('__CURSOR' in value || 'MESSAGE' in value || '__REALTIME_TIMESTAMP' in value);

const entryOf = (record: JsonRecord, cutBytes: number): JournalEntry => {
	const message = decodeField(record['MESSAGE']);
	const pid = checkedCount(fieldText(record['_PID']));
	const userId = fieldText(record['_UID']);
	const byRoot = userId === undefined || userId === '0';
	const fromManager = pid === 1 && byRoot;
	const transport = fieldText(record['_TRANSPORT']) ?? '';
	const entry = {
		cursor: checkedCursor(record['__CURSOR']),
		bootId: checkedId(record['_BOOT_ID']),
		realtimeUs: checkedCount(record['__REALTIME_TIMESTAMP']),
		monotonicUs: monotonicOf(record, transport),
		unit: unitOf(record, fromManager, byRoot),
		priority: checkedPriority(record['PRIORITY']),
		identifier: fieldText(record['SYSLOG_IDENTIFIER']) ?? fieldText(record['_COMM']) ?? '',
		pid,
		message: message.leftOut ? leftOutText : message.text,
		cutBytes,
		transport,
		fields: modelFieldsOf(record),
		fromManager,
	};
	return message.bytes === undefined ? entry : {...entry, bytes: message.bytes};
};

/** journald receives all early kernel lines at nearly one moment; the kernel's own time is the true one. */
const monotonicOf = (record: JsonRecord, transport: string): number => {
	const source = transport === 'kernel' ? record['_SOURCE_MONOTONIC_TIMESTAMP'] : undefined;
	return checkedCount(source ?? record['__MONOTONIC_TIMESTAMP']);
};

/** Only PID 1, and for the two others root, may speak about a unit they are not (threats.md, X4). */
const unitOf = (record: JsonRecord, fromManager: boolean, byRoot: boolean): Hostile =>
	(fromManager ? fieldText(record['UNIT']) : undefined) ??
	(byRoot ? (fieldText(record['OBJECT_SYSTEMD_UNIT']) ?? fieldText(record['COREDUMP_UNIT'])) : undefined) ??
	fieldText(record['_SYSTEMD_UNIT']) ??
	'';

const modelFieldsOf = (record: JsonRecord): JournalEntry['fields'] => {
	const fields: Partial<Record<JournalField, Hostile>> = {};
	for (const name of modelFields) {
		const text = fieldText(record[name]);
		if (text !== undefined) {
			fields[name] = text;
		}
	}

	// systemd 229 and older say RESULT where newer ones say JOB_RESULT.
	const oldResult = fields.JOB_RESULT === undefined ? fieldText(record['RESULT']) : undefined;
	if (oldResult !== undefined) {
		fields.JOB_RESULT = oldResult;
	}

	return fields;
};
