/** What a hold would make its own, by the core's own rules, from one read: the hold itself reads again. */
import {randomBytes} from 'node:crypto';
import type {Aws, ScalingProcess} from '../aws/types.ts';
import {newHold} from './core.ts';
import {otherHoldsOf, sharedProcesses} from './core-others.ts';
import type {HoldState, SeenFuse, SeenGroup} from './core-state.ts';
import type {Fuses} from './fuse.ts';
import {inOrder, without} from './processes.ts';

export type DividedAim = {
	readonly wanted: readonly ScalingProcess[];
	readonly baseline: readonly string[];
	readonly joins: readonly {readonly holdId: string; readonly owner: string}[];
};

export type AimInputs = {
	readonly aws: Aws;
	readonly fuses: Fuses;
	readonly name: string;
	readonly group: SeenGroup;
	readonly aim: readonly ScalingProcess[];
};

const runsSinceMs = 5 * 3_600_000;

export const divideAim = async (inputs: AimInputs): Promise<DividedAim> => {
	const {aws, fuses, group, name, aim} = inputs;
	const [settled] = await Promise.allSettled([fuses.list(name, aws.clock.now() - runsSinceMs)]);
	const runs = settled.status === 'fulfilled' ? settled.value : [];
	const others = otherHoldsOf(stateOf(inputs, runs), group);
	const shared = sharedProcesses(others, group);
	const suspended = group.suspended.map(({process}) => process);
	const baseline = suspended.filter(process => !(shared as readonly string[]).includes(process));
	return {
		wanted: inOrder(without(aim, baseline)),
		baseline,
		joins: others
			.filter(({live, tag}) => live || tag?.phase === 'live')
			.map(({holdId, tag}) => ({holdId, owner: tag?.owner ?? '?'})),
	};
};

/** A hold that has seen these runs and done nothing. */
const stateOf = ({aws, name, aim}: AimInputs, runs: readonly SeenFuse[]): HoldState => {
	const awsMs = aws.clock.now();
	const state = newHold({
		holdId: randomBytes(4).toString('hex'),
		group: name,
		owner: 'preview',
		reason: '',
		aim,
		forMs: 0,
		leaseMs: 0,
		patienceMs: 0,
		net: 'fuse',
		tokenSeed: '',
		interactive: false,
		adopt: [],
	});
	return {
		...state,
		moment: {awsMs, processMs: 0, rate: aws.clock.rate},
		runs: {...state.runs, seenMs: 0, seenAws: awsMs, runs, failed: false},
	};
};
