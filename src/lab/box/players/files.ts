/**
 * The programs that read and change files of a lab box. They know the box's own files (box-files.ts) and the few texts the
 * lab makes; what else there is belongs to the programs of the host. Options beyond these are refused loudly.
 */
import {type BoxNode, sha256} from '../box-files.ts';
import type {PlayedBox} from '../played-box.ts';
import {virtualFiles} from '../reader/virtual-files.ts';
import type {Player, PlayerCall} from './player.ts';

/** Where a box has files of its own. player-script.ts says the same in sh. */
export const isOwnPath = (path: string): boolean =>
	/^\/(?:etc|opt|srv|usr\/local|run\/systemd|run\/unflap|run\/initctl|var\/lib\/unflap)(?:\/|$)/.test(path);

type FileProgram = (
	call: PlayerCall,
	operands: readonly string[],
	flags: readonly string[],
) => Promise<number>;

const program =
	(name: string, allowed: RegExp, run: FileProgram): Player =>
	call => {
		const end = call.args.indexOf('--');
		const before = end < 0 ? call.args.filter(arg => arg.startsWith('-')) : call.args.slice(0, end);
		const operands = end < 0 ? call.args.filter(arg => !arg.startsWith('-')) : call.args.slice(end + 1);
		const unknown = before.find(flag => !allowed.test(flag));
		if (unknown === undefined) return run(call, operands, before);
		call.io.complain(`${name}: ${unknown}: not played on this lab box\n`);
		return 1;
	};

const none = /^$/;

const missing = (name: string, path: string, {io}: PlayerCall, why = 'No such file or directory'): number => {
	io.complain(`${name}: ${path}: ${why}\n`);
	return 1;
};

const nodeAt = (box: PlayedBox, path: string): BoxNode | null => {
	const node = box.files.look(path);
	const text = virtualFiles.get(path);
	if (node !== null || text === undefined) return node;
	const content = Buffer.from(text(box));
	return {kind: 'file', content, mode: 0o644, uid: 0, gid: 0, modifiedAt: 0, inode: 3};
};

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Root, or the owner of the folder, may change names in it. */
const mayChange = ({box, isRoot}: PlayerCall, path: string): boolean => {
	const folder = box.files.look(folderOf(path));
	return isRoot || (folder?.kind === 'folder' && folder.uid === ownUid);
};

const ownUid = 1001;

const cat = program('cat', none, async (call, operands) => {
	let status = 0;
	for (const path of operands) {
		const node = nodeAt(call.box, path);
		if (node?.kind === 'link') status = missing('cat', path, call, `it points to ${node.target}`);
		else if (node?.kind === 'file') {
			if (mayRead(call, node)) await call.io.write(node.content);
			else status = missing('cat', path, call, 'Permission denied');
		} else status = missing('cat', path, call);
	}
	return status;
});

const mayRead = ({isRoot}: PlayerCall, {mode, uid}: {readonly mode: number; readonly uid: number}): boolean =>
	isRoot || (uid === ownUid ? (mode & 0o400) !== 0 : (mode & 0o004) !== 0);

const tee = program('tee', none, async (call, [path = '']) => {
	const node = call.box.files.look(path);
	if (!mayChange(call, path)) return missing('tee', path, call, 'Permission denied');
	const {mode, uid, gid} = node?.kind === 'file' ? node : {mode: 0o644, uid: 0, gid: 0};
	call.box.files.write(path, {content: call.input, mode, uid, gid});
	await call.io.write(call.input);
	return 0;
});

const sum = program('sha256sum', none, async (call, [path = '']) => {
	const node = nodeAt(call.box, path);
	if (node?.kind !== 'file') return missing('sha256sum', path, call);
	await call.io.write(`${sha256(node.content)}  ${path}\n`);
	return 0;
});

const kinds: Readonly<Record<BoxNode['kind'], string>> = {
	file: 'regular file',
	link: 'symbolic link',
	folder: 'directory',
	fifo: 'fifo',
	device: 'character special file',
};

