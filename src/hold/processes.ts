/** The nine scaling processes, the presets, and the letters they have in a hold's tag. */
import {isScalingProcess} from '../aws/process-names.ts';
import type {ScalingProcess} from '../aws/types.ts';
import type {Preset} from './types.ts';

/** In the order of every list we print. Source: autoscaling model, ScalingProcessQuery. */
export const scalingProcesses: readonly ScalingProcess[] = [
	'ReplaceUnhealthy',
	'HealthCheck',
	'Terminate',
	'AZRebalance',
	'AlarmNotification',
	'ScheduledActions',
	'InstanceRefresh',
	'Launch',
	'AddToLoadBalancer',
];

const freeze = scalingProcesses.slice(0, 7);

const presets: Readonly<Record<Preset, readonly ScalingProcess[]>> = {
	freeze,
	'no-replace': ['ReplaceUnhealthy', 'HealthCheck'],
	quiet: [...freeze, 'Launch'],
};

/** What a preset suspends in a group where nothing is suspended yet. */
export const presetProcesses = (preset: Preset): readonly ScalingProcess[] => presets[preset];

export {isScalingProcess};

/** Known names once each, in our order: two lists are equal when their texts are. */
export const inOrder = (names: readonly string[]): readonly ScalingProcess[] =>
	scalingProcesses.filter(process => names.includes(process));

/** Lists of nine at most: looking through them is quicker than a set. */
export const without = (
	names: readonly ScalingProcess[],
	...others: readonly (readonly string[])[]
): readonly ScalingProcess[] => names.filter(name => !others.some(other => other.includes(name)));

export const processLetters: Readonly<Record<ScalingProcess, string>> = {
	ReplaceUnhealthy: 'R',
	HealthCheck: 'H',
	Terminate: 'T',
	AZRebalance: 'Z',
	AlarmNotification: 'A',
	ScheduledActions: 'S',
	InstanceRefresh: 'I',
	Launch: 'L',
	AddToLoadBalancer: 'B',
};

/** Letters of known processes in our order; names we do not know have none. */
export const lettersOf = (names: readonly string[]): string =>
	inOrder(names)
		.map(process => processLetters[process])
		.join('');
