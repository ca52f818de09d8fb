/** The kill matrix as a table for the terminal and for docs/kill-matrix.md. */
import {callText, phaseNames} from './phases.ts';
import {type Cell, type CellResult, type Death, deaths, type When} from './run-cell.ts';

const titles: Readonly<Record<Death, string>> = {
	process: 'process killed',
	guardian: 'guardian killed',
	'both, restart': 'both killed, then a start',
	'both, fuse': 'both killed, nothing but the fuse',
};

export const matrixMarkdown = (results: readonly CellResult[]): string => {
	const bad = results.filter(({problems}) => problems.length > 0);
	return [
		'# The kill matrix',
		'',
		'Written by `npm run prove -- --processes`: the built program against the lab at speed 1, SIGKILLed at every AWS call',
		'of a hold, which the run finds by watching one. Somebody else has two processes suspended all the while; each cell ends with',
		'exactly those suspended, for their old reasons, and with no tag, fuse or ledger entry of ours.',
		'',
		'- *before*: AWS never got the call. *after*: AWS applied it, the answer was never read. *late*: AWS applies it two seconds',
		'  after the death, while somebody else is releasing already; only changes have such a row.',
		'- *process killed*: the guardian releases; seconds from the kill until the group was as before.',
		'- *guardian killed*: the process goes on with a new guardian, or ends; seconds from SIGTERM until the group was as before.',
		'- *both killed, then a start*: `unflap release --all`; seconds from its start.',
		'- *both killed, nothing but the fuse*: lab time is stepped to the deadline; lab seconds from there.',
		'',
		`${results.length} cells, ${results.length - bad.length} ended as promised.${summary(results)}`,
		'',
		...phaseNames.flatMap(phase => phaseTable(phase, results)),
		...(bad.length === 0
			? []
			: [
					'## Not as promised',
					'',
					...bad.map(result => `- ${cellName(result.cell)}: ${result.problems.join('; ')}`),
					'',
				]),
	].join('\n');
};

export const cellName = ({call, when, death}: Cell): string =>
	`${call.phase}, ${callText(call)}, ${when}, ${titles[death]}`;

const summary = (results: readonly CellResult[]): string =>
	deaths
		.map(death => {
			const times = results
				.filter(({cell}) => cell.death === death && cell.when !== 'late')
				.flatMap(({backSeconds}) => backSeconds ?? []);
			return times.length === 0 ? '' : ` Slowest with ${titles[death]}: ${Math.max(...times).toFixed(1)} s.`;
		})
		.join('');

const phaseTable = (phase: string, results: readonly CellResult[]): readonly string[] => {
	const rows = new Map<string, CellResult[]>();
	for (const result of results)
		if (result.cell.call.phase === phase) {
			const name = `${callText(result.cell.call)} | ${result.cell.when satisfies When}`;
			rows.set(name, [...(rows.get(name) ?? []), result]);
		}
	if (rows.size === 0) return [];
	return [
		`## ${phase}`,
		'',
		`| call | when | ${deaths.map(death => titles[death]).join(' | ')} |`,
		`| --- | --- | ${deaths.map(() => '---').join(' | ')} |`,
		...[...rows].map(
			([name, cells]) =>
				`| ${name} | ${deaths.map(death => cellText(cells.find(({cell}) => cell.death === death))).join(' | ')} |`,
		),
		'',
	];
};

const cellText = (result: CellResult | undefined): string => {
	if (result === undefined) return '';
	if (result.problems.length > 0) return `✖ ${result.problems.join('; ').replaceAll('|', '/')}`;
	return `✔ ${result.backSeconds?.toFixed(1) ?? '?'} s, ${result.note}`;
};
