/**
 * The lines that let one unit read other user data than the instance has, without a launch: its runs find a `curl` and a
 * `wget` of ours first on their PATH, which answer for the user data alone and pass everything else on. All of it lies in
 * files that go afterwards; the drop-in is a runtime one, so that a reboot forgets it, and the programs answer for an
 * hour at most. What is edited never stands in a parameter: the box fetches it, and it comes back as input.
 */
import {UnflapError} from '../base/errors.ts';
import {word} from '../base/quote.ts';
import type {Hostile} from '../base/text.ts';
import {isUnitName} from './grammar.ts';

/** Not below /run, from which many systems run no programs. */
const folder = '/var/lib/unflap/user-data';
/** What the unit reads instead. */
export const userDataPath = `${folder}/data`;

export type UserDataLine = {
	/** 32 hex characters, fresh for every session. */
	readonly nonce: string;
	readonly unit: string;
};

/** Fetches the user data into its file, and puts the two programs beside it. Nothing uses them yet. */
export const prepareWords = (line: UserDataLine): readonly string[] => [
	'sh',
	'-c',
	[...head(line), ...facts, ...fetch, ...place].join('\n'),
];

/** From its next run on the unit finds the programs. */
export const armWords = (line: UserDataLine): readonly string[] => [
	'sh',
	'-c',
	[
		...head(line),
		...facts,
		`$s mkdir -p -- "$D" || fail 'its drop-in could not be written'`,
		`printf '[Service]\\nEnvironment="PATH=%s:%s"\\n' "$d" "$p" | $s tee -- "$D/$f" >/dev/null || fail 'its drop-in could not be written'`,
		`$s systemctl daemon-reload || fail 'systemctl daemon-reload did not work'`,
		'say armed',
	].join('\n'),
];

/** Everything of it goes; says whether a run of the unit asked for the user data in between. */
export const disarmWords = (line: UserDataLine): readonly string[] => [
	'sh',
	'-c',
	[
		...head(line),
		'k=$($s cat -- "$d/used" 2>/dev/null)',
		'$s rm -f -- "$D/$f"',
		'$s rmdir -- "$D" 2>/dev/null',
		`$s systemctl daemon-reload || fail 'systemctl daemon-reload did not work'`,
		`$s rm -rf -- "$d" || fail 'its files could not be removed'`,
		`$s rmdir -- "\${d%/*}" 2>/dev/null`,
		`if [ -n "$k" ]; then say 'gone read'; else say 'gone unread'; fi`,
	].join('\n'),
];

export type UserDataNews =
	| {readonly news: 'ready'; readonly isEmpty: boolean}
	| {readonly news: 'armed'}
	| {readonly news: 'gone'; readonly wasRead: boolean}
	| {readonly news: 'failed'; readonly why: Hostile};

/** What the script says; null for the words of programs. */
export const readUserDataLine = (nonce: string, line: string): UserDataNews | null => {
	const start = `:${nonce}:`;
	if (!line.startsWith(start)) return null;
	const said = line.slice(start.length).trim();
	if (said === 'ready' || said === 'ready empty') return {news: 'ready', isEmpty: said !== 'ready'};
	if (said === 'armed') return {news: 'armed'};
	if (said === 'gone read' || said === 'gone unread') return {news: 'gone', wasRead: said === 'gone read'};
	return said.startsWith('failed ')
		? {news: 'failed', why: said.slice('failed '.length).slice(0, 200)}
		: null;
};

const head = ({nonce, unit}: UserDataLine): readonly string[] => {
	if (!/^[0-9a-f]{32}$/.test(nonce)) throw new UnflapError('bad-input', 'A marker is not of the right form');
	if (!isUnitName(unit) || !unit.endsWith('.service'))
		throw new UnflapError('bad-input', `"${unit}" is no service`, {
			next: ['the whole name of the service that reads the user data: --unit app-init.service'],
		});
	return [
		'export LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER=',
		'set -f',
		'umask 022',
		`n=${word(nonce)} u=${word(unit)} d=${word(folder)}`,
		'D="/run/systemd/system/$u.d" f=90-unflap-user-data.conf s=',
		`if [ "$(id -u)" != 0 ]; then s='sudo -n'; fi`,
		`say() { printf ':%s:%s\\n' "$n" "$1"; }`,
		'fail() { say "failed $1"; exit 0; }',
	];
};

/** Who the unit runs as, and where it looks for programs. */
const facts = [
	`o=$($s systemctl show -p User -- "$u" | sed -n 's/^User=//p')`,
	`p=$($s systemctl show -p Environment -- "$u" | sed -n 's/^Environment=//p' | tr ' ' '\\n' | sed -n 's/^"\\{0,1\\}PATH=\\([A-Za-z0-9_.:\\/+-]*\\).*/\\1/p' | sed -n '$p')`,
	`p=\${p:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}`,
];

