/**
 * The one command line that reads a box: what the box is, its journal so far (compressed), then live without a gap, and
 * unit states beside it. Facts: journald.md sections 1, 2 and 5.
 *
 * Standard output: a probe line, the backlog, the live journal. Standard error: unit states. Two pipes, so that a state
 * never lands inside a journal entry, which journalctl writes in pieces of 4,096 bytes.
 */
import {UnflapError} from '../base/errors.ts';
import {shlexWord, word} from '../base/quote.ts';
import {isBootId, isBootOffset, isCursor} from './grammar.ts';

export type FollowLine = {
	/** 32 hex characters, fresh for every session; stands in every marker. */
	readonly nonce: string;
	/** 'running', a boot id, or an offset like '-1'. Only the running boot can be followed. */
	readonly boot: string;
	/** The last cursor seen: the stream goes on there (inclusive) when the box still runs that boot. */
	readonly cursor: string | null;
	readonly follow: boolean;
	readonly unitStates: boolean;
};

/** Journal fields that are drawn, or that the boot model reads. */
export const journalFields = [
	'MESSAGE',
	'PRIORITY',
	'SYSLOG_IDENTIFIER',
	'_SYSTEMD_UNIT',
	'UNIT',
	'OBJECT_SYSTEMD_UNIT',
	'COREDUMP_UNIT',
	'_PID',
	'_UID',
	'_COMM',
	'_TRANSPORT',
	'_SOURCE_MONOTONIC_TIMESTAMP',
	'_STREAM_ID',
	'_LINE_BREAK',
	'MESSAGE_ID',
	'JOB_TYPE',
	'JOB_RESULT',
	'UNIT_RESULT',
	'EXIT_CODE',
	'EXIT_STATUS',
	'COMMAND',
	'INVOCATION_ID',
	'_SYSTEMD_INVOCATION_ID',
	'N_RESTARTS',
	'N_DROPPED',
] as const;

/** Properties of `systemctl show` that `parseSystemctlShow` reads. */
export const unitProperties = [
	'Id',
	'LoadState',
	'ActiveState',
	'SubState',
	'Result',
	'Type',
	'Restart',
	'ExecMainCode',
	'ExecMainStatus',
	'ExecStart',
	'NRestarts',
	'ConditionResult',
	'ConditionTimestampMonotonic',
	'InactiveExitTimestampMonotonic',
	'ActiveEnterTimestampMonotonic',
	'ActiveExitTimestampMonotonic',
	'InactiveEnterTimestampMonotonic',
	'Requires',
	'Wants',
	'BindsTo',
	'After',
	'FragmentPath',
	'UnitFileState',
] as const;

/** The text for the document's `command` parameter: the agent splits it into `sh`, `-c` and the script. */
export const followCommand = (line: FollowLine): string => `sh -c ${shlexWord(followScript(line))}`;

/**
 * The same for a session on a terminal, whose agent hands the text to `sh -c` as it is. The terminal is made to pass bytes
 * as they are; both streams arrive as one, so that nothing but the answers may be written, and no unit states are.
 */
export const terminalFollowCommand = (line: FollowLine): string =>
	`stty raw -echo 2>/dev/null; exec sh -c ${word(`exec 2>/dev/null\n${followScript({...line, unitStates: false})}`)}`;

/** The POSIX sh script itself. Leaves no file, needs sed; without gzip or base64 it sends plain text. */
export const followScript = (line: FollowLine): string => {
	check(line);
	return [
		...surroundings(line),
		...probe,
		...(line.unitStates ? unitStates(line) : []),
		...backlog,
		...(line.follow ? live : ending(line)),
	].join('\n');
};

const check = ({nonce, boot, cursor, follow}: FollowLine) => {
	const bootIsFine = boot === 'running' || isBootId(boot) || isBootOffset(boot);
	if (!/^[0-9a-f]{32}$/.test(nonce) || !bootIsFine || (cursor !== null && !isCursor(cursor)))
		throw new UnflapError('bad-input', 'A boot id, cursor or marker is not of the right form');
	if (follow && boot !== 'running') throw new UnflapError('usage', 'Only the running boot can be followed');
};

const surroundings = ({nonce, cursor, boot}: FollowLine) => [
	'export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER=',
	'set -f',
	`n=${word(nonce)} c=${word(cursor ?? '')} s= f= z= w=`,
	`o=${word(`--boot${boot === 'running' ? '' : `=${boot}`}`)}`,
];

