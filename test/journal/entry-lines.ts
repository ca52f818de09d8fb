/** Lines as `journalctl -o json` writes them, for tests. */
export const bootId = '0123456789abcdef0123456789abcdef';

export const entryLine = (fields: Readonly<Record<string, unknown>> = {}): string =>
	JSON.stringify({
		__CURSOR: `s=${bootId};i=1;b=${bootId};m=1;t=1;x=1`,
		__REALTIME_TIMESTAMP: '1795373228450445',
		__MONOTONIC_TIMESTAMP: '12671124',
		_BOOT_ID: bootId,
		MESSAGE: 'hello',
		PRIORITY: '6',
		_PID: '500',
		_UID: '0',
		_TRANSPORT: 'stdout',
		_SYSTEMD_UNIT: 'alpha.service',
		SYSLOG_IDENTIFIER: 'alpha',
		...fields,
	});
