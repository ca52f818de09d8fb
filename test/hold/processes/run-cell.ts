/** One cell of the kill matrix: who is killed, at which call, before or after AWS applied it; and how it ended. */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, forbiddenCalls, leftIn, putForeign} from './bench-lab.ts';
import {type End, enders} from './enders.ts';
import {reachCall} from './hold-at-call.ts';
import {type HoldProcess, startHoldProcess} from './hold-process.ts';
import {foreign, group, type HoldCall} from './phases.ts';

/** Who is killed, and by what it ends then. */
export const deaths = ['process', 'guardian', 'both, restart', 'both, fuse'] as const;
export type Death = (typeof deaths)[number];

/** `late`: it was on its way when we died, and AWS applies it seconds later. Only changes have such a cell. */
export type When = 'before' | 'after' | 'late';

export type Cell = {readonly call: HoldCall; readonly when: When; readonly death: Death};
export type CellResult = End & {readonly cell: Cell};

/** Everything the ender of a cell needs. */
export type Scene = Bench & {
	readonly cell: Cell;
	readonly hold: HoldProcess;
	readonly home: string;
	/** What must be suspended in the end, with its reasons. */
	readonly expected: Readonly<Record<string, string>>;
	/** Lets the held request go on, or drops it. */
	readonly letGo: () => Promise<void>;
};

export const runCell = async (bench: Bench, cell: Cell): Promise<CellResult> => {
	const {lab, copy} = bench;
	const {call, when, death} = cell;
	const {home, forget} = await makeHome();
	await configure(home);
	const before = await putForeign(lab);
	const firstRequest = (await lab.requests()).at(-1)?.number ?? 0;
	const args = [group, '--for', '30m'];
	const {hold, reached} = await reachCall(
		lab,
		{call, when: when === 'after' ? 'after' : 'before', drops: when === 'before' && death !== 'guardian'},
		() => startHoldProcess({door: copy.door, args, home, environment: lab.env}),
	);
	try {
		if (!reached) return notReached(cell, hold);
		// In phase `adopt` its owner has resumed it.
		const expected = call.phase === 'adopt' ? without(before, 'AZRebalance') : before;
		const letGo = async () => {
			await lab.control('DELETE', '/faults');
		};
		const end = await enders[death]({...bench, cell, hold, home, expected, letGo});
		const made = (await lab.requests(firstRequest)).filter(({caller}) => !caller.startsWith('automation'));
		const untouchable = call.phase === 'adopt' ? ['AddToLoadBalancer'] : foreign;
		const left = await leftIn(lab, expected);
		return {cell, ...end, problems: [...end.problems, ...left, ...forbiddenCalls(made, untouchable)]};
	} finally {
		await lab.control('DELETE', '/faults');
		if (!hold.ended()) hold.child.kill('SIGKILL');
		await copy.killGuardians();
		await forget();
	}
};

const notReached = (cell: Cell, hold: HoldProcess): CellResult => ({
	cell,
	problems: [`never made the call: ${hold.stderr().trim().slice(-200) || 'it went on'}`],
	backSeconds: null,
	closedSeconds: null,
	note: 'not reached',
});

const without = (record: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> =>
	Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
