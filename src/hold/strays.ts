/** Gives a stray suspension back by hand: only what is still the suspension that was looked at, and read back. */
import type {Aws, Group, ScalingProcess} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import type {DeedResult, StrayRequest} from './care-types.ts';
import {isScalingProcess} from './processes.ts';

type StrayOptions = {readonly aws: Pick<Aws, 'release'>; readonly processClock: ProcessClock};

export const resumeStrays = async (
	{group, strays}: StrayRequest,
	{aws, processClock}: StrayOptions,
): Promise<DeedResult> => {
	const seen = await readGroup(aws, group);
	const same = processesStill(seen, strays);
	if (same.length === 0)
		return {done: false, says: 'it is not the suspension that was shown any more: look again', next: []};
	try {
		await aws.release.resume(group, same);
	} catch (error) {
		if (!(error instanceof UnflapError)) throw error;
		return {done: false, says: error.message, next: error.next};
	}
	for (const ms of [500, 1500, 3000]) {
		await processClock.sleep(ms);
		if (processesStill(await readGroup(aws, group), strays).length === 0)
			return {done: true, says: `resumed ${same.join(', ')}, and AWS says so`, next: []};
	}
	return {done: false, says: 'AWS took the call, but still shows it suspended', next: []};
};

const readGroup = async (aws: StrayOptions['aws'], name: string): Promise<Group | null> =>
	(await aws.release.groups({names: [name]})).find(one => one.name === name) ?? null;

/** Suspended with the very reason that was shown; never an empty list, never a name that is no process. */
const processesStill = (group: Group | null, strays: StrayRequest['strays']): readonly ScalingProcess[] =>
	strays
		.filter(stray =>
			group?.suspended.some(({process, reason}) => process === stray.process && reason === stray.reason),
		)
		.map(({process}) => process)
		.filter(isScalingProcess);
