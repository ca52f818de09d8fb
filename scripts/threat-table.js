// Writes docs/threats.md: each row of the threat table that a test names, with its tests. --check fails when it is stale.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {root} from './run.js';

const files = folder =>
	readdirSync(folder, {withFileTypes: true}).flatMap(entry =>
		entry.isDirectory()
			? files(join(folder, entry.name))
			: /\.test\.tsx?$/.test(entry.name)
				? [join(folder, entry.name)]
				: [],
	);

/** Test names begin with their row's id, as in test('T1 escape sequences …'). */
const named = /\(\s*(['"`])((?:[TQMPSGHFLRXNOCD]\d{1,2}[ ,:]+)+)((?:(?!\1)[\s\S])*)\1\s*,/g;

const rows = new Map();
for (const file of files(join(root, 'test'))) {
	for (const [, , ids, sentence] of readFileSync(file, 'utf8').matchAll(named))
		for (const id of ids.match(/[A-Z]\d+/g) ?? []) {
			const list = rows.get(id) ?? [];
			list.push({
				file: relative(root, file).replaceAll('\\', '/'),
				sentence: sentence.replace(/\s+/g, ' ').replaceAll('|', '\\|'),
			});
			rows.set(id, list);
		}
}

const order = 'TQMPDSGHFLRXNOC';
const sorted = [...rows].sort(
	([a], [b]) => order.indexOf(a[0]) - order.indexOf(b[0]) || Number(a.slice(1)) - Number(b.slice(1)),
);
const table = [
	'# Threats and their tests',
	'',
	'Made from the names of the tests by `node scripts/threat-table.js`. The letters: T terminal, Q command lines on the box,',
	'M commands on this machine, P paths and state, S secrets, G guardian, H hold tags, L lab, R reports, X input, N network, O read-only.',
	'',
	'| row | what the test shows | test |',
	'| --- | --- | --- |',
	...sorted.flatMap(([id, tests]) =>
		tests.map(({file, sentence}) => `| ${id} | ${sentence} | \`${file}\` |`),
	),
	'',
].join('\n');

const path = join(root, 'docs/threats.md');
if (process.argv.includes('--check')) {
	let present = '';
	try {
		present = readFileSync(path, 'utf8');
	} catch (error) {
		if (error.code !== 'ENOENT') throw error;
	}
	if (present !== table) {
		console.log('docs/threats.md is stale: node scripts/threat-table.js');
		process.exit(1);
	}
} else {
	writeFileSync(path, table);
	console.log(`${sorted.length} rows, ${sorted.reduce((sum, [, tests]) => sum + tests.length, 0)} tests`);
	const wanted =
		'T1 T2 T3 T4 T6 T7 T8 T9 T10 T11 T12 Q1 Q2 Q3 Q4 Q5 Q6 P1 P2 P3 P4 P5 P6 S1 S3 S5 S4 S6 G1 G2 G3 G4 H1 H2 H3 H4 H5 H6 H7 F1 F2 F3 F4 F5 M1 L1 L2 L3 L4 X1 X2 X4 N1 N2 N3 N4 O1'.split(
			' ',
		);
	const missing = wanted.filter(id => !rows.has(id));
	if (missing.length > 0) console.log(`no test yet: ${missing.join(' ')}`);
}
