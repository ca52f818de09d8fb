/**
 * Who a process is, so that a recycled pid or another machine's ledger is never mistaken for it (threats.md P5, P6):
 * host, boot id, pid namespace, pid and start time. No signal is ever sent to a pid from a file.
 */
import {execFile} from 'node:child_process';
import {readFile, readlink} from 'node:fs/promises';
import {hostname, uptime} from 'node:os';
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

/** Any difference means: reported, never acted on; `isBeforeReboot` is the exception. */
export const sameMachine = (one: MachineIdentity, other: MachineIdentity): boolean =>
	one.host === other.host && one.bootId === other.bootId && one.pidNamespace === other.pidNamespace;

/** The pid namespace of the machine itself: its inode is fixed (PROC_PID_INIT_INO). A container's never is. */
const isWholeMachine = ({pidNamespace}: MachineIdentity): boolean =>
	pidNamespace === '-' || pidNamespace === 'pid:[4026531836]';

/**
 * Written by this machine before it was booted anew: everything that ran then is gone. `writtenAt` is the wall time of
 * the file. A machine of the same name that writes while we run, and a container, are somebody else.
 */
export const isBeforeReboot = (one: MachineIdentity, here: MachineIdentity, writtenAt: number): boolean =>
	one.host === here.host &&
	one.bootId !== here.bootId &&
	isWholeMachine(one) &&
	isWholeMachine(here) &&
	writtenAt < Date.now() - uptime() * 1000;

/** Undefined when no such process runs. */
export const readProcess = async (pid: number): Promise<ProcessIdentity | undefined> => {
	const startTime = process.platform === 'linux' ? await linuxStart(pid) : await otherStart(pid);
	return startTime === undefined ? undefined : {pid, startTime};
};

export const isAlive = async (identity: ProcessIdentity): Promise<boolean> => {
	const now = await readProcess(identity.pid);
	return now !== undefined && now.startTime === identity.startTime;
};

/** Stopped by a signal or a debugger: it may go on at any time. */
export const isStopped = async ({pid, startTime}: ProcessIdentity): Promise<boolean> => {
	const now = await readProcess(pid);
	if (now?.startTime !== startTime) return false;
	return /^[Tt]/.test(process.platform === 'linux' ? await linuxState(pid) : await psField('state', pid));
};

const linuxState = async (pid: number): Promise<string> => (await statFields(pid))?.[0] ?? '';

/** Field 22 in clock ticks since boot; the name before it may hold blanks and brackets. Zombies are dead. */
const linuxStart = async (pid: number): Promise<string | undefined> => {
	const fields = await statFields(pid);
	return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
};

/** What follows the name: state first. */
const statFields = async (pid: number): Promise<readonly string[] | undefined> => {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
};

/** In a fixed language: a start time is compared as text. A process that ended and was not waited for is dead. */
const otherStart = async (pid: number): Promise<string | undefined> => {
	if ((await psField('state', pid)).startsWith('Z')) return undefined;
	return (await psField('lstart', pid)) || undefined;
};

const psField = async (field: 'lstart' | 'state', pid: number): Promise<string> => {
	try {
		const {stdout} = await run('/bin/ps', ['-o', `${field}=`, '-p', String(pid)], {env: {LC_ALL: 'C'}});
		return stdout.trim();
	} catch (error) {
		// ps ends with 1 when there is no such process.
		if (error instanceof Error && 'code' in error && error.code === 1) return '';
		throw error;
	}
};

const isMissing = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
