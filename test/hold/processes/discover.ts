/** Watches one whole hold and says which calls each of its phases makes. */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, putForeign} from './bench-lab.ts';
import {startHoldProcess} from './hold-process.ts';
import {callsOf, drive, group, type HoldCall, type PhaseName, phaseNames} from './phases.ts';

export const discoverCalls = async (
	{lab, copy}: Bench,
	{
		phases = phaseNames,
		holdArgs = [],
	}: {readonly phases?: readonly PhaseName[]; readonly holdArgs?: readonly string[]} = {},
): Promise<readonly HoldCall[]> => {
	const {home, forget} = await makeHome();
	await configure(home);
	await putForeign(lab);
	let seen = (await lab.requests()).at(-1)?.number ?? 0;
	const hold = startHoldProcess({
		door: copy.door,
		args: [group, ...holdArgs],
		home,
		environment: lab.env,
	});
	const calls: HoldCall[] = [];
	for (const phase of phaseNames) {
		if (phase !== 'acquire' && phase !== 'release' && !phases.includes(phase)) continue;
		await drive(phase, {lab, hold});
		if (phase !== 'release' && hold.ended())
			throw new Error(`the hold ended in phase ${phase}: ${hold.stderr()}`);
		const requests = await lab.requests(seen);
		seen = requests.at(-1)?.number ?? seen;
		if (phases.includes(phase)) calls.push(...callsOf(phase, requests));
	}
	await forget();
	return calls;
};
