/** An entry as `journalctl -o json` would have written it, as far as unflap kept it. */
import {encodeJson} from '../base/json.ts';
import type {JournalEntry} from '../journal/types.ts';

export const journalLine = (entry: JournalEntry): string =>
	encodeJson({
		...(entry.cursor === '' ? {} : {__CURSOR: entry.cursor}),
		__REALTIME_TIMESTAMP: String(entry.realtimeUs),
		__MONOTONIC_TIMESTAMP: String(entry.monotonicUs),
		_BOOT_ID: entry.bootId,
		...(entry.transport === 'kernel' ? {_SOURCE_MONOTONIC_TIMESTAMP: String(entry.monotonicUs)} : {}),
		...(entry.transport === '' ? {} : {_TRANSPORT: entry.transport}),
		...unitField(entry),
		...(entry.pid > 0 ? {_PID: String(entry.pid)} : {}),
		PRIORITY: String(entry.priority),
		...(entry.identifier === '' ? {} : {SYSLOG_IDENTIFIER: entry.identifier}),
		...entry.fields,
		MESSAGE: entry.bytes === undefined ? entry.message : [...entry.bytes],
	});

/** The reader trusts UNIT only from PID 1, and the other two only from root. */
const unitField = (entry: JournalEntry) => {
	if (entry.unit === '') return {};
	return entry.fromManager ? {UNIT: entry.unit} : {_SYSTEMD_UNIT: entry.unit};
};