const probe = [
	'u=$(id -u)',
	'if [ "$u" != 0 ] && sudo -n true </dev/null >/dev/null 2>&1; then s="sudo -n"; fi',
	`v=$(journalctl --version | sed -n '1s/^[^0-9]*\\([0-9]\\{1,\\}\\).*/\\1/p')`,
	'j="$s nice -n 10 journalctl --no-pager -q -a -o json $o"',
	`if [ "\${v:-0}" -ge 236 ]; then f=--output-fields=${journalFields.join(',')}; fi`,
	'if command -v base64 >/dev/null 2>&1; then w=base64; fi',
	'if [ -n "$w" ] && command -v gzip >/dev/null 2>&1; then z=gzip; fi',
	`b=$(cat /proc/sys/kernel/random/boot_id | sed 's/-//g')`,
	`printf ':%s:probe version=%s uid=%s sudo=%s groups=%s base64=%s gzip=%s boot=%s uptime=%s\\n' "$n" "$v" "$u" "$s" "$(id -Gn | sed 's/ /,/g')" "$w" "$z" "$b" "$(cat /proc/uptime | sed 's/ .*//')"`,
];

/**
 * The cursor of the newest entry is taken first, and the backlog ends with exactly that entry (sed quits there), so the
 * live part starts at it, inclusive: one duplicate, never a gap. Cursors, which do not compress, are cut from all but
 * that last line. A string inside an entry cannot hold `"__CURSOR"`, for its quotes are escaped.
 */
const backlog = [
	'case "$c" in *"b=$b;"*) r=1 ;; *) r= c= ;; esac',
	'if [ -z "$r" ]; then',
	`c=$($j -n 1 $f | sed -n 's/.*"__CURSOR" *: *"\\([A-Za-z0-9=;]\\{1,300\\}\\)".*/\\1/p')`,
	'fi',
	`entries() { $j $f | sed -e "/\\"__CURSOR\\" *: *\\"$c\\"/q" -e 's/"__CURSOR" *: *"[^"]*" *, *//' -e 's/, *"__CURSOR" *: *"[^"]*"//'; }`,
	'if [ -z "$r" ] && [ -n "$c" ]; then',
	`if [ -n "$z" ]; then printf ':%s:backlog gzip\\n' "$n"; entries | gzip -c | base64`,
	`else printf ':%s:backlog plain\\n' "$n"; entries; fi`,
	'fi',
];

const live = [
	`printf ':%s:live %s\\n' "$n" "$c"`,
	// The agent ends a session by killing its direct child alone: nothing may stand between it and the reader.
	`exec $j $f -f --no-tail \${c:+"--cursor=$c"}`,
];

const ending = ({unitStates}: FollowLine) => [
	...(unitStates ? ['wait'] : []),
	`printf ':%s:end %s\\n' "$n" "$c"`,
];

/**
 * One long-lived loop: a cheap list every two seconds, and the full facts only when the list has changed. It ends with
 * the process that it accompanies. Bodies are base64, sent after their length.
 */
const unitStates = ({follow}: FollowLine) => [
	'states() {',
	'k=',
	'while :; do',
	't=$(systemctl list-units --all --full --plain --no-legend --no-pager --type=service)',
	'if [ "$t" != "$k" ]; then',
	'k=$t',
	`m=$(printf '%s\\n' "$t" | sed -n 's/^[^-A-Za-z0-9@_.:\\\\]*\\([-A-Za-z0-9@_.:\\\\]\\{1,\\}\\.service\\) .*/\\1/p' | sed 500q)`,
	'if [ -n "$m" ]; then',
	`if [ -n "$z" ]; then d=$(${show} | gzip -c | base64); else d=$(${show} | base64); fi`,
	`printf ':%s:units %s %s\\n%s\\n' "$n" "\${z:-plain}" "\${#d}" "$d" >&2`,
	'fi',
	'fi',
	...(follow ? ['sleep 2', 'kill -0 $$ 2>/dev/null || [ -d /proc/$$ ] || exit 0'] : ['break']),
	'done',
	'}',
	'if [ -n "$w" ]; then states & fi',
];

const showOf = (operands: string) =>
	`nice -n 10 systemctl show --no-pager -p ${unitProperties.join(',')} -- ${operands}`;

/** systemctl of 237 and 245 may stop in the middle of a list ("Failed to parse bus message"): then one by one. */
const show = `{ ${showOf('$m')} || { echo; for i in $m; do ${showOf('$i')}; echo; done; }; } 2>/dev/null`;
