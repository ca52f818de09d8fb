// The guardian: its own memory beside a running unflap, and what waiting for it adds to a hold.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createAws} from '../../src/aws/create-aws.ts';
import {createProcessClock} from '../../src/base/clock-process.ts';
import {createFuses} from '../../src/hold/fuse.ts';
import {type Guardian, type WarmGuardian, warmGuardian} from '../../src/hold/guardian-process.ts';
import {readPreview} from '../../src/hold/hold-preview.ts';
import {openLedger} from '../../src/hold/ledger.ts';
import {readMachine, readProcess} from '../../src/hold/process-identity.ts';
import {presetProcesses} from '../../src/hold/processes.ts';
import {createSession} from '../../src/hold/session.ts';
import {median, openLab, row} from './lab.js';

const runs = 9;
const group = 'web-prod';
const processClock = createProcessClock();
const lab = await openLab('--seed', '7');
const state = join(String(lab.environment['HOME']), 'unflap');

/** A guardian that costs nothing: what is left is the hold alone. */
const instant = (): WarmGuardian => {
	const done = () => Promise.resolve();
	const guardian: Guardian = {
		identity: {pid: process.pid, startTime: '1'},
		tell: done,
		renewCredentials: done,
		accompany: done,
		onLost: () => undefined,
		dismiss: done,
		letRelease: () => undefined,
		letLinger: done,
	};
	return {ready: Promise.resolve(guardian), cancel: () => undefined};
};

const privateMegabytes = (pid: number): number => {
	const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
	const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, size]) =>
		Number(size),
	);
	return kilobytes.reduce((sum, size) => sum + size, 0) / 1024;
};

try {
	Object.assign(process.env, lab.environment);
	const aws = await createAws({readOnly: false, timeRate: 1});
	const fuses = createFuses({aws, processClock, roleArn: null});
	const [machine, self] = await Promise.all([readMachine(), readProcess(process.pid)]);
	if (self === undefined) throw new Error('no start time');
	const ledger = await openLedger({folder: join(state, 'ledger'), machine, self});
	const place = {
		account: '441200009012',
		partition: 'aws',
		region: aws.facts.region,
		endpoint: aws.facts.endpoint,
	};
	const init = async () => ({
		type: 'init' as const,
		aws: await aws.handOver(),
		stateFolder: state,
		ledgerFolder: ledger.folder,
		process: self,
		fuseRoleArn: null,
		terminal: null,
	});
	let memory = 0;

	/** From the preview's first call until the group is held, as `unflap hold` does it. */
	const timeToHeld = async (start: () => WarmGuardian): Promise<number> => {
		const began = performance.now();
		const warm = start();
		await readPreview({aws, fuses, group, preset: 'freeze', forSeconds: 600});
		const session = createSession({
			request: {
				group,
				processes: presetProcesses('freeze'),
				preset: 'freeze',
				forSeconds: 600,
				reason: '',
				net: 'none',
			},
			aws,
			fuses,
			fuseHasRole: false,
			processClock,
			owner: 'bench@here',
			leaseMs: 600_000,
			refuse: () => undefined,
			prepare: async () => ({ledger, place, machine, self}),
			warmGuardian: () => warm,
			onChange: () => undefined,
		});
		const view = await session.settled;
		const took = performance.now() - began;
		if (view.phase !== 'held') throw new Error(JSON.stringify(view.outcome));
		const {identity} = await warm.ready;
		if (identity.pid !== process.pid) {
			await processClock.sleep(1500);
			memory = Math.max(memory, privateMegabytes(identity.pid));
		}
		await session.release();
		return took;
	};

	const without: number[] = [];
	const with_: number[] = [];
	await timeToHeld(instant);
	for (let run = 0; run < runs; run++) {
		without.push(await timeToHeld(instant));
		with_.push(await timeToHeld(() => warmGuardian({init: init()})));
	}
	const added = Math.round(median(with_) - median(without));
	row(
		'guardian, private memory, loaded whole',
		`${memory.toFixed(1)} MB`,
		'40 MB or less',
		'most of the runs',
	);
	row(
		'guardian, added to a hold',
		`${added} ms`,
		'100 ms or less',
		`preview to held: ${Math.round(median(without))} ms without one`,
	);
	aws.close();
} finally {
	lab.stop();
}
process.exit();
