// The parts of the proof that run the built program as real processes against the lab:
//   --processes [WORKERS]   the kill matrix; writes docs/kill-matrix.md
//   --faults [WORKERS]      every fault rule of the lab at every call of a hold; writes docs/fault-table.md
//   --soak [SECONDS]        ten holds on one group, started and killed at random (300)
//   --previews              the release preview of every scenario beside what then happened
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {faultCellName, faultMarkdown, runFaults} from '../test/hold/processes/fault-table.ts';
import {runMatrix} from '../test/hold/processes/matrix.ts';
import {cellName, matrixMarkdown} from '../test/hold/processes/matrix-text.ts';
import {releaseAll, scenarioNames} from '../test/hold/processes/release-scenarios.ts';
import {soak} from '../test/hold/processes/soak.ts';
import {root} from './run.js';

const isWell = ({problems}) => problems.length === 0;
const said = ({problems}) => problems.map(problem => `; ${problem}`).join('');

const processes = async workers => {
	const results = await runMatrix({
		workers,
		onResult: (result, done, total) =>
			console.log(
				`${done}/${total} ${isWell(result) ? '✔' : '✖'} ${cellName(result.cell)}: ${result.backSeconds?.toFixed(1) ?? '?'} s, ${result.note}${said(result)}`,
			),
	});
	return written('docs/kill-matrix.md', matrixMarkdown(results), results);
};

const faults = async workers => {
	const results = await runFaults({
		workers,
		onResult: (result, done, total) =>
			console.log(
				`${done}/${total} ${isWell(result) ? '✔' : '✖'} ${faultCellName(result.cell)}: ${result.outcome}${said(result)}`,
			),
	});
	return written('docs/fault-table.md', faultMarkdown(results), results);
};

const written = (path, text, results) => {
	writeFileSync(join(root, path), text);
	console.log(`\n${text}`);
	return results.length > 0 && results.every(isWell);
};

const soaking = async seconds => {
	const result = await soak({seconds, onLine: line => console.log(line)});
	console.log(result);
	return result.longestGapSeconds <= 15 && result.left.length === 0;
};

const previews = async () => {
	let right = true;
	for (const scenario of await scenarioNames())
		for (const preset of ['freeze', 'no-replace', 'quiet'])
			for (const [heldSeconds, marks] of [
				[0, false],
				[600, false],
				[600, true],
				[1500, false],
			]) {
				const results = await releaseAll({scenario, preset, heldSeconds, marks});
				right &&= results.every(isWell);
				const deaths = results.map(({happened}) => happened.atOnce.length + happened.judged.length);
				console.log(
					`${results.every(isWell) ? '✔' : '✖'} ${scenario}, ${preset}, held ${heldSeconds} s${marks ? ', one marked' : ''}: ${results.length} groups, ${deaths.reduce((sum, count) => sum + count, 0)} died as said${results.map(said).join('')}`,
				);
			}
	return right;
};

const parts = {
	'--processes': [processes, 6],
	'--faults': [faults, 12],
	'--soak': [soaking, 300],
	'--previews': [previews, 0],
};

/** @returns whether the part held; null when none of them was asked for. */
export const provePart = async ([name, count]) => {
	const part = parts[name ?? ''];
	if (part === undefined) return null;
	const [run, otherwise] = part;
	const start = performance.now();
	const held = await run(Number(count ?? otherwise));
	console.log(
		`\n${held ? 'held' : 'DID NOT HOLD'}, ${((performance.now() - start) / 60_000).toFixed(1)} min`,
	);
	return held;
};
