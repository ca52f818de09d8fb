/**
 * Lives of boxes on the lab's clock: launch, hook, service, health checks, marks, replacement, termination.
 * The rules are those of aws-facts 1.1 to 1.4: the Unhealthy mark sticks, ReplaceUnhealthy acts on marks, and
 * Terminate keeps InService boxes only.
 */
import type {Random, Range} from '../random.ts';
import type {LabMs} from '../types.ts';
import {
	abandoned,
	capacityGrowth,
	capacityShrink,
	type MarkCause,
	markText,
	replacement,
	at as sentence,
} from './causes.ts';
import {endOfMachineSeconds} from './machine-end.ts';
import {makeBox} from './make-box.ts';
import {type Activity, type Hook, isSuspended, type LabBox, type LabGroup} from './model.ts';
import {addActivity, endActivity, type Region} from './region.ts';

export type Lives = {
	/** Takes over a box that a scenario put into the middle of its life. */
	readonly adopt: (box: LabBox, random: Random, options?: {readonly hookEndsAt?: LabMs}) => void;
	/** Launches what is missing; with `shrink` also removes what is too much. */
	readonly reconcile: (group: LabGroup, why?: {readonly cause?: string; readonly shrink?: boolean}) => void;
	readonly mark: (box: LabBox, cause: MarkCause) => void;
	readonly completeHook: (box: LabBox, result: 'CONTINUE' | 'ABANDON') => void;
	readonly heartbeat: (box: LabBox) => void;
	/** The hook is gone: waits for it end first, with ABANDON for a launch and CONTINUE for a termination. */
	readonly withoutHook: (group: LabGroup, hookName: string) => void;
	readonly terminate: (box: LabBox, cause: string) => void;
	/** The machine is gone behind Auto Scaling's back: EC2 TerminateInstances, Spot, power cut. */
	readonly kill: (box: LabBox) => void;
	readonly enterService: (box: LabBox) => void;
};

