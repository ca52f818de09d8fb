/** How journalctl 252 writes an entry. Facts: journald.md section 3. */
import {type JournalField, type JournalFields, textOf} from '../life.ts';
import type {PlayedEntry} from '../played-box.ts';
import type {JournalQuery} from './journalctl-query.ts';

/** Always printed, whatever `--output-fields` says. */
const always = ['__CURSOR', '__REALTIME_TIMESTAMP', '__MONOTONIC_TIMESTAMP', '_BOOT_ID'];
/** Without `-a` a field of this many bytes, its name and `=` counted, is left out of json. */
const longestField = 4096;

export const formatEntry = (entry: PlayedEntry, query: JournalQuery): string => {
	const fields = entry.fields();
	if (query.output === 'json') return `${JSON.stringify(jsonFields(fields, query))}\n`;
	if (query.output === 'export') return exportEntry(fields, query);
	const message = textOf(fields['MESSAGE']);
	if (query.output === 'cat') return `${message}\n`;
	return shortEntry(entry, fields, query);
};

const jsonFields = (fields: JournalFields, {fields: wanted, all}: JournalQuery) => {
	const shown: Record<string, JournalField> = {};
	for (const [name, value] of Object.entries(fields)) {
		if (wanted !== null && !wanted.has(name) && !always.includes(name)) continue;
		const isTooLong =
			!all && typeof value === 'string' && name.length + 1 + Buffer.byteLength(value) >= longestField;
		shown[name] = isTooLong ? null : value;
	}
	return shown;
};

const exportEntry = (fields: JournalFields, {fields: wanted}: JournalQuery): string => {
	const lines = Object.entries(fields)
		.filter(([name]) => wanted === null || wanted.has(name) || always.includes(name))
		.map(([name, value]) => {
			const text = textOf(value);
			if (!text.includes('\n') && typeof value === 'string') return `${name}=${text}\n`;
			const length = Buffer.alloc(8);
			length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
			return `${name}\n${length.toString('latin1')}${text}\n`;
		});
	return `${lines.join('')}\n`;
};

const shortEntry = (entry: PlayedEntry, fields: JournalFields, query: JournalQuery): string => {
	const name =
		query.output === 'with-unit'
			? textOf(fields['_SYSTEMD_UNIT']) || textOf(fields['SYSLOG_IDENTIFIER'])
			: textOf(fields['SYSLOG_IDENTIFIER']) || textOf(fields['_COMM']) || 'unknown';
	const pid = textOf(fields['_PID']);
	const message = fields['MESSAGE'];
	const text =
		typeof message === 'string' || query.all
			? textOf(message).replaceAll('\n', `\n${' '.repeat(20)}`)
			: `[${Array.isArray(message) ? message.length : 0}B blob data]`;
	const host = query.hostname ? ` ${textOf(fields['_HOSTNAME'])}` : '';
	return `${timeOf(entry, query)}${host} ${name}${pid === '' ? '' : `[${pid}]`}: ${text}\n`;
};

const timeOf = ({realtimeUs, monotonicUs}: PlayedEntry, {output}: JournalQuery): string => {
	const iso = new Date(realtimeUs / 1000).toISOString();
	const micros = String(realtimeUs % 1_000_000).padStart(6, '0');
	switch (output) {
		case 'short-monotonic':
			return `[${(monotonicUs / 1e6).toFixed(6).padStart(12)}]`;
		case 'short-unix':
			return `${Math.floor(realtimeUs / 1e6)}.${micros}`;
		case 'short-iso':
			return `${iso.slice(0, 19)}+0000`;
		case 'short-precise':
			return `${syslogTime(iso)}.${micros}`;
		case 'with-unit':
		case 'short-full':
			return `${weekday(realtimeUs)} ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
		default:
			return syslogTime(iso);
	}
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const syslogTime = (iso: string) =>
	`${months[Number(iso.slice(5, 7)) - 1]} ${iso.slice(8, 10)} ${iso.slice(11, 19)}`;
const weekday = (realtimeUs: number) => weekdays[new Date(realtimeUs / 1000).getUTCDay()] ?? '';