/** The token is never an argument. */
const fetch = [
	'm=http://169.254.169.254/latest',
	`command -v curl >/dev/null 2>&1 || fail 'it has no curl: nothing of ours could stand in its place'`,
	`ask() { printf 'header = "%s"\\n' "$H" | curl -sS -m 5 --noproxy '*' "$@" 2>/dev/null; }`,
	"H='X-aws-ec2-metadata-token-ttl-seconds: 60'",
	`k=$(ask -X PUT -K - -w '\\n%{http_code}' "$m/api/token")`,
	`case "$k" in *200) H="X-aws-ec2-metadata-token: $(printf '%s\\n' "$k" | sed -n 1p)" ;; *) H='Accept: text/plain' ;; esac`,
	`c=$(ask -o /dev/null -K - -w '%{http_code}' "$m/user-data")`,
	`case "$c" in 200|404) ;; *) fail "its metadata service answered \${c:-nothing} for the user data" ;; esac`,
];

const standIn = (take: readonly string[]): string =>
	[
		'#!/bin/sh',
		'# unflap, for a try of other user data: answers for that alone, and for an hour at most.',
		`d=${folder} h=`,
		`for a; do case $a in *169.254.169.254/*/user-data|*169.254.169.254/*/user-data/|*'fd00:ec2::254]'/*/user-data|*//instance-data*/user-data) h=1 ;; esac; done`,
		'if [ -z "$h" ] || [ -z "$(find "$d/data" -mmin -60 2>/dev/null)" ]; then exec @REAL@ "$@"; fi',
		'printf x >>"$d/used" 2>/dev/null',
		'o= w=',
		...take,
		`if [ -z "$o" ] || [ "$o" = - ]; then cat "$d/data"; else cat "$d/data" >"$o"; fi || exit 23`,
		`[ -z "$w" ] || printf "$(printf '%s' "$w" | sed 's/%{http_code}/200/g; s/%{response_code}/200/g; s/%{[a-z_]*}//g; s/%/%%/g')"`,
		'exit 0',
	].join('\n');

const curlTakes = [
	'while [ $# -gt 0 ]; do',
	'case $1 in',
	'-o|--output) o=$2; shift ;;',
	`--output=*) o=\${1#*=} ;;`,
	'-w|--write-out) w=$2; shift ;;',
	`--write-out=*) w=\${1#*=} ;;`,
	'--*) ;;',
	'-[A-Za-z]*o) o=$2; shift ;;',
	'-[A-Za-z]*w) w=$2; shift ;;',
	`-o?*) o=\${1#-o} ;;`,
	'esac',
	'shift',
	'done',
];

/** Without a name it writes a file, as it always does. */
const wgetTakes = [
	'o=user-data',
	'while [ $# -gt 0 ]; do',
	'case $1 in',
	'-O|--output-document) o=$2; shift ;;',
	`--output-document=*) o=\${1#*=} ;;`,
	'--*) ;;',
	'-[A-Za-z]*O) o=$2; shift ;;',
	`-[A-Za-z]*O?*|-O?*) o=\${1#*O} ;;`,
	'esac',
	'shift',
	'done',
];

/** Exported for a test that runs them. */
export const standIns: Readonly<Record<'curl' | 'wget', string>> = {
	curl: standIn(curlTakes),
	wget: standIn(wgetTakes),
};

const place = [
	`real() { (PATH=$p; command -v "$1"); }`,
	`$s rm -rf -- "$d"`,
	`$s mkdir -p -- "$d" || fail 'its folder could not be made'`,
	// The owner and the mode first: what comes into it is readable for nobody else.
	`for x in data used; do printf '' | $s tee -- "$d/$x" >/dev/null && $s chmod 600 "$d/$x" || fail 'its files could not be written'; done`,
	`if [ -n "$o" ] && [ "$o" != root ]; then for x in data used; do $s chown "$(id -u -- "$o"):$(id -g -- "$o")" "$d/$x" || fail 'its user could not be given the file'; done; fi`,
	`if [ "$c" = 200 ]; then ask -K - "$m/user-data" | $s tee -- "$d/data" >/dev/null || fail 'the user data could not be kept'; fi`,
	...Object.entries(standIns).flatMap(([name, script]) => [
		`t=$(real ${name})`,
		`case "$t" in *[!A-Za-z0-9_./-]*) ;; /*) printf '%s\\n' ${word(script)} | sed "s|@REAL@|$t|" | $s tee -- "$d/${name}" >/dev/null && $s chmod 755 "$d/${name}" || fail 'its programs could not be written' ;; esac`,
	]),
	`if [ "$c" = 200 ]; then say ready; else say 'ready empty'; fi`,
];
