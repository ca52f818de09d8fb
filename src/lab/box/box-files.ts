/**
 * The files of a box that somebody may read and change: its unit files, their scripts, and what a unit wrote for the
 * others. They live in memory, start as the recording has them, and die with the box.
 */
import {createHash} from 'node:crypto';
import type {LabMs} from '../types.ts';
import type {RecordedLife} from './life.ts';

export type BoxFile = {
	readonly content: Buffer;
	/** Permission bits, e.g. 0o644. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly modifiedAt: LabMs;
	readonly inode: number;
};

export type BoxNode =
	| ({readonly kind: 'file'} & BoxFile)
	| {readonly kind: 'link'; readonly target: string}
	| {
			readonly kind: 'folder' | 'fifo' | 'device';
			readonly mode: number;
			readonly uid: number;
			readonly gid: number;
	  };

export type BoxFiles = {
	readonly read: (path: string) => BoxFile | null;
	/** A name anywhere, links not followed; folders are there where something is in them. */
	readonly look: (path: string) => BoxNode | null;
	/** Replaces what has the name. */
	readonly write: (path: string, file: Omit<BoxFile, 'inode' | 'modifiedAt'>) => void;
	readonly change: (path: string, part: Partial<Pick<BoxFile, 'mode' | 'uid' | 'gid'>>) => boolean;
	/** The name `to` stands for the file of `from` from now on. */
	readonly move: (from: string, to: string) => boolean;
	/** With all that lead to it; 0755, of root. */
	readonly makeFolder: (path: string) => void;
	readonly remove: (path: string) => boolean;
	readonly names: (folder: string) => readonly string[];
};

export type FilesAround = {readonly own: (text: string) => string; readonly now: () => LabMs};

export const createBoxFiles = (life: RecordedLife, {own, now}: FilesAround): BoxFiles => {
	const nodes = new Map<string, BoxNode>();
	let inodes = 131_072;
	const put = (path: string, content: string | Buffer, part: Partial<BoxFile> = {}) => {
		inodes += 1;
		nodes.set(path, {
			kind: 'file',
			content: Buffer.from(content),
			mode: 0o644,
			uid: 0,
			gid: 0,
			modifiedAt: now(),
			...part,
			inode: inodes,
		});
	};
	for (const [path, text] of unitFilesOf(life)) put(path, text);
	for (const [path, text] of Object.entries(scriptsOf(life))) put(path, text, {mode: 0o755});
	for (const [path, text] of Object.entries(writtenOf(life))) put(path, own(text));
	nodes.set('/run/initctl', {kind: 'fifo', mode: 0o600, uid: 0, gid: 0});
	const fileAt = (path: string): BoxFile | null => {
		const node = nodes.get(path);
		return node?.kind === 'file' ? node : null;
	};
	const isFolder = (path: string) =>
		path === '/' || [...nodes.keys()].some(name => name.startsWith(`${path.replace(/\/+$/, '')}/`));
	return {
		read: fileAt,
		look: path => nodes.get(path) ?? (isFolder(path) ? {kind: 'folder', mode: 0o755, uid: 0, gid: 0} : null),
		write: (path, file) => put(path, file.content, file),
		change: (path, part) => {
			const file = fileAt(path);
			if (file !== null) nodes.set(path, {kind: 'file', ...file, ...part});
			return file !== null;
		},
		move: (from, to) => {
			const node = nodes.get(from);
			if (node === undefined) return false;
			nodes.delete(from);
			nodes.set(to, node);
			return true;
		},
		makeFolder: path => {
			const parts = path.split('/').filter(part => part !== '');
			for (let count = 1; count <= parts.length; count++) {
				const name = `/${parts.slice(0, count).join('/')}`;
				if (!nodes.has(name)) nodes.set(name, {kind: 'folder', mode: 0o755, uid: 0, gid: 0});
			}
		},
		remove: path => nodes.delete(path),
		names: folder => [...nodes.keys()].filter(name => name.startsWith(`${folder.replace(/\/+$/, '')}/`)),
	};
};

/** `systemctl cat` writes each file below a line with its path. */
const unitFilesOf = ({unitFiles}: RecordedLife): readonly (readonly [string, string])[] =>
	unitFiles
		.split(/(?=^# \/)/m)
		.map(text => {
			const end = text.indexOf('\n');
			return [text.slice(2, end), `${text.slice(end + 1).trimEnd()}\n`] as const;
		})
		.filter(([path]) => path.startsWith('/'));

/** Every program that a unit starts has a script here: as far as somebody mends a unit by it. */
const scriptsOf = ({unitFiles}: RecordedLife): Readonly<Record<string, string>> =>
	Object.fromEntries(
		[...unitFiles.matchAll(/^ExecStart=(\/usr\/local\/sbin\/[\w.-]+)$/gm)].map(([, path = '']) => [
			path,
			scripts[path] ?? '#!/bin/sh\nexec true\n',
		]),
	);

/** Of our own making, in the shape of what the recordings say their units do. */
const scripts: Readonly<Record<string, string>> = {
	'/usr/local/sbin/s3-config-sync': `#!/bin/sh
# CONFIG_BUCKET and CONFIG_PREFIX come from /etc/instance-metadata/env.sh.
set -u
from="s3://$CONFIG_BUCKET/$CONFIG_PREFIX/"
echo "syncing $from to /etc/foo-app"
exec aws --region "$AWS_REGION" s3 sync "$from" /etc/foo-app --delete --no-progress
`,
	'/usr/local/sbin/instance-metadata': `#!/bin/sh
# Collects metadata, tags and user data, and writes /etc/instance-metadata/env.sh for the units after it.
set -u
exec /usr/local/lib/collect-metadata
`,
};

/** What instance-metadata.service left for the units after it, where the recording shows that it ended well. */
const writtenOf = (life: RecordedLife): Readonly<Record<string, string>> => {
	const bucket = messagesOf(life, /s3:\/\/([a-z0-9.-]{3,63})\//);
	if (bucket === null) return {};
	const prefix = messagesOf(life, /s3:\/\/[a-z0-9.-]{3,63}\/([\w./-]+)\/ to /) ?? 'app/prod';
	const lines = [
		['INSTANCE_ID', life.instanceId],
		['AWS_REGION', 'eu-west-1'],
		['CONFIG_BUCKET', bucket],
		['CONFIG_PREFIX', prefix],
		['APP_VERSION', messagesOf(life, /foo-app (\d+\.\d+\.\d+) starting/) ?? '4.18.2'],
	];
	return {'/etc/instance-metadata/env.sh': lines.map(([name, value]) => `${name}='${value}'\n`).join('')};
};

const messagesOf = ({boots}: RecordedLife, pattern: RegExp): string | null => {
	for (const {entries} of boots)
		for (const {MESSAGE: message} of entries) {
			const found = typeof message === 'string' ? pattern.exec(message)?.[1] : undefined;
			if (found !== undefined) return found;
		}
	return null;
};

/** As `sha256sum` has it. */
export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
