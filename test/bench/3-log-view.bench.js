// The log view under 10,000 lines a second, 120x40: from a key to its effect on the pty, and what it costs.
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {build} from 'esbuild';
import {bundled} from '../../scripts/bundle.js';
import {openScreen} from '../../scripts/program-screen.js';
import {root} from '../../scripts/run.js';
import {row} from './lab.js';

const keys = 60;

/** Looks at one row every millisecond: the whole screen would take longer than what is measured. */
const rowShows = async (screen, index, found) => {
	const {active} = screen.terminal.buffer;
	for (const end = performance.now() + 10_000; performance.now() < end; await wait(1))
		if (active.getLine(index)?.translateToString().includes(found)) return;
	throw new Error(`never seen: ${found}`);
};
const folder = mkdtempSync(join(root, 'dist/bench-'));
const file = join(folder, 'log-view.js');
try {
	await build({
		...bundled,
		entryPoints: [join(root, 'test/bench/log-view-app.tsx')],
		outfile: file,
	});
	const environment = {...process.env, LINES: '10000', TERM: 'xterm-256color'};
	delete environment.CI;
	const screen = openScreen({
		file: process.execPath,
		args: [file],
		columns: 120,
		rows: 40,
		environment,
		folder: root,
	});
	await screen.until(/FOLLOW/, {seconds: 30});
	// The view alone is watched from 4 s to 14 s; then keys are pressed.
	await wait(15_000);
	const times = [];
	for (let count = 0; count < keys; count++) {
		const found = count % 2 === 0 ? 'FOLLOW · UTC' : 'FOLLOW · boot clock';
		const start = performance.now();
		screen.write('t');
		await rowShows(screen, 1, found);
		times.push(performance.now() - start);
		await wait(80);
	}
	await screen.press('q');
	await screen.until(/RESULT/, {seconds: 10});
	const result = JSON.parse(/RESULT (\{.*\})/.exec(screen.text())?.[1] ?? '{}');
	times.sort((a, b) => a - b);
	const p95 = Math.round(times[Math.floor(times.length * 0.95)]);
	const share = Math.round(100 * result.share);
	row(
		'log view at 10,000 lines/s, 120x40: key to paint p95',
		`${p95} ms, ${share} % of a core, ${result.lost} lines lost`,
		'40 ms or less, 25 % of a core or less, 0 lost',
		'Ink 8 measured limit: 37 ms, 25 %',
	);
	screen.kill('SIGKILL');
	await screen.ended();
} finally {
	rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
}
