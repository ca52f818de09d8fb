/** From the lab's options to a scenario: by name, by folder, or by size. */
import {isAbsolute} from 'node:path';
import type {Recording} from '../types.ts';
import {defaultScenario} from './default.ts';
import {edgesScenario} from './edges.ts';
import {grownScenario} from './grown.ts';
import type {Scenario} from './plan.ts';
import {recordedScenario} from './recorded.ts';

export type Choice = {
	/** The folder of a recording that is not in the package. */
	readonly directory?: string;
	/** @throws {Error} when no such recording is known. */
	readonly plans: (recordings: ReadonlyMap<string, Recording>, loaded?: Recording) => Scenario;
};

export const chooseScenario = (options: {
	readonly scenario?: string;
	readonly groups?: number;
	readonly instances?: number;
}): Choice => {
	const {scenario = 'default', groups, instances = 3} = options;
	if (groups !== undefined) return {plans: () => grownScenario({groups, instances})};
	if (scenario === 'default') return {plans: () => defaultScenario};
	if (scenario === 'edges') return {plans: recordings => edgesScenario(recordings)};
	if (isAbsolute(scenario) || scenario.includes('/'))
		return {
			directory: scenario,
			plans: (recordings, loaded) => recordedScenario(loaded ?? named(recordings, scenario)),
		};
	return {plans: recordings => recordedScenario(named(recordings, scenario))};
};

const named = (recordings: ReadonlyMap<string, Recording>, name: string): Recording => {
	const recording = recordings.get(name);
	if (recording !== undefined) return recording;
	const known = ['default', 'edges', ...recordings.keys()].sort().join(', ');
	throw new Error(`no scenario "${name}"; there are ${known}, or the folder of a recording`);
};