const stat: Player = async call => {
	const [flag, format = '', ...rest] = call.args;
	const path = rest.at(-1) ?? '';
	if (flag !== '-c' || rest.filter(word => word !== '--').length !== 1)
		return missing('stat', call.args.join(' '), call, 'not played on this lab box');
	const node = nodeAt(call.box, path);
	if (node === null) return missing('stat: cannot statx', `'${path}'`, call);
	const {mode, uid, gid} = node.kind === 'link' ? {mode: 0o777, uid: 0, gid: 0} : node;
	const file = node.kind === 'file' ? node : null;
	const values: Readonly<Record<string, string>> = {
		F: file?.content.length === 0 ? 'regular empty file' : kinds[node.kind],
		a: mode.toString(8),
		u: String(uid),
		g: String(gid),
		s: String(file?.content.length ?? 4096),
		h: '1',
		i: String(file?.inode ?? 2),
		Y: String(Math.floor((file?.modifiedAt ?? 0) / 1000)),
		C: '?',
	};
	await call.io.write(
		`${format.replace(/%([A-Za-z])/g, (found, letter: string) => values[letter] ?? found)}\n`,
	);
	return 0;
};

const readlink = program('readlink', none, async (call, [path = '']) => {
	const node = call.box.files.look(path);
	if (node?.kind !== 'link') return 1;
	await call.io.write(`${node.target}\n`);
	return 0;
});

let made = 0;

const mktemp = program('mktemp', none, async (call, [template = '']) => {
	if (!mayChange(call, template)) return missing('mktemp', template, call, 'Permission denied');
	made += 1;
	const path = template.replace(/X{6,}$/, found => made.toString(36).padStart(found.length, '0'));
	call.box.files.write(path, {content: Buffer.alloc(0), mode: 0o600, uid: call.isRoot ? 0 : ownUid, gid: 0});
	await call.io.write(`${path}\n`);
	return 0;
});

const chmod = program('chmod', none, async (call, [mode = '', path = '']) => {
	if (!/^[0-7]{3,4}$/.test(mode)) return missing('chmod', mode, call, 'not played on this lab box');
	return call.box.files.change(path, {mode: Number.parseInt(mode, 8)}) ? 0 : missing('chmod', path, call);
});

const chown = program('chown', none, async (call, [owner = '', path = '']) => {
	const [, uid, gid] = /^(\d+):(\d+)$/.exec(owner) ?? [];
	if (!call.isRoot) return missing('chown', path, call, 'Operation not permitted');
	if (uid === undefined) return missing('chown', owner, call, 'not played on this lab box');
	return call.box.files.change(path, {uid: Number(uid), gid: Number(gid)}) ? 0 : missing('chown', path, call);
});

const mv = program('mv', /^-[fT]+$/, async (call, [from = '', to = '']) => {
	if (!mayChange(call, to)) return missing('mv', to, call, 'Permission denied');
	return call.box.files.move(from, to) ? 0 : missing('mv', from, call);
});

const rm = program('rm', /^-r?f$/, async (call, operands, flags) => {
	const {files} = call.box;
	for (const path of operands.filter(one => mayChange(call, one))) {
		if (flags.includes('-rf')) for (const name of files.names(path)) files.remove(name);
		files.remove(path);
	}
	return 0;
});

const mkdir = program('mkdir', /^-p$/, async (call, [path = '']) => {
	if (!call.isRoot) return missing('mkdir: cannot create directory', path, call, 'Permission denied');
	call.box.files.makeFolder(path);
	return 0;
});

const rmdir = program('rmdir', none, async (call, [path = '']) => {
	if (call.box.files.names(path).length > 0)
		return missing('rmdir: failed to remove', path, call, 'Directory not empty');
	call.box.files.remove(path);
	return 0;
});

/** By the name a person calls them. */
export const filePlayers: ReadonlyMap<string, Player> = new Map([
	['cat', cat],
	['tee', tee],
	['sha256sum', sum],
	['stat', stat],
	['readlink', readlink],
	['mktemp', mktemp],
	['chmod', chmod],
	['chown', chown],
	['mv', mv],
	['rm', rm],
	['mkdir', mkdir],
	['rmdir', rmdir],
]);
