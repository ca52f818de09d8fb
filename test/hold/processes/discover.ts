/** Watches whole holds and says which calls each phase makes. The first hold of a fresh lab is the one that creates. */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, putForeign} from './bench-lab.ts';
import {startHoldProcess} from './hold-process.ts';
import {callsOf, drive, group, type HoldCall, type PhaseName, phaseNames} from './phases.ts';

/** @param bench of a lab that was not used yet. */
export const discoverCalls = async (
	bench: Bench,
	{phases = phaseNames}: {readonly phases?: readonly PhaseName[]} = {},
): Promise<readonly HoldCall[]> => [
	...(await watchHold(bench, ['create', 'release'], ['create'])),
	...(await watchHold(bench, ['acquire', ...phases.filter(isBetween), 'release'], phases)),
];

const isBetween = (phase: PhaseName): boolean => !['create', 'acquire', 'release'].includes(phase);

const watchHold = async (
	{lab, copy}: Bench,
	played: readonly PhaseName[],
	wanted: readonly PhaseName[],
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
		if (wanted.includes(phase)) calls.push(...callsOf(phase, requests));
	}
	await forget();
	return calls;
};
