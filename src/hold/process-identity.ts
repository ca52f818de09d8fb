/**
 * Who a process is, so that a recycled pid or another machine's ledger is never mistaken for it (threats.md P5, P6):
 * host, boot id, pid namespace, pid and start time. No signal is ever sent to a pid from a file.
 */
import {execFile} from 'node:child_process';
import {readFile, readlink} from 'node:fs/promises';
import {hostname} from 'node:os';
import {promisify} from 'node:util';

export type MachineIdentity = {
	readonly host: string;
	/** Linux: /proc/sys/kernel/random/boot_id; macOS: the boot time. */
	readonly bootId: string;
	/** Inode of the pid namespace; '-' where the system has none. */
	readonly pidNamespace: string;
};

export type ProcessIdentity = {readonly pid: number; readonly startTime: string};

const run = promisify(execFile);

export const readMachine = async (): Promise<MachineIdentity> => {
	const linux = process.platform === 'linux';
	return {
		host: hostname(),
		bootId: linux
			? (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
			: (await run('/usr/sbin/sysctl', ['-n', 'kern.boottime'], {env: {LC_ALL: 'C'}})).stdout.trim(),
		pidNamespace: linux ? await readlink('/proc/self/ns/pid') : '-',
	};
};

/**
 * Any difference means: reported, never acted on. Another boot id is no proof of a reboot either: a snapshot of this
 * machine, or a container beside us, may have the same host name and be alive.
 */
export const sameMachine = (one: MachineIdentity, other: MachineIdentity): boolean =>
	one.host === other.host && one.bootId === other.bootId && one.pidNamespace === other.pidNamespace;

/** Undefined when no such process runs. */
export const readProcess = async (pid: number): Promise<ProcessIdentity | undefined> => {
	const startTime = process.platform === 'linux' ? await linuxStart(pid) : await otherStart(pid);
	return startTime === undefined ? undefined : {pid, startTime};
};

export const isAlive = async (identity: ProcessIdentity): Promise<boolean> => {
	const now = await readProcess(identity.pid);
	return now !== undefined && now.startTime === identity.startTime;
};

/** Field 22 in clock ticks since boot; the name before it may hold blanks and brackets. Zombies are dead. */
const linuxStart = async (pid: number): Promise<string | undefined> => {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
};

const otherStart = async (pid: number): Promise<string | undefined> => {
	try {
		const {stdout} = await run('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {env: {LC_ALL: 'C'}});
		return stdout.trim() || undefined;
	} catch (error) {
		// ps ends with 1 when there is no such process.
		if (error instanceof Error && 'code' in error && error.code === 1) return undefined;
		throw error;
	}
};

const isMissing = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
