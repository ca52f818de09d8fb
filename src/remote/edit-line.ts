/**
 * The lines that fetch a file of a box and put it back. Files are named as operands alone, options are POSIX where there
 * are any, every answer has the nonce of its session (threats.md D1 to D4, Q2, Q6). What is written comes as input, never
 * as a parameter.
 */
import {UnflapError} from '../base/errors.ts';
import {shlexWord, word} from '../base/quote.ts';
import {isUnitName} from './grammar.ts';

/** What may be edited: more is no file that a person edits. */
export const mostEditBytes = 1024 * 1024;

export type FileOnBox = {
	readonly path: string;
	/** Octal, e.g. '644'. */
	readonly mode: string;
	readonly uid: number;
	readonly gid: number;
	/** `mode|uid|gid|size|inode|modified`, as stat said it: any change of it is a conflict. */
	readonly stamp: string;
	/** sha256 of the content, 64 hex. */
	readonly hash: string;
	/** SELinux context, or null. */
	readonly label: string | null;
};

/** @throws `usage` for what is no absolute path of one file. */
export const checkPath = (path: string): string => {
	const isFine =
		path.startsWith('/') &&
		!path.endsWith('/') &&
		path.length <= 4096 &&
		!path.includes('\n') &&
		!path.split('/').some(part => part === '.' || part === '..');
	if (isFine && !path.includes('//')) return path;
	throw new UnflapError('usage', `"${path}" is not the absolute path of a file`, {
		next: ['unflap edit BOX /etc/systemd/system/app.service'],
	});
};

/** Words for a command session. */
export const fetchWords = (nonce: string, path: string): readonly string[] => [
	'sh',
	'-c',
	[...head(nonce, path), ...identity, ...facts, ...body].join('\n'),
];

export type PutLine = {
	readonly nonce: string;
	readonly file: FileOnBox;
	/** sha256 of what is sent. */
	readonly newHash: string;
	/** A unit file: its manager reads it anew. */
	readonly reload: boolean;
};

/** The text for a session on a terminal: raw and without echo before a byte of the content is sent. */
export const putCommand = ({nonce, file, newHash, reload}: PutLine): string => {
	if (!/^[0-9a-f]{64}$/.test(newHash) || !/^[0-9a-f]{64}$/.test(file.hash) || !/^[0-7]{3,4}$/.test(file.mode))
		throw new UnflapError('bad-input', 'The facts of the file are not of the right form');
	const script = [
		'exec 2>/dev/null',
		...head(nonce, file.path),
		...identity,
		`fail() { [ -z "$t" ] || $s rm -f -- "$t"; say "$1"; exit 0; }`,
		't=',
		`t=$($s mktemp -- "$d/.unflap.XXXXXXXX") || fail 'failed mktemp'`,
		// The owner first: from then on the content is never readable for anybody it is not meant for.
		`if [ "$b" = safe ] && [ -z "$q" ]; then $s chown ${word(`${file.uid}:${file.gid}`)} "$t" || fail 'failed chown'; fi`,
		`g=$($s stat -c '%u:%g' -- "$t")`,
		`[ "$g" = ${word(`${file.uid}:${file.gid}`)} ] || $s chgrp ${word(String(file.gid))} "$t"`,
		`g=$($s stat -c '%u:%g' -- "$t")`,
		`[ "$g" = ${word(`${file.uid}:${file.gid}`)} ] || fail 'failed its owner or group could not be kept there'`,
		'say ready',
		`sed -n "/^$n-end\\$/q;p" | base64 -d | $s tee -- "$t" >/dev/null`,
		'h=$($s sha256sum -- "$t")',
		`[ "\${h%% *}" = ${newHash} ] || fail damaged`,
		`k=$($s stat -c ${word(stampFormat)} -- "$p")`,
		'h=$($s sha256sum -- "$p")',
		`[ "$k" = ${word(file.stamp)} ] && [ "\${h%% *}" = ${file.hash} ] || fail conflict`,
		...(file.label === null ? [] : [`$s chcon ${word(file.label)} "$t" || fail 'failed chcon'`]),
		`$s chmod ${word(file.mode)} "$t" || fail 'failed chmod'`,
		`$s mv -f -- "$t" "$p" || fail 'failed mv'`,
		'h=$($s sha256sum -- "$p")',
		`say "written \${h%% *}"`,
		...(reload ? ['$r systemctl daemon-reload', 'say "reloaded $?"'] : []),
		'say end',
	].join('\n');
	return `stty raw -echo 2>/dev/null; exec sh -c ${word(script)}`;
};

