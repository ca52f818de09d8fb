/**
 * Watches holds and says which calls each phase makes, driven as a cell drives it: a start, then that phase alone. Every
 * phase is watched twice, on labs of their own, and a call that only one of them made is no cell: whether it comes
 * is a matter of timing, as with a second look at a fuse that is slow to end.
 */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, openBench, putForeign} from './bench-lab.ts';
import {startHoldProcess} from './hold-process.ts';
import {callsOf, drive, group, type HoldCall, type PhaseName, phaseNames} from './phases.ts';

export const discoverCalls = async ({
	phases = phaseNames,
}: {
	readonly phases?: readonly PhaseName[];
} = {}): Promise<readonly HoldCall[]> => {
	const [calls, again] = await Promise.all([watchPhases(phases), watchPhases(phases)]);
	const seenAgain = new Set(again.map(nameOf));
	return calls.filter(call => seenAgain.has(nameOf(call)));
};

/** The first hold of a fresh lab is the one that creates the fuse's document. */
const watchPhases = async (phases: readonly PhaseName[]): Promise<readonly HoldCall[]> => {
	const bench = await openBench();
	try {
		const created = await watchHold(bench, ['create', 'release'], 'create');
		const found = phases.includes('create') ? [...created] : [];
		for (const phase of phases.filter(one => one !== 'create'))
			found.push(...(await watchHold(bench, playedFor(phase), phase)));
		return found;
	} finally {
		await bench.close();
	}
};

const playedFor = (phase: PhaseName): readonly PhaseName[] =>
	phase === 'acquire' || phase === 'release' ? ['acquire', 'release'] : ['acquire', phase, 'release'];

const nameOf = (call: HoldCall): string => JSON.stringify(call);

const watchHold = async (
	{lab, copy}: Bench,
	played: readonly PhaseName[],
	wanted: PhaseName,
): Promise<readonly HoldCall[]> => {
	const {home, forget} = await makeHome();
	await configure(home);
	await putForeign(lab);
	let seen = (await lab.requests()).at(-1)?.number ?? 0;
	const hold = startHoldProcess({door: copy.door, args: [group], home, environment: lab.env});
	const calls: HoldCall[] = [];
	for (const phase of played) {
		await drive(phase, {lab, hold});
		if (phase !== 'release' && hold.ended())
			throw new Error(`the hold ended in phase ${phase}: ${hold.stderr()}`);
		const requests = await lab.requests(seen);
		seen = requests.at(-1)?.number ?? seen;
		if (phase === wanted) calls.push(...callsOf(phase, requests));
	}
	await forget();
	return calls;
};
