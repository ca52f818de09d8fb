/**
 * One slice of the running boot's journal, for Run Command: from a cursor on (inclusive), packed, short enough for what
 * AWS shows of a command's output (24,000 characters). What is cut off comes with the next slice.
 */
import {constants, gunzipSync} from 'node:zlib';
import {UnflapError} from '../base/errors.ts';
import {word} from '../base/quote.ts';
import {journalFields} from './follow-line.ts';
import {isCursor} from './grammar.ts';

/** Raw bytes of a slice: about a sixth is left of them by gzip, four thirds of that by base64. */
const sliceBytes = 90_000;
/** An answer may not unpack to more (threats.md X1). */
const maxUnpackedBytes = 16 * 1024 * 1024;

export type Slice = {
	/** Whole and half lines of `journalctl -o json`. */
	readonly text: Uint8Array;
	/** There is more right now. */
	readonly isFull: boolean;
};

export type SliceWish = {
	readonly cursor: string | null;
	/** False leaves out fields of more than 4 KiB: for an entry that does not fit a slice. */
	readonly whole: boolean;
	/** Units or patterns of units; all when left out. */
	readonly units?: readonly string[];
	/** Microseconds since 1970 UTC. */
	readonly sinceUs?: number | null;
	/** Only so many of the last entries. */
	readonly last?: number | null;
};

export const sliceScript = ({cursor, whole, units = [], sinceUs = null, last = null}: SliceWish): string => {
	if (cursor !== null && !isCursor(cursor))
		throw new UnflapError('bad-input', 'A cursor is not of the right form');
	const only = [
		...units.map(unit => `-u ${word(unit)}`),
		...(sinceUs === null ? [] : [`--since=@${Math.floor(sinceUs / 1e6)}`]),
		...(last === null ? [] : [`-n ${last}`]),
	].join(' ');
	return [
		'export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER=',
		`set -f; c=${word(cursor ?? '')} s= f=`,
		'if [ "$(id -u)" != 0 ] && sudo -n true </dev/null >/dev/null 2>&1; then s="sudo -n"; fi',
		`v=$(journalctl --version | sed -n '1s/^[^0-9]*\\([0-9]\\{1,\\}\\).*/\\1/p')`,
		`if [ "\${v:-0}" -ge 236 ]; then f=--output-fields=${journalFields.join(',')}; fi`,
		`b=$(cat /proc/sys/kernel/random/boot_id | sed 's/-//g')`,
		'case "$c" in *"b=$b;"*) ;; *) c= ;; esac',
		`$s nice -n 10 journalctl --no-pager -q ${whole ? '-a ' : ''}-o json --boot $f ${only} \${c:+"--cursor=$c"} | head -c ${sliceBytes} | gzip -c | base64`,
	].join('\n');
};

/** What AWS cut off is missing at the end; what came before it is good. */
export const parseSlice = (stdout: string): Slice => {
	const lines = stdout.split('\n');
	const end = lines.findIndex(line => !/^[A-Za-z0-9+/=]+$/.test(line));
	const packed = Buffer.from((end < 0 ? lines : lines.slice(0, end)).join(''), 'base64');
	if (packed.length === 0) return {text: new Uint8Array(), isFull: false};
	const text = gunzipSync(packed, {
		finishFlush: constants.Z_SYNC_FLUSH,
		maxOutputLength: maxUnpackedBytes,
	});
	return {text, isFull: text.length >= sliceBytes || stdout.includes('truncated')};
};
