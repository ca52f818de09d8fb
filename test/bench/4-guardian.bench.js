// The guardian: its own memory beside a running unflap, and what it adds to a hold: the same program with a guardian
// that costs nothing, from spawn until the line that says held.
import {spawn, spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as wait} from 'node:timers/promises';
import {median, openLab, program, row} from './lab.js';

const runs = 7;
const root = dirname(dirname(program));
const folder = mkdtempSync(join(tmpdir(), 'unflap-bench-'));
const lab = await openLab('--seed', '7', '--speed', '1');

/** A copy of the program whose guardian is ready as soon as node is, and does nothing. */
const instant = join(folder, 'bin/unflap.js');
for (const name of ['bin', 'dist', 'package.json'])
	cpSync(join(root, name), join(folder, name), {recursive: true});
writeFileSync(
	join(folder, 'dist/guardian.js'),
	`process.stdin.once('data', () => process.stdout.write(JSON.stringify({ready: {pid: process.pid, startTime: '1'}}) + '\\n'));
process.stdin.on('end', () => process.exit());`,
);

const privateMegabytes = pid => {
	const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
	const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, size]) =>
		Number(size),
	);
	return kilobytes.reduce((sum, size) => sum + size, 0) / 1024;
};

const guardianOf = pid =>
	Number(spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], {encoding: 'utf8'}).stdout.trim());

/** @returns {Promise<{took: number, memory: number}>} milliseconds, megabytes */
const hold = async file => {
	const began = performance.now();
	const child = spawn(process.execPath, [file, 'hold', 'web-prod', '-o', 'jsonl'], {
		env: lab.environment,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = new Promise(resolve => {
		child.once('exit', resolve);
	});
	await new Promise((resolve, reject) => {
		createInterface({input: child.stdout}).on('line', line => {
			if (line.includes('"event":"held"')) resolve(undefined);
		});
		void ended.then(code => reject(new Error(`the hold ended with ${code}`)));
	});
	const took = performance.now() - began;
	await wait(1500);
	const memory = privateMegabytes(guardianOf(child.pid));
	child.kill('SIGTERM');
	await ended;
	return {took, memory};
};

try {
	await hold(program);
	const real = [];
	const free = [];
	for (let run = 0; run < runs; run++) {
		free.push(await hold(instant));
		real.push(await hold(program));
	}
	const [withOne, without] = [real, free].map(list => median(list.map(({took}) => took)));
	const memory = Math.max(...real.map(one => one.memory));
	row(
		'guardian, private memory, loaded whole',
		`${memory.toFixed(1)} MB`,
		'40 MB or less',
		'the most of all runs',
	);
	row(
		'guardian, added to unflap hold',
		`${Math.round(withOne - without)} ms`,
		'100 ms or less',
		`${Math.round(without)} ms with a guardian that is node alone`,
	);
} finally {
	lab.stop();
	rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
}
