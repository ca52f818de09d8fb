// npm run bench: measures what design and README claim, and prints one table with the goals beside the figures.
// Each row is a file of test/bench; a row that fails says so and makes the whole run fail.
import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {root} from './run.js';

const only = process.argv.slice(2);
const folder = join(root, 'test/bench');
const files = readdirSync(folder)
	.filter(name => name.endsWith('.bench.js') || name.endsWith('.bench.ts'))
	.filter(name => only.length === 0 || only.some(part => name.includes(part)))
	.sort();

spawnSync(process.execPath, [join(root, 'scripts/build.js')], {cwd: root, stdio: 'inherit'});
const rows = [];
let failed = false;
for (const name of files) {
	process.stderr.write(`${name} …\n`);
	const {status, stdout, stderr} = spawnSync(process.execPath, ['--expose-gc', join(folder, name)], {
		cwd: root,
		encoding: 'utf8',
		maxBuffer: 1 << 26,
		timeout: 300_000,
	});
	if (status === 0)
		rows.push(
			...stdout
				.trim()
				.split('\n')
				.map(line => JSON.parse(line)),
		);
	else {
		failed = true;
		rows.push({
			what: name,
			measured: 'failed',
			goal: '',
			peer: (stderr || stdout).trim().split('\n').at(-1)?.slice(0, 80) ?? '',
		});
	}
}

const columns = ['what', 'measured', 'goal', 'peer'];
const widths = columns.map(column =>
	Math.max(column.length, ...rows.map(row => String(row[column] ?? '').length)),
);
const print = row =>
	`| ${columns.map((column, index) => String(row[column] ?? '').padEnd(widths[index])).join(' | ')} |`;
console.log(print(Object.fromEntries(columns.map(column => [column, column]))));
console.log(`| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`);
for (const row of rows) console.log(print(row));
console.log(
	`\nNode ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), medians unless said otherwise.`,
);
process.exit(failed ? 1 : 0);
