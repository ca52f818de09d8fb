import fc from 'fast-check';
import {schedules} from './schedule.ts';
import {runSchedule} from './world.ts';

const N = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 1);
const t = Date.now();
const total = new Map();
let n = 0;
const result = fc.check(
	fc.property(schedules, s => {
		const v = runSchedule(s);
		n++;
		for (const [k, c] of v.reached) total.set(k, (total.get(k) ?? 0) + 1);
		if (v.violations.length) {
			throw new Error(v.violations.join('\n') + '\n' + v.story.join('\n'));
		}
	}),
	{numRuns: N, seed, endOnFailure: false},
);
if (result.failed) {
	console.log(result.numRuns, JSON.stringify(result.counterexample));
	console.log(String(result.errorInstance ?? result.error).slice(0, 6000));
} else console.log('ok', n, Date.now() - t, 'ms');
if (process.argv[4])
	console.log(
		[...total]
			.sort()
			.map(([k, v]) => `${k} ${v}`)
			.join('\n'),
	);
