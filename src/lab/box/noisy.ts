/**
 * A boot with everything awkward that a journal can hold: a flood, long lines and their pieces, bytes that are no text,
 * escape sequences, wide and right-to-left letters, repeated fields, forged manager messages, journald's own notice of
 * what it dropped. Facts: journald.md section 3; the cases are those of the recorded flood.
 */
import {
	type JournalField,
	type JournalFields,
	monotonicUs,
	type RecordedBoot,
	type RecordedLife,
	textOf,
} from './life.ts';

const unit = 'debug-dump.service';
const identifier = 'debug-dump';
const invocation = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const floodLines = 20_000;
const floodSeconds = 37;

/** `base` with the flood after the app is up. */
export const makeNoisy = (base: RecordedLife): RecordedLife => {
	const [boot] = base.boots;
	if (boot === undefined) return base;
	const entries = () => withNoise(boot);
	let made: readonly JournalFields[] | undefined;
	const noisy: RecordedBoot = {
		...facts(boot),
		get entries() {
			made ??= entries();
			return made;
		},
		units: new Map([...boot.units, [unit, unitFacts(boot)]]),
	};
	return {
		...base,
		name: 'noisy',
		boots: [noisy, ...base.boots.slice(1)],
		lengthSeconds: base.lengthSeconds + floodSeconds + 3,
	};
};

const facts = ({bootId, zeroSeconds, agentUpSeconds, endSeconds}: RecordedBoot) => ({
	bootId,
	zeroSeconds,
	agentUpSeconds,
	endSeconds,
});

const unitFacts = (boot: RecordedBoot) => {
	const like = boot.units.get('ssh.service') ?? [...boot.units.values()][0] ?? new Map<string, string>();
	return new Map([
		...like,
		['Id', unit],
		['Names', unit],
		['Description', 'Writes too much, and oddly'],
		['Requires', 'sysinit.target system.slice'],
		['RequiredBy', ''],
		['InvocationID', invocation],
	]);
};

const withNoise = (boot: RecordedBoot): readonly JournalFields[] => {
	const last = boot.entries.at(-1);
	if (last === undefined) return [];
	const begin = monotonicUs(last) + 500_000;
	const write = writer(last);
	const awkward = awkwardCases.map((fields, index) => write(begin + index * 1000, fields));
	const stepUs = (floodSeconds * 1e6) / floodLines;
	const flood = Array.from({length: floodLines}, (_, index) =>
		write(begin + 1_000_000 + Math.round(index * stepUs), {MESSAGE: floodLine(index)}),
	);
	const end = begin + 1_500_000 + floodSeconds * 1e6;
	return [
		...boot.entries,
		...awkward,
		...flood,
		write(end, suppressed),
		write(end + 1000, {MESSAGE: 'done'}),
	];
};

/** Entries of the unit's standard output at a moment, like the last one in everything else. */
const writer = (last: JournalFields) => {
	const started = Number(textOf(last['__REALTIME_TIMESTAMP'])) - monotonicUs(last);
	let number = Number.parseInt(/;i=([0-9a-f]+)/.exec(textOf(last['__CURSOR']))?.[1] ?? '1', 16);
	return (at: number, fields: JournalFields): JournalFields => {
		number += 1;
		return {
			__CURSOR: textOf(last['__CURSOR'])
				.replace(/;i=[0-9a-f]+/, `;i=${number.toString(16)}`)
				.replace(/;m=[0-9a-f]+;t=[0-9a-f]+/, `;m=${at.toString(16)};t=${(started + at).toString(16)}`),
			__REALTIME_TIMESTAMP: String(started + at),
			__MONOTONIC_TIMESTAMP: String(at),
			_BOOT_ID: textOf(last['_BOOT_ID']),
			_HOSTNAME: textOf(last['_HOSTNAME']),
			_MACHINE_ID: textOf(last['_MACHINE_ID']),
			PRIORITY: '6',
			_SYSTEMD_UNIT: unit,
			_SYSTEMD_INVOCATION_ID: invocation,
			SYSLOG_IDENTIFIER: identifier,
			_PID: '2417',
			_UID: '998',
			_COMM: identifier,
			_TRANSPORT: 'stdout',
			...fields,
		};
	};
};

