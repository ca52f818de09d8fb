/** The journal fields and unit properties that the package carries: every one that unflap asks a box for. */

export const packedFields = [
	'__CURSOR',
	'__REALTIME_TIMESTAMP',
	'__MONOTONIC_TIMESTAMP',
	'_BOOT_ID',
	'MESSAGE',
	'PRIORITY',
	'_SYSTEMD_UNIT',
	'UNIT',
	'MESSAGE_ID',
	'JOB_RESULT',
	'JOB_TYPE',
	'UNIT_RESULT',
	'EXIT_CODE',
	'EXIT_STATUS',
	'INVOCATION_ID',
	'_SYSTEMD_INVOCATION_ID',
	'SYSLOG_IDENTIFIER',
	'_PID',
	'_UID',
	'_TRANSPORT',
	'_COMM',
	'_STREAM_ID',
	'_LINE_BREAK',
	'N_RESTARTS',
	'N_DROPPED',
	'COMMAND',
	'OBJECT_SYSTEMD_UNIT',
	'COREDUMP_UNIT',
	'_SOURCE_MONOTONIC_TIMESTAMP',
	'_SOURCE_REALTIME_TIMESTAMP',
	'_HOSTNAME',
	'_MACHINE_ID',
] as const;

/** An entry with the packed fields alone, in their own order. */
export const onlyPackedFields = <Value>(fields: Readonly<Record<string, Value>>): Record<string, Value> =>
	Object.fromEntries(
		packedFields.filter(name => Object.hasOwn(fields, name)).map(name => [name, fields[name] as Value]),
	);
