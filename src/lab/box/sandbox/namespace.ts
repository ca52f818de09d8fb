/**
 * How a command line runs in namespaces of its own: user, mount, pid, network, ipc and uts; `/` is the box's tree,
 * programs are the host's, read only, and no capability is left. By bubblewrap, or by util-linux alone.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, lstatSync} from 'node:fs';
import {type BoxFolders, devices, sharedEtc, sharedFolders} from './scratch.ts';

export type NamespaceTool = 'bwrap' | 'unshare';

export const boxEnvironment = {
	PATH: '/run/lab/bin:/usr/bin:/bin:/usr/sbin:/sbin',
	HOME: '/home/ssm-user',
	USER: 'ssm-user',
	LOGNAME: 'ssm-user',
	SHELL: '/bin/sh',
	LANG: 'C.UTF-8',
} as const;

/** How many processes stand between the one we start and the command itself. */
export const commandDepth: Readonly<Record<NamespaceTool, number>> = {bwrap: 3, unshare: 2};

/** The host's argv that runs `argv` inside; without a program for it, the command never starts. */
export const namespaceArgv = (
	tool: NamespaceTool,
	folders: BoxFolders,
	argv: readonly string[],
): readonly string[] => (tool === 'bwrap' ? bwrapArgv(folders, argv) : unshareArgv(folders, argv));

/**
 * The same on a terminal: the session stays the terminal's, or there would be no job control. What the program pushes into
 * its terminal's input is read by nobody but itself, since nothing of the host runs on it.
 */
export const terminalArgv = (
	tool: NamespaceTool,
	folders: BoxFolders,
	argv: readonly string[],
): readonly string[] => {
	const command = ['sh', '-c', terminalInit, 'init', ...argv];
	const whole = namespaceArgv(tool, folders, command);
	const entry = whole.slice(0, -command.length - initWords).filter(word => word !== '--new-session');
	return [...entry, ...command];
};

/** Stands as parent of the command, so that the command has usual signals and its end ends the namespace. */
const init = `ulimit -c 0
ulimit -f 262144
ulimit -v 4194304
ulimit -u 4096 2>/dev/null || ulimit -p 4096 2>/dev/null
"$@"
exit $?`;

const initWords = 4;

/**
 * With a process group of the namespace's own for the shell, which otherwise finds the one it should give the terminal
 * back to outside, and complains of it at its end. The PATH is the host's until here, for the sake of `script`.
 */
const terminalInit = `export PATH=${boxEnvironment.PATH}
ulimit -c 0
ulimit -f 262144
ulimit -v 4194304
ulimit -u 4096 2>/dev/null || ulimit -p 4096 2>/dev/null
set -m
"$@"
exec 2>/dev/null
exit 0`;

/** Links such as /bin → usr/bin are part of the box's own tree already. */
const hostMounts = () =>
	[...sharedFolders, ...sharedEtc].filter(path => existsSync(path) && !lstatSync(path).isSymbolicLink());

const bwrapArgv = ({root, facts, players, calls}: BoxFolders, argv: readonly string[]) => [
	'bwrap',
	...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'],
	...['--uid', '1001', '--gid', '1001', '--cap-drop', 'ALL', '--die-with-parent', '--new-session'],
	...['--bind', root, '/'],
	...hostMounts().flatMap(path => ['--ro-bind', path, path]),
	...['--ro-bind', facts, '/proc', '--dev', '/dev'],
	...['--ro-bind', players, '/run/lab/bin', '--bind', calls, '/run/lab/calls'],
	...['--chdir', '/home/ssm-user', '--'],
	...['sh', '-c', init, 'init', ...argv],
];

const unshareArgv = ({root, facts, players, calls}: BoxFolders, argv: readonly string[]) => [
	'unshare',
	...['--user', '--map-root-user', '--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child'],
	...['--propagation', 'private', '--'],
	...['sh', '-c', mountScript(), 'mounts', root, facts, players, calls],
	...['sh', '-c', init, 'init', ...argv],
];

/** `$1` root, `$2` facts, `$3` players, `$4` calls, then the command. Our own paths alone stand in the text. */
const mountScript = () =>
	[
		'set -e',
		'root=$1 facts=$2 players=$3 calls=$4; shift 4',
		'mount --bind "$root" "$root"',
		...hostMounts().map(path => `mount --bind -o ro,nosuid '${path}' "$root${path}"`),
		// Read only, or a command of the box could change the mode of the host's own device. Writing to it stays allowed.
		...devices.map(name => `mount --bind -o ro,nosuid,noexec '/dev/${name}' "$root/dev/${name}"`),
		// The box's own terminal, by which it finds its name; no other terminal of the host is there.
		`if terminal=$(tty); then : >"$root/dev/console"; mount --bind -o nosuid,noexec "$terminal" "$root/dev/console"; fi`,
		'mount --bind -o ro,nosuid,nodev "$facts" "$root/proc"',
		'mount --bind -o ro,nosuid,nodev "$players" "$root/run/lab/bin"',
		'mount --bind -o nosuid,nodev "$calls" "$root/run/lab/calls"',
		// umount reads the kernel's list of mounts: for that moment the real one lies above the box's own.
		'mount --rbind /proc "$root/proc"',
		'cd "$root"',
		'pivot_root . .old',
		'umount -l /.old',
		'umount -l /proc',
		'cd /home/ssm-user',
		'exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"',
	].join('\n');

/** Which tool works here, tried once with a real pipeline; null where none does. About 20 ms. */
export const findNamespaceTool = (folders: BoxFolders): NamespaceTool | null => {
	if (process.platform !== 'linux') return null;
	return toolsFor(process.getuid?.()).find(tool => works(tool, folders)) ?? null;
};

/**
 * Bubblewrap binds the host's devices so that their owner, root, could change their mode from inside (`chmod 600
 * /dev/null` makes the host useless to everybody else), and made read only they cannot be written to either.
 */
const toolsFor = (user: number | undefined): readonly NamespaceTool[] =>
	user === 0 ? ['unshare'] : ['bwrap', 'unshare'];

const works = (tool: NamespaceTool, folders: BoxFolders): boolean => {
	const script = 'printf canary | gzip -c | gzip -dc | base64; [ -w /usr ] && echo writable; exit 0';
	const [program = '', ...args] = namespaceArgv(tool, folders, ['sh', '-c', script]);
	const {status, stdout} = spawnSync(program, args, {
		env: boxEnvironment,
		encoding: 'utf8',
		timeout: 5000,
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	return status === 0 && stdout === 'Y2FuYXJ5\n';
};