const levels = ['DEBUG', 'INFO', 'INFO', 'INFO', 'WARN', 'INFO', 'INFO', 'ERROR'];
const floodLine = (index: number): string =>
	`${levels[index % levels.length]} request ${index} path=/api/orders/${(index * 7919) % 100_000} status=${index % 41 === 0 ? 503 : 200} took=${(index * 37) % 900}ms`;

const suppressed: JournalFields = {
	MESSAGE: `Suppressed 3000 messages from ${unit}`,
	MESSAGE_ID: 'a596d6fe7bfa4994828e72309e95d61e',
	N_DROPPED: '3000',
	OBJECT_SYSTEMD_UNIT: unit,
	PRIORITY: '5',
	_SYSTEMD_UNIT: 'systemd-journald.service',
	SYSLOG_IDENTIFIER: 'systemd-journald',
	_COMM: 'systemd-journal',
	_PID: '206',
	_UID: '0',
	_TRANSPORT: 'driver',
};

/** Not printable UTF-8 comes as numbers. */
const bytes = (text: string): JournalField => [...Buffer.from(text, 'latin1')];
const coloured = (text: string): JournalField => [...Buffer.from(text, 'utf8')];

const forged = (fields: JournalFields): JournalFields => ({_TRANSPORT: 'journal', ...fields});

const awkwardCases: readonly JournalFields[] = [
	{MESSAGE: bytes('binary message \xff\xfe\x80\x00\x01 end')},
	{MESSAGE: bytes('latin-1 text: caf\xe9 na\xefve')},
	{MESSAGE: bytes('NUL inside\0the message'), PRIORITY: '4'},
	{MESSAGE: 'three lines in one entry:\n  second line\n  third line'},
	{
		MESSAGE: coloured(
			'\x1b[31mred\x1b[0m \x1b[1;32mbold\x1b[0m \x1b]0;window title\x07 \x1b[2J\x1b[H cursor home',
		),
	},
	{
		MESSAGE: coloured(
			'\x1b]52;c;aGVsbG8=\x07 \x1bP1$r\x1b\\ \x1b_apc\x1b\\ \x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\',
		),
	},
	{
		MESSAGE: coloured(
			'carriage\rreturn, bell \x07, backspace a\x08b, DEL \x7f, C1 \u009b31m, \u009d0;t\u009c',
		),
	},
	{MESSAGE: 'tab\there \u2028 line separator'},
	{
		MESSAGE:
			'wide: 你好世界 こんにちは 한국어 \u200d zero width, combining e\u0301, RTL שלום \u202eoverride\u202c',
	},
	{MESSAGE: 'emoji: 🚀 👨\u200d👩\u200d👧\u200d👦 🇮🇪 ❤️ 👍🏽'},
	{MESSAGE: `long: ${'x'.repeat(100_000)}`},
	{MESSAGE: 'y'.repeat(4087)},
	{MESSAGE: 'y'.repeat(4088)},
	{MESSAGE: 'z'.repeat(1_200_000)},
	{MESSAGE: ''},
	{MESSAGE: 'repeated field', PRIORITY: ['6', '3']},
	...[0, 1, 2, 3, 4, 5, 6, 7].map(level => ({
		MESSAGE: `message with priority ${level}`,
		PRIORITY: String(level),
	})),
	...['line-max', 'line-max'].map(_LINE_BREAK => ({MESSAGE: 'L'.repeat(49_152), _LINE_BREAK})),
	{MESSAGE: 'L'.repeat(1721)},
	{MESSAGE: 'stdout with NUL', _LINE_BREAK: 'nul'},
	{MESSAGE: coloured('\x1b[33mWARN\x1b[0m password=hunter2-not-for-screens coloured by the application')},
	{MESSAGE: '   leading blanks'},
	{MESSAGE: 'last line without a newline at the end', _LINE_BREAK: 'eof'},
	forged({
		MESSAGE: `${unit}: Failed with result 'exit-code'.`,
		MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c',
		UNIT: 'ssh.service',
		UNIT_RESULT: 'exit-code',
	}),
	forged({
		MESSAGE: 'Failed to start something.',
		MESSAGE_ID: 'be02cf6855d2428ba40df7e9d022f03d',
		UNIT: 'ssh.service',
		JOB_RESULT: 'failed',
	}),
];
