// Proves the hold: many schedules of the model, how many reached each rule, and that each broken core is caught.
// node scripts/prove.js [N] [SEED]: N schedules, 20,000 by default; hold.md wants 1,000,000 now and then.
// node scripts/prove.js --processes, --faults, --soak, --previews: the parts on real processes (prove-processes.js).
import {once} from 'node:events';
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {ruleOf, rulesToReach} from '../test/hold/model/rules.ts';

const words = process.argv.slice(2);
process.exit(words.some(word => word.startsWith('--')) ? await proveReal() : await proveModel());

async function proveReal() {
	const {provePart} = await import('./prove-processes.js');
	return (await provePart(words)) ? 0 : 1;
}

async function proveModel() {
	const total = Number(words[0] ?? 20_000);
	const seed = Number(words[1] ?? Date.now() % 1_000_000);
	const started = performance.now();
	const {reached, failure, done} = await runSchedules(total, seed);
	const seconds = (performance.now() - started) / 1000;
	if (failure !== null) {
		console.log(`seed ${failure.seed} breaks the promise:\n\n${failure.story}\n\n${failure.schedule}`);
		return 1;
	}
	console.log(
		`${done} schedules from seed ${seed} in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(0)} a second): 0 violations\n`,
	);
	const empty = showReached(reached);
	const missed = await showMutants(reached);
	if (empty.length > 0) console.log(`\nnever reached: ${empty.join(', ')}`);
	if (missed > 0) console.log(`\n${missed} broken cores were not caught`);
	return empty.length + missed > 0 ? 1 : 0;
}

/** In parts of 5000, handed to two workers. */
async function runSchedules(total, seed) {
	const reached = new Map();
	let failure = null;
	let done = 0;
	const parts = Array.from({length: Math.ceil(total / 5000)}, (_, part) => ({
		job: 'schedules',
		runs: Math.min(5000, total - part * 5000),
		seed: seed + part,
	}));
	await inWorkers(parts, result => {
		done += result.schedules;
		for (const [rule, count] of result.reached) reached.set(rule, (reached.get(rule) ?? 0) + count);
		if (result.failure !== null) failure ??= {...result.failure, seed: result.seed};
		if (done % 50_000 === 0) console.error(`${done} of ${total}`);
		return failure === null;
	});
	return {reached, failure, done};
}

function showReached(reached) {
	console.log('rule'.padEnd(44), 'reached by schedules'.padStart(22));
	for (const rule of [...new Set([...rulesToReach, ...reached.keys()])].sort())
		console.log(rule.padEnd(44), String(reached.get(rule) ?? 0).padStart(22));
	return rulesToReach.filter(rule => !reached.has(rule));
}

async function showMutants(reached) {
	const {mutants} = await import('../test/hold/model/mutants.ts');
	const results = new Map();
	const parts = Object.keys(mutants).map(name => ({job: 'mutant', name, runs: 20_000, seed: 7}));
	await inWorkers(parts, result => {
		results.set(result.name, result);
		return true;
	});
	console.log(`\n${'a core that …'.padEnd(78)}${'rule reached by'.padStart(16)}  caught after`);
	let missed = 0;
	for (const name of Object.keys(mutants)) {
		const {schedules, failure} = results.get(name);
		if (failure === null) missed++;
		const count = String(reached.get(ruleOf(name)) ?? 0).padStart(16);
		console.log(`${name.padEnd(78)}${count}  ${failure === null ? 'NOT CAUGHT' : schedules}`);
	}
	return missed;
}

/** `take` hears each result and says whether to go on. */
async function inWorkers(parts, take) {
	const queue = [...parts];
	let goesOn = true;
	const work = async () => {
		const worker = new Worker(new URL('prove-worker.js', import.meta.url));
		try {
			while (goesOn && queue.length > 0) {
				const part = queue.shift();
				worker.postMessage(part);
				const [result] = await once(worker, 'message');
				goesOn = take(result) && goesOn;
			}
		} finally {
			await worker.terminate();
		}
	};
	await Promise.all(Array.from({length: Math.min(2, availableParallelism())}, work));
}
