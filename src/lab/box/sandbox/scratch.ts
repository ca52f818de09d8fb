/**
 * The private folder in which boxes live: one tree per box that its commands may change, one folder of players, one
 * folder per running command through which players ask the lab. Nothing of it is ever followed back as a link.
 */
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {codeOf} from '../../../base/safe-files.ts';
import {memoryOf, memoryText} from '../box-world.ts';
import type {PlayedBox} from '../played-box.ts';
import {filePlayers} from '../players/files.ts';
import {players} from '../players/index.ts';
import {fileScript, playerScript, prefixScripts} from './player-script.ts';

export type BoxFolders = {
	/** Becomes `/` for the box's commands; they may write below it. */
	readonly root: string;
	/** Becomes `/proc`, read only: made by us, not by the kernel. */
	readonly facts: string;
	/** Becomes /run/lab/bin, read only. */
	readonly players: string;
	/** Becomes /run/lab/calls. */
	readonly calls: string;
};

export type Scratch = {
	/** Folders for one command on a box; `calls` is fresh. */
	readonly folders: (box: PlayedBox) => BoxFolders;
	readonly remove: () => void;
};

/** Host folders that a box shares, read only, as they are: programs and libraries. */
export const sharedFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'] as const;
/** What the dynamic linker and Debian's alternatives need. */
export const sharedEtc = ['/etc/ld.so.cache', '/etc/alternatives'] as const;
export const devices = ['null', 'zero', 'urandom', 'random'] as const;

export const createScratch = (): Scratch => {
	removeForgotten();
	const top = mkdtempSync(join(tmpdir(), `unflap-lab-${process.pid}-`));
	chmodSync(top, 0o700);
	const playersFolder = join(top, 'players');
	writePlayers(playersFolder);
	const made = new Map<string, {root: string; facts: string}>();
	let commands = 0;
	return {
		folders(box) {
			const id = box.instance.instanceId;
			const own = made.get(id) ?? makeBox(join(top, id), box);
			made.set(id, own);
			writeProc(own.facts, box);
			commands += 1;
			const calls = join(top, `calls-${commands}`);
			mkdirSync(calls, {mode: 0o700});
			return {...own, players: playersFolder, calls};
		},
		remove: () => rmSync(top, {recursive: true, force: true, maxRetries: 10, retryDelay: 50}),
	};
};

const forgottenMs = 3_600_000;

/** A lab that was killed leaves its folder behind: the next one removes what is ours, old, and of no living process. */
const removeForgotten = () => {
	for (const name of readdirSync(tmpdir())) {
		const owner = /^unflap-lab-(\d{1,10})-\w{6}$/.exec(name)?.[1];
		const path = join(tmpdir(), name);
		if (owner === undefined || isAlive(Number(owner)) || !isOldAndOurs(path)) continue;
		rmSync(path, {recursive: true, force: true});
	}
};

const isOldAndOurs = (path: string): boolean => {
	const facts = lstatSync(path, {throwIfNoEntry: false});
	return (
		facts?.isDirectory() === true &&
		facts.uid === process.getuid?.() &&
		Date.now() - facts.mtimeMs > forgottenMs
	);
};

const isAlive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return codeOf(error) !== 'ESRCH';
	}
};

const writePlayers = (folder: string) => {
	mkdirSync(folder, {mode: 0o755});
	const scripts = new Map([
		...[...players.keys()].map(name => [name, playerScript] as const),
		...[...filePlayers.keys()].map(name => [name, fileScript] as const),
		...prefixScripts,
	]);
	for (const [name, script] of scripts) writeFileSync(join(folder, name), script, {mode: 0o755});
};

const makeBox = (folder: string, box: PlayedBox) => {
	const root = join(folder, 'root');
	const facts = join(folder, 'proc');
	for (const path of [
		'etc',
		'tmp',
		'home/ssm-user',
		'var/tmp',
		'run/lab/bin',
		'run/lab/calls',
		'proc',
		'dev',
		'root',
		'.old',
	])
		mkdirSync(join(root, path), {recursive: true, mode: 0o755});
	for (const path of sharedFolders) mirror(path, join(root, path.slice(1)));
	for (const path of sharedEtc) if (existsSync(path)) mirror(path, join(root, path.slice(1)));
	for (const name of devices) writeFileSync(join(root, 'dev', name), '');
	const files: Readonly<Record<string, string>> = {
		passwd: 'root:x:0:0:root:/root:/bin/sh\nssm-user:x:1001:1001::/home/ssm-user:/bin/sh\n',
		group: 'root:x:0:\nssm-user:x:1001:\n',
		hostname: `${box.hostname}\n`,
		'machine-id': `${box.machineId}\n`,
		'os-release':
			'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
	};
	for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'etc', name), text);
	mkdirSync(join(facts, 'sys/kernel/random'), {recursive: true});
	return {root, facts};
};

/** A link of the host (/bin → usr/bin) becomes the same link; a folder or file becomes a place to mount on. */
const mirror = (hostPath: string, path: string) => {
	if (!existsSync(hostPath)) return;
	const facts = lstatSync(hostPath);
	if (facts.isSymbolicLink()) symlinkSync(readlinkSync(hostPath), path);
	else if (facts.isDirectory()) mkdirSync(path, {recursive: true});
	else writeFileSync(path, '');
};

const writeProc = (facts: string, box: PlayedBox) => {
	const seconds = box.uptimeSeconds().toFixed(2);
	const bootId = box.boots().at(-1)?.bootId ?? '0'.repeat(32);
	writeFileSync(join(facts, 'meminfo'), memoryText(memoryOf(box)));
	writeFileSync(join(facts, 'uptime'), `${seconds} ${seconds}\n`);
	writeFileSync(
		join(facts, 'sys/kernel/random/boot_id'),
		`${bootId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}\n`,
	);
};