export const createLives = (region: Region, appHealthy: (box: LabBox) => boolean): Lives => {
	const {clock} = region;
	/** What a box in Terminating:Wait does next. */
	const dying = new WeakMap<LabBox, (result: 'CONTINUE' | 'ABANDON') => void>();
	const after = (seconds: number, action: () => void): void => {
		clock.at(clock.now() + Math.round(seconds * 1000), action);
	};
	const randomOf = (box: LabBox, purpose: string): Random =>
		region.random.fork(`${purpose}/${box.instanceId}`);
	const draw = (box: LabBox, purpose: string, range: Range): number => randomOf(box, purpose).between(range);

	const launch = (group: LabGroup, cause: string): void => {
		const {box, random} = makeBox(region, {group, launchedAt: clock.now()});
		group.boxes.push(box);
		box.launchActivity = addActivity(region, group, {
			description: `Launching a new EC2 instance: ${box.instanceId}`,
			cause,
			status: 'PreInService',
			zone: box.zone,
			random,
		});
		box.launchActivity.progress = 30;
		adopt(box, random);
	};

	const adopt = (box: LabBox, random: Random, options: {readonly hookEndsAt?: LabMs} = {}): void => {
		const machineEnd = endOfMachineSeconds(box.recording);
		// Boxes play a little faster or slower than recorded, by up to 3 %.
		if (machineEnd !== null) clock.at(box.poweredOnAt + machineEnd * 1040, () => kill(box));
		if (box.lifecycle === 'InService') watchHealth(box);
		else if (box.lifecycle === 'Pending:Wait') waitForHook(box, options.hookEndsAt);
		else if (box.group !== null) startUp(box, random.between(box.group.behaviour.pending));
	};

	const startUp = (box: LabBox, pendingSeconds: number): void => {
		clock.at(Math.max(clock.now(), box.poweredOnAt), () => {
			if (box.ec2State === 'pending') box.ec2State = 'running';
		});
		after(pendingSeconds, () => {
			if (box.lifecycle === 'Pending') leavePending(box);
		});
	};

	const leavePending = (box: LabBox): void => {
		const hook = box.group?.hooks.find(({transition}) => transition.endsWith('LAUNCHING'));
		if (hook === undefined) {
			enterService(box);
			return;
		}
		startWait(region, box, hook, clock.now());
		waitForHook(box);
	};

	const waitForHook = (box: LabBox, endsAt?: LabMs): void => {
		const {wait} = box;
		if (wait === null) return;
		const {answer} = wait.hook;
		if (answer !== null) {
			const answerAt = endsAt ?? wait.startedAt + draw(box, 'hook', answer.after) * 1000;
			clock.at(answerAt, () => {
				if (box.wait === wait) completeHook(box, answer.result);
			});
		}
		watchTimeout(box);
	};

	const watchTimeout = (box: LabBox): void => {
		const {wait} = box;
		if (wait === null) return;
		clock.at(wait.deadline, () => {
			if (box.wait !== wait) return;
			if (clock.now() < wait.deadline) return watchTimeout(box);
			endWait(box, wait.hook.defaultResult, 'timeout');
		});
	};

	const heartbeat = (box: LabBox): void => {
		const {wait} = box;
		if (wait === null) return;
		wait.deadline = Math.min(wait.globalDeadline, clock.now() + wait.hook.heartbeatSeconds * 1000);
	};

	const completeHook = (box: LabBox, result: 'CONTINUE' | 'ABANDON'): void => endWait(box, result, 'ABANDON');

	const endWait = (box: LabBox, result: 'CONTINUE' | 'ABANDON', why: 'ABANDON' | 'timeout'): void => {
		const {wait, group} = box;
		if (wait === null || group === null) return;
		box.wait = null;
		region.deployments.end(box.instanceId, result, clock.now());
		if (box.lifecycle === 'Terminating:Wait') dying.get(box)?.(result);
		else if (result === 'CONTINUE') enterService(box);
		else abandonLaunch(box, abandoned(wait.token, why));
	};

	const withoutHook = (group: LabGroup, hookName: string): void => {
		for (const box of [...group.boxes]) {
			if (box.wait?.hook.name !== hookName) continue;
			endWait(box, box.lifecycle === 'Terminating:Wait' ? 'CONTINUE' : 'ABANDON', 'ABANDON');
		}
	};

	/** An abandoned launch is cancelled whatever is suspended (aws-facts 1.4), and has no activity of its own. */
	const abandonLaunch = (box: LabBox, message: string): void => {
		endActivity(box.launchActivity, clock.now(), 'Cancelled', message);
		box.lifecycle = 'Terminating';
		box.ec2State = 'shutting-down';
		after(draw(box, 'shutdown', [4, 12]), () => finish(box));
	};

	const enterService = (box: LabBox): void => {
		box.lifecycle = 'InService';
		box.ec2State = 'running';
		box.inServiceAt = clock.now();
		endActivity(box.launchActivity, clock.now(), 'Successful');
		watchHealth(box);
	};

	/** Auto Scaling looks at the load balancer's checks once grace is over, and from then on every interval. */
	const watchHealth = (box: LabBox): void => {
		const {group} = box;
		if (group === null || box.inServiceAt === null || !group.healthCheckTypes.includes('ELB')) return;
		const target = group.targetGroups[0];
		const interval = target?.intervalSeconds ?? 30;
		const threshold = target?.unhealthyThreshold ?? 2;
		const phase = draw(box, 'phase', [0, interval]);
		const first = box.inServiceAt + (group.graceSeconds + interval * threshold - phase) * 1000;
		const missed = Math.max(0, Math.ceil((clock.now() - first) / (interval * 1000)));
		clock.at(first + missed * interval * 1000, () => checkHealth(box, interval));
	};

	const checkHealth = (box: LabBox, interval: number): void => {
		const {group} = box;
		if (group === null || box.lifecycle !== 'InService') return;
		if (!isSuspended(group, 'HealthCheck') && !appHealthy(box)) mark(box, 'elb');
		else if (box.health === 'Unhealthy') replaceMarked(group);
		if (box.lifecycle === 'InService') after(interval, () => checkHealth(box, interval));
	};

	const mark = (box: LabBox, cause: MarkCause): void => {
		if (box.health === 'Healthy') {
			box.health = 'Unhealthy';
			box.markedBy = markText(cause);
		}
		if (box.group !== null) replaceMarked(box.group);
	};

	const replaceMarked = (group: LabGroup): void => {
		if (isSuspended(group, 'ReplaceUnhealthy')) return;
		for (const box of group.boxes) {
			if (box.health !== 'Unhealthy' || !canBeReplaced(group, box)) continue;
			terminate(box, sentence(clock.now(), box.markedBy ?? markText('elb')));
		}
	};

	const terminate = (box: LabBox, cause: string): void => {
		const {group} = box;
		if (group === null || box.lifecycle.startsWith('Terminat')) return;
		const random = randomOf(box, 'termination');
		if (box.lifecycle.startsWith('Pending')) endActivity(box.launchActivity, clock.now(), 'Cancelled');
		box.wait = null;
		box.lifecycle = 'Terminating';
		const activity = addActivity(region, group, {
			description: `Terminating EC2 instance: ${box.instanceId}`,
			cause,
			status: 'InProgress',
			zone: box.zone,
			random,
		});
		const hasTargets = group.targetGroups.length > 0 && box.ec2State === 'running';
		if (hasTargets) {
			activity.status = 'WaitingForELBConnectionDraining';
			activity.description += ' - Waiting For ELB Connection Draining.';
		}
		activity.progress = 50;
		const drain = hasTargets ? random.between(group.behaviour.drain) : random.between([2, 6]);
		const shutdown = random.between([3, 8]);
		const die = (): void => {
			if (box.ec2State !== 'terminated') box.ec2State = 'shutting-down';
			after(shutdown, () => {
				activity.description = `Terminating EC2 instance: ${box.instanceId}`;
				endActivity(activity, clock.now(), 'Successful');
				finish(box);
			});
		};
		after(drain, () => waitToDie(box, activity, die));
	};

	/** Out of the load balancer and still running: the termination hooks, one after the other. ABANDON skips the rest. */
	const waitToDie = (box: LabBox, activity: Activity, die: () => void): void => {
		const hooks = (box.group?.hooks ?? []).filter(({transition}) => transition.endsWith('TERMINATING'));
		const next = (index: number): void => {
			const hook = hooks[index];
			const isThere = hook !== undefined && (box.group?.hooks ?? []).some(({name}) => name === hook.name);
			if (!isThere || box.ec2State === 'terminated') {
				activity.status = 'InProgress';
				if (box.lifecycle !== 'Terminated') box.lifecycle = 'Terminating';
				die();
				return;
			}
			dying.set(box, result => next(result === 'ABANDON' ? hooks.length : index + 1));
			activity.description = `Terminating EC2 instance: ${box.instanceId}`;
			activity.status = 'MidLifecycleAction';
			startWait(region, box, hook, clock.now());
			waitForHook(box);
		};
		next(0);
	};

	const finish = (box: LabBox): void => {
		const {group} = box;
		if (box.lifecycle === 'Terminated') return;
		box.lifecycle = 'Terminated';
		endMachine(box);
		if (group === null) return;
		group.boxes.splice(group.boxes.indexOf(box), 1);
		const unhealthy = box.markedBy !== null;
		after(draw(box, 'relaunch', group.behaviour.relaunch), () =>
			reconcile(group, unhealthy ? {cause: replacement(clock.now())} : {}),
		);
	};

	const endMachine = (box: LabBox): void => {
		if (box.ec2State === 'terminated') return;
		box.ec2State = 'terminated';
		box.endedAt = clock.now();
		region.addresses.delete(box.privateIp);
		for (const listener of region.onTerminated) listener(box.instanceId);
		// EC2 forgets a terminated instance after about an hour; its console text is kept as long.
		after(3700, () => region.boxes.delete(box.instanceId));
	};

	const kill = (box: LabBox): void => {
		endMachine(box);
		const {group} = box;
		if (group === null || box.lifecycle.startsWith('Terminat')) return;
		// A machine that does not run is an immediate failure, grace or not, unless nobody checks.
		const notice = (): void => {
			if (box.lifecycle.startsWith('Terminat')) return;
			if (isSuspended(group, 'HealthCheck')) after(10, notice);
			else mark(box, 'ec2');
		};
		after(draw(box, 'notice', [2, 8]), notice);
	};

	const reconcile: Lives['reconcile'] = (group, why = {}) => {
		if (group.status !== null) return;
		const counted = group.boxes.filter(({lifecycle}) => lifecycle !== 'Standby');
		const missing = group.desired - counted.length;
		if (missing > 0 && !isSuspended(group, 'Launch'))
			for (let count = 0; count < missing; count += 1)
				launch(group, why.cause ?? capacityGrowth(clock.now(), counted.length, group.desired));
		if (missing < 0 && why.shrink === true && !isSuspended(group, 'Terminate'))
			shrink(group, -missing, why.cause);
	};

	const shrink = (group: LabGroup, surplus: number, cause: string | undefined): void => {
		const from = group.desired + surplus;
		const victims = group.boxes
			.filter(box => box.lifecycle === 'InService' && !box.protectedFromScaleIn)
			.sort((one, other) => one.launchedAt - other.launchedAt);
		for (const box of victims.slice(0, surplus)) {
			const {instanceId} = box;
			const text = capacityShrink(clock.now(), {from, to: group.desired, instanceId});
			terminate(box, cause === undefined ? text : `${cause}  ${text}`);
		}
	};

	region.onResumed.push((group, processes) => {
		const has = (name: string): boolean => processes.includes(name);
		if (has('ReplaceUnhealthy') || has('Terminate')) replaceMarked(group);
		if (has('Launch') || has('Terminate')) reconcile(group, {shrink: has('Terminate')});
	});

	return {adopt, reconcile, mark, completeHook, heartbeat, withoutHook, terminate, kill, enterService};
};

