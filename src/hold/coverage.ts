/** Which boxes a hold protects, and why not the others (aws-facts.md 1.1: Terminate covers InService boxes only). */
import type {GroupInstance, ScalingProcess} from '../aws/types.ts';

export type Coverage = {
	readonly covered: readonly string[];
	readonly notCovered: readonly {readonly instanceId: string; readonly why: string}[];
};

export const coverageOf = (
	instances: readonly GroupInstance[],
	suspended: readonly (ScalingProcess | string)[],
): Coverage => {
	const judged = instances.map(instance => ({
		instanceId: instance.instanceId,
		why: reasonAgainst(instance, new Set(suspended)),
	}));
	return {
		covered: judged.filter(({why}) => why === null).map(({instanceId}) => instanceId),
		notCovered: judged.flatMap(({instanceId, why}) => (why === null ? [] : [{instanceId, why}])),
	};
};

const reasonAgainst = ({lifecycleState, healthStatus}: GroupInstance, suspended: ReadonlySet<string>) => {
	if (lifecycleState === 'InService') {
		const safe = suspended.has('Terminate') || suspended.has('ReplaceUnhealthy');
		return safe || healthStatus !== 'Unhealthy' ? null : 'marked Unhealthy, and its replacement goes on';
	}
	if (lifecycleState === 'Pending:Wait') return 'Pending:Wait: only its launch hook keeps it';
	if (lifecycleState.startsWith('Pending')) return `${lifecycleState}: not in service yet`;
	if (lifecycleState.startsWith('Terminating')) return `${lifecycleState}: it is going already`;
	return `${lifecycleState}: outside of what a suspension covers`;
};
