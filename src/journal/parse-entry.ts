/** One line of `journalctl -o json` (also json-seq and json-sse) to one entry. Never throws, never loses a line. */
import type {Hostile} from '../base/text.ts';
import {decodeField, fieldText} from './field-value.ts';
import {checkedCount, checkedCursor, checkedId, checkedPriority} from './grammars.ts';
import {salvageCutLine} from './salvage-cut-line.ts';
import {scanRecord} from './scan-record.ts';
import type {JournalEntry, JournalField} from './types.ts';

export type ParsedLine =
	| {readonly kind: 'entry'; readonly entry: JournalEntry}
	/** journalctl's own words between entries: `-- Boot …`, `-- cursor: …`, `-- No entries --`. */
	| {readonly kind: 'notice'; readonly text: Hostile}
	/** Not an entry; shown as a mark and counted. `text` holds its first 200 characters. */
	| {readonly kind: 'garbage'; readonly text: Hostile; readonly byteLength: number};

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
/** The model's fields first, so that an index below their number is one of them. */
const names = [
	...modelFields,
	'__CURSOR',
	'_BOOT_ID',
	'__REALTIME_TIMESTAMP',
	'__MONOTONIC_TIMESTAMP',
	'_SOURCE_MONOTONIC_TIMESTAMP',
	'UNIT',
	'OBJECT_SYSTEMD_UNIT',
	'COREDUMP_UNIT',
	'_SYSTEMD_UNIT',
	'PRIORITY',
	'SYSLOG_IDENTIFIER',
	'_PID',
	'MESSAGE',
	'_TRANSPORT',
	'RESULT',
] as const;
const slots: ReadonlyMap<string, number> = new Map(names.map((name, index) => [name, index]));
const slotOf = (name: (typeof names)[number]): number => names.indexOf(name);
const slot = {
	cursor: slotOf('__CURSOR'),
	bootId: slotOf('_BOOT_ID'),
	realtime: slotOf('__REALTIME_TIMESTAMP'),
	monotonic: slotOf('__MONOTONIC_TIMESTAMP'),
	sourceMonotonic: slotOf('_SOURCE_MONOTONIC_TIMESTAMP'),
	unit: slotOf('UNIT'),
	objectUnit: slotOf('OBJECT_SYSTEMD_UNIT'),
	coredumpUnit: slotOf('COREDUMP_UNIT'),
	systemdUnit: slotOf('_SYSTEMD_UNIT'),
	priority: slotOf('PRIORITY'),
	identifier: slotOf('SYSLOG_IDENTIFIER'),
	command: slotOf('_COMM'),
	uid: slotOf('_UID'),
	pid: slotOf('_PID'),
	message: slotOf('MESSAGE'),
	transport: slotOf('_TRANSPORT'),
	oldResult: slotOf('RESULT'),
} as const;
const leftOutText = '(journalctl left this message out: it is long and `-a` was not given)';

/** `cutBytes`: how many bytes of the line our own cap left out; `tail` is then the last piece of it. */
export const parseEntry = (line: string | Uint8Array, cutBytes = 0, tail = ''): ParsedLine => {
	const text = stripFraming(typeof line === 'string' ? line : Buffer.from(line).toString('utf8'));
	if (text.startsWith('-- ')) {
		return {kind: 'notice', text};
	}

	const fields = readFields(text, cutBytes > 0 ? tail : null);
	return fields === undefined
		? {
				kind: 'garbage',
				text: text.slice(0, keptGarbageCharacters),
				byteLength: Buffer.byteLength(text) + cutBytes,
			}
		: {kind: 'entry', entry: entryOf(fields, cutBytes)};
};

/** json-seq puts 0x1E before each record, json-sse the word `data:`. */
const stripFraming = (line: string): string => {
	const first = line.charCodeAt(0);
	const bare =
		first === 0x1e ? line.slice(1) : first === 0x64 && line.startsWith('data: ') ? line.slice(6) : line;
	return bare.endsWith('\r') ? bare.slice(0, -1) : bare;
};

/** Values by the index of their name in `slots`. */
type Fields = readonly unknown[];

const readFields = (text: string, tailOfCut: string | null): Fields | undefined => {
	if (text.charCodeAt(0) !== 0x7b) {
		return undefined;
	}

	const fields = tailOfCut === null ? scanRecord(text, slots) : salvageCutLine(text, tailOfCut, slots);
	return fields !== undefined && isEntry(fields) ? fields : undefined;
};

/** One of the fields that every entry has must be there; `{"a":1}` is no entry. */
const isEntry = (fields: Fields): boolean =>
	fields[slot.cursor] !== undefined ||
	fields[slot.message] !== undefined ||
	fields[slot.realtime] !== undefined;

const entryOf = (fields: Fields, cutBytes: number): JournalEntry => {
	const message = decodeField(fields[slot.message]);
	const pid = checkedCount(fieldText(fields[slot.pid]));
	const userId = fieldText(fields[slot.uid]);
	const byRoot = userId === undefined || userId === '0';
	const fromManager = pid === 1 && byRoot;
	const transport = fieldText(fields[slot.transport]) ?? '';
	const entry = {
		cursor: checkedCursor(fields[slot.cursor]),
		bootId: checkedId(fields[slot.bootId]),
		realtimeUs: checkedCount(fields[slot.realtime]),
		monotonicUs: monotonicOf(fields, transport),
		unit: unitOf(fields, fromManager, byRoot),
		priority: checkedPriority(fields[slot.priority]),
		identifier: fieldText(fields[slot.identifier]) ?? fieldText(fields[slot.command]) ?? '',
		pid,
		message: message.leftOut ? leftOutText : message.text,
		cutBytes,
		transport,
		fields: modelFieldsOf(fields),
		fromManager,
	};
	return message.bytes === undefined ? entry : {...entry, bytes: message.bytes};
};

/** journald receives all early kernel lines at nearly one moment; the kernel's own time is the true one. */
const monotonicOf = (fields: Fields, transport: string): number => {
	const source = transport === 'kernel' ? fields[slot.sourceMonotonic] : undefined;
	return checkedCount(source ?? fields[slot.monotonic]);
};

/** Only PID 1, and for the two others root, may speak about a unit they are not (threats.md, X4). */
const unitOf = (fields: Fields, fromManager: boolean, byRoot: boolean): Hostile =>
	(fromManager ? fieldText(fields[slot.unit]) : undefined) ??
	(byRoot ? (fieldText(fields[slot.objectUnit]) ?? fieldText(fields[slot.coredumpUnit])) : undefined) ??
	fieldText(fields[slot.systemdUnit]) ??
	'';

const modelFieldsOf = (values: Fields): JournalEntry['fields'] => {
	const fields: Partial<Record<JournalField, Hostile>> = {};
	for (let index = 0; index < modelFields.length; index++) {
		const value = values[index];
		const name = modelFields[index];
		const text = value === undefined ? undefined : fieldText(value);
		if (text !== undefined && name !== undefined) {
			fields[name] = text;
		}
	}

	// systemd 229 and older say RESULT where newer ones say JOB_RESULT.
	const oldResult = fields.JOB_RESULT === undefined ? fieldText(values[slot.oldResult]) : undefined;
	if (oldResult !== undefined) {
		fields.JOB_RESULT = oldResult;
	}

	return fields;
};