/** Terminate keeps InService boxes only; Standby boxes are not health checked. */
const canBeReplaced = (group: LabGroup, box: LabBox): boolean => {
	if (box.lifecycle.startsWith('Terminat') || box.lifecycle === 'Standby') return false;
	return box.lifecycle !== 'InService' || !isSuspended(group, 'Terminate');
};

/** Puts a box into the wait of the hook, Pending:Wait or Terminating:Wait, as of `startedAt`. */
export const startWait = (region: Region, box: LabBox, hook: Hook, startedAt: LabMs): void => {
	const isLaunch = hook.transition.endsWith('LAUNCHING');
	box.lifecycle = isLaunch ? 'Pending:Wait' : 'Terminating:Wait';
	if (isLaunch && box.poweredOnAt <= region.clock.now()) box.ec2State = 'running';
	box.wait = {
		hook,
		token: region.random
			.fork(isLaunch ? `token/${box.instanceId}` : `token/${hook.name}/${box.instanceId}`)
			.uuid(),
		startedAt,
		deadline: startedAt + hook.heartbeatSeconds * 1000,
		globalDeadline: startedAt + Math.min(172_800, hook.heartbeatSeconds * 100) * 1000,
	};
	if (!isLaunch) return;
	region.deployments.begin(box, hook, startedAt);
	if (box.launchActivity !== null) {
		box.launchActivity.status = 'MidLifecycleAction';
		box.launchActivity.progress = 50;
	}
};
