/** Stops a hold at one call: the lab has the request, or has applied it, and does not answer until it is told to. */
import type {OpenLab} from '../../e2e/open-lab.ts';
import type {HoldProcess} from './hold-process.ts';
import {drive, type HoldCall} from './phases.ts';

export type Stop = {
	readonly call: HoldCall;
	readonly when: 'before' | 'after';
	/** Whether a request held before it was applied is dropped when it is let go. */
	readonly drops: boolean;
};

/** @returns whether the call was reached; then the request is held until all faults are removed. */
export const reachCall = async (
	lab: OpenLab,
	{call, when, drops}: Stop,
	startHold: () => HoldProcess,
): Promise<{readonly hold: HoldProcess; readonly reached: boolean}> => {
	const arm = async () => {
		const scope = {operation: call.operation, skip: call.nth, count: 1};
		const wait = await add(lab, {kind: 'wait', when, ...scope});
		if (drops) await add(lab, {kind: 'reset', ...scope});
		return wait;
	};
	const {phase, since} = call;
	const isStart = phase === 'create' || phase === 'acquire';
	const early = isStart ? null : startHold();
	if (early !== null) await drive('acquire', {lab, hold: early});
	let wait = since === null ? await arm() : null;
	const anchor =
		since === null
			? null
			: await add(lab, {kind: 'wait', when: 'before', operation: since.operation, skip: since.nth, count: 1});
	const isThere = async (): Promise<boolean> => {
		if (anchor !== null && wait === null && (await isHolding(lab, anchor))) {
			wait = await arm();
			await lab.control('DELETE', `/faults/${anchor}`);
		}
		return wait !== null && (await isHolding(lab, wait));
	};
	const hold = early ?? startHold();
	await drive(phase, {lab, hold}, isThere);
	return {hold, reached: await isThere()};
};

/** Adds a fault rule; its id. */
export const add = async (lab: OpenLab, rule: object): Promise<string> =>
	((await lab.control('POST', '/faults', rule)) as {readonly id: string}).id;

export const isHolding = async (lab: OpenLab, id: string): Promise<boolean> => {
	const {faults} = (await lab.control('GET', '/faults')) as {
		readonly faults: readonly {readonly id: string; readonly holding: number}[];
	};
	return faults.some(fault => fault.id === id && fault.holding > 0);
};
