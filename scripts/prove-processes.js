// The parts of the proof that run the built program as real processes against the lab:
//   --processes [WORKERS]   the kill matrix; writes docs/kill-matrix.md
//   --soak [SECONDS]        ten holds on one group, started and killed at random (300)
//   --faults [WORKERS]      every fault rule of the lab at every call of a hold; writes docs/fault-table.md
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {runMatrix} from '../test/hold/processes/matrix.ts';
import {cellName, matrixMarkdown} from '../test/hold/processes/matrix-text.ts';
import {root} from './run.js';

const minutesSince = start => `${((performance.now() - start) / 60_000).toFixed(1)} min`;

const processes = async workers => {
	const start = performance.now();
	const results = await runMatrix({
		workers,
		onResult: ({cell, backSeconds, note, problems}, done, total) =>
			console.log(
				`${done}/${total} ${problems.length === 0 ? '✔' : '✖'} ${cellName(cell)}: ${backSeconds?.toFixed(1) ?? '?'} s, ${note}${problems.map(problem => `; ${problem}`).join('')}`,
			),
	});
	const text = matrixMarkdown(results);
	writeFileSync(join(root, 'docs/kill-matrix.md'), text);
	console.log(`\n${text}\n${minutesSince(start)}`);
	return results.every(({problems}) => problems.length === 0);
};

const parts = {'--processes': [processes, 6]};

/** @returns whether the part held; null when none of them was asked for. */
export const provePart = async ([name, count]) => {
	const part = parts[name ?? ''];
	return part === undefined ? null : part[0](Number(count ?? part[1]));
};
