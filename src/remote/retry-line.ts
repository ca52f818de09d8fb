/**
 * The line that runs a unit again the way its manager would: what it remembers of failures is forgotten, the unit is
 * restarted, and, once that is done, the units that its failure had cancelled are started in their order.
 */
import {UnflapError} from '../base/errors.ts';
import {word} from '../base/quote.ts';
import {isUnitName} from './grammar.ts';

export type RetryLine = {
	/** 32 hex characters, fresh for every run; stands in every marker (threats.md Q6). */
	readonly nonce: string;
	readonly unit: string;
	/** Started after it, in this order, as long as each of them starts. */
	readonly orphans: readonly string[];
};

/** Words for `run`: a POSIX sh and its script. @throws `bad-input` for what is no unit's name, globs among it (Q3). */
export const retryWords = (line: RetryLine): readonly string[] => ['sh', '-c', retryScript(line)];

/** @throws `bad-input` */
export const retryScript = ({nonce, unit, orphans}: RetryLine): string => {
	if (!/^[0-9a-f]{32}$/.test(nonce)) throw new UnflapError('bad-input', 'A marker is not of the right form');
	const names = [unit, ...orphans].map(wordOfUnit);
	const [first = '', ...later] = names;
	return [
		'export LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER=',
		'set -f',
		`n=${word(nonce)} s=`,
		`if [ "$(id -u)" != 0 ]; then s='sudo -n'; fi`,
		`job() { printf ':%s:job %s %s\\n' "$n" "$1" "$2"; [ "$2" = 0 ] || exit "$2"; }`,
		`$s systemctl reset-failed -- ${first} 2>/dev/null`,
		`$s systemctl restart -- ${first}`,
		`job ${first} "$?"`,
		...later.flatMap(name => [`$s systemctl start -- ${name}`, `job ${name} "$?"`]),
	].join('\n');
};

const wordOfUnit = (unit: string): string => {
	if (!isUnitName(unit))
		throw new UnflapError('bad-input', `"${unit}" is no name of a unit`, {
			next: ['the whole name, as in the waterfall: app.service'],
		});
	return word(unit);
};

export type RetriedJob = {readonly unit: string; readonly status: number};

/** Reads what the script says; lines that are none of ours are the programs' own words. */
export const readRetry = (nonce: string, line: string): RetriedJob | null => {
	const start = `:${nonce}:job `;
	if (!line.startsWith(start)) return null;
	const [unit = '', status = ''] = line.slice(start.length).split(' ');
	return isUnitName(unit) && /^\d{1,3}$/.test(status) ? {unit, status: Number(status)} : null;
};
