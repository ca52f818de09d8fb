/** The nine names SuspendProcesses and ResumeProcesses take. Source: autoscaling model, ScalingProcessQuery. */
import type {ScalingProcess} from './types.ts';

const names: Readonly<Record<ScalingProcess, true>> = {
	Launch: true,
	Terminate: true,
	AddToLoadBalancer: true,
	AlarmNotification: true,
	AZRebalance: true,
	HealthCheck: true,
	InstanceRefresh: true,
	ReplaceUnhealthy: true,
	ScheduledActions: true,
};

export const isScalingProcess = (name: string): name is ScalingProcess => Object.hasOwn(names, name);

/** A name that is no process: AWS refuses it with ValidationError to those who may resume. */
export const probeName = 'UnflapPreflight';
