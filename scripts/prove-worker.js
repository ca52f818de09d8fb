// A part of prove.js on its own thread: some schedules, or one broken core.
import {parentPort} from 'node:worker_threads';
import {checkSchedules} from '../test/hold/model/check.ts';
import {mutantOf} from '../test/hold/model/mutants.ts';

parentPort?.on('message', part => {
	const {job, runs, seed, name} = part;
	const isMutant = job === 'mutant';
	const result = checkSchedules({runs, seed, shrink: !isMutant, ...(isMutant ? mutantOf(name) : {})});
	parentPort?.postMessage({...result, seed, name});
});
