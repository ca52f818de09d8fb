// Proves the hold: many schedules of the model, how many reached each rule, and that each broken core is caught.
// node scripts/prove.js [N] [SEED]: N schedules, 20,000 by default; hold.md wants 1,000,000 now and then.
import {checkSchedules, rulesToReach} from '../test/hold/model/check.ts';
import {mutants} from '../test/hold/model/mutants.ts';
import {provePart} from './prove-processes.js';

const part = await provePart(process.argv.slice(2));
if (part !== null) process.exit(part ? 0 : 1);

const total = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const atOnce = 10_000;

const reached = new Map();
const started = performance.now();
let done = 0;
for (let part = 0; done < total; part++) {
	const runs = Math.min(atOnce, total - done);
	const result = checkSchedules({runs, seed: seed + part});
	done += result.schedules;
	for (const [rule, count] of result.reached) reached.set(rule, (reached.get(rule) ?? 0) + count);
	if (result.failure !== null) {
		console.log(
			`seed ${seed + part} breaks the promise:\n\n${result.failure.story}\n\n${result.failure.schedule}`,
		);
		process.exit(1);
	}
}

console.log(
	`${done} schedules from seed ${seed} in ${((performance.now() - started) / 1000).toFixed(0)} s, none broke the promise\n`,
);
console.log('schedules that reached a rule');
const rules = [...new Set([...rulesToReach, ...reached.keys()])].sort();
for (const rule of rules) console.log(`  ${rule.padEnd(36)} ${String(reached.get(rule) ?? 0).padStart(9)}`);

console.log('\nbroken cores');
let missed = 0;
for (const [name, step] of Object.entries(mutants)) {
	const {failure, schedules} = checkSchedules({runs: 3000, seed: 7, step, shrink: false});
	if (failure === null) missed++;
	console.log(`  ${name.padEnd(48)} ${failure === null ? 'NOT CAUGHT' : `caught by schedule ${schedules}`}`);
}
const empty = rulesToReach.filter(rule => !reached.has(rule));
if (empty.length > 0) console.log(`\nnever reached: ${empty.join(', ')}`);
process.exit(missed + empty.length > 0 ? 1 : 0);