/** What is sent once the box says `ready`. */
export const putInput = (nonce: string, content: Uint8Array): Uint8Array => {
	const lines =
		Buffer.from(content)
			.toString('base64')
			.match(/.{1,76}/g) ?? [];
	return Buffer.from(`${lines.map(line => `${line}\n`).join('')}${nonce}-end\n`);
};

/** Asks where a unit's own file is. */
export const unitFileWords = (unit: string): readonly string[] => {
	if (!isUnitName(unit)) throw new UnflapError('bad-input', `"${unit}" is no name of a unit`);
	return ['systemctl', 'show', '-p', 'FragmentPath', '--', unit];
};

/** Its manager reads files below these. */
export const isUnitFile = (path: string): boolean =>
	/^\/(?:etc|run|usr\/lib|lib|usr\/local\/lib)\/systemd\/system\//.test(path);

const stampFormat = '%a|%u|%g|%s|%i|%Y';

const head = (nonce: string, path: string): readonly string[] => {
	if (!/^[0-9a-f]{32}$/.test(nonce)) throw new UnflapError('bad-input', 'A marker is not of the right form');
	return [
		'export LC_ALL=C',
		'set -f',
		`n=${word(nonce)} p=${word(checkPath(path))}`,
		`say() { printf ':%s:%s\\n' "$n" "$1"; }`,
	];
};

/**
 * As root only where every folder above is root's and writable for root alone; otherwise as the owner of the file's own
 * folder, so that whoever may swap names there wins nothing by it. `q` is set where the session has no root at all.
 */
const identity = [
	`u=$(id -u) r= s= q= b=safe w= d=\${p%/*}`,
	`if [ "$u" != 0 ]; then if sudo -n true </dev/null >/dev/null 2>&1; then r='sudo -n'; else q=1; fi; fi`,
	'a=$d',
	'while :; do',
	`f=$($r stat -c '%u %a %F' -- "\${a:-/}") || { say 'refuse its folder is not there, or may not be read'; exit 0; }`,
	`case "$f" in *' directory') ;; *) say 'refuse a link or no folder stands on the way to it'; exit 0 ;; esac`,
	`o=\${f%% *} m=\${f#* }`,
	`m=\${m%% *}`,
	'[ -n "$w" ] || w=$o',
	`case "$o" in 0) ;; *) b=other ;; esac`,
	`case "$m" in *[2367]|*[2367]?) b=other ;; esac`,
	`[ -n "$a" ] || break`,
	`a=\${a%/*}`,
	'done',
	's=$r',
	`if [ "$b" = other ]; then`,
	`if [ "$w" = 0 ]; then say 'refuse others than root may write into a folder above it'; exit 0; fi`,
	`if [ "$u" = "$w" ]; then s=; else s="sudo -n -u #$w"; fi`,
	'fi',
];

const facts = [
	`k=$($s stat -c '%F|%h|${stampFormat}' -- "$p") || { say missing; exit 0; }`,
	`case "$k" in 'symbolic link|'*) say "link $($s readlink -- "$p")"; exit 0 ;; esac`,
	`say "file $k"`,
	`case "$k" in 'regular file|1|'*|'regular empty file|1|'*) ;; *) say end; exit 0 ;; esac`,
	`z=\${k#*|*|*|*|*|}`,
	`z=\${z%%|*}`,
	`if [ "$z" -gt ${mostEditBytes} ]; then say end; exit 0; fi`,
	`say "label $($s stat -c %C -- "$p")"`,
];

const body = [
	'h=$($s sha256sum -- "$p")',
	`say "hash \${h%% *}"`,
	`say "body $z"`,
	'$s cat -- "$p" | base64',
	'say end',
];

/** For the document's `command` parameter, where the agent splits it. */
export const shellParameter = (words: readonly string[]): string => words.map(shlexWord).join(' ');
