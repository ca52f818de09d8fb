// npm run fuzz [N]: N mutated frames of the data channel and N mutated journal lines (a million each), in parts of their
// own process: a part that throws, or does not end within its time, fails the run.
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';

const atOnce = 50_000;
const partMs = 300_000;

const runPart = async (what, count, seed) => {
	const {fuzzFrames, fuzzLines} = await import('../test/channel/fuzz.ts');
	if (what === 'frames') return fuzzFrames(count, seed);
	const {sharedFolder} = await import('../test/shared-folder.ts');
	const path = join(sharedFolder, 'fixtures/boots/S06-crash-loop/journalctl-b-o-json-minimal.jsonl.gz');
	const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
	return fuzzLines(lines, count, seed);
};

const inParts = (what, total, seed) => {
	const sums = {fed: 0, sessions: 0, ended: 0, texts: 0, entries: 0};
	let slowestMs = 0;
	const began = performance.now();
	for (let part = 0; sums.fed < total; part += 1) {
		const count = Math.min(atOnce, total - sums.fed);
		const self = fileURLToPath(import.meta.url);
		const args = [self, '--part', what, String(count), String(seed + part)];
		const {status, signal, stdout} = spawnSync(process.execPath, args, {
			encoding: 'utf8',
			timeout: partMs,
			killSignal: 'SIGKILL',
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		if (status !== 0) {
			const how = signal === null ? 'crashed' : `did not end within ${partMs / 1000} s`;
			console.log(`${what}: ${count} from seed ${seed + part} ${how}`);
			process.exit(1);
		}
		const counts = JSON.parse(stdout);
		for (const key of Object.keys(sums)) sums[key] += counts[key];
		slowestMs = Math.max(slowestMs, counts.slowestMs);
	}
	const seconds = ((performance.now() - began) / 1000).toFixed(0);
	console.log(
		`${sums.fed} mutated ${what} from seed ${seed} in ${seconds} s: 0 crashes, 0 hangs (the slowest took ${slowestMs.toFixed(0)} ms), ${sums.texts} texts reached a screen, 0 escape bytes`,
	);
	if (sums.sessions > 0) console.log(`  ${sums.sessions} sessions, ${sums.ended} of them ended by what came`);
	if (sums.entries > 0) console.log(`  ${sums.entries} lines were still entries`);
};

const [first, ...others] = process.argv.slice(2);
if (first === '--part') {
	const [what, count, seed] = others;
	console.log(JSON.stringify(await runPart(what, Number(count), Number(seed))));
} else {
	const total = Number(first ?? 1_000_000);
	const seed = Number(others[0] ?? Date.now() % 1_000_000);
	inParts('frames', total, seed);
	inParts('lines', total, seed);
}
