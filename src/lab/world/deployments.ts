/**
 * Deployments of CodeDeploy. One is made for each box that waits in CodeDeploy's launch hook, and goes as that wait
 * goes; what its last script says is taken from the boot that the box plays.
 */
import type {Random} from '../random.ts';
import type {LabClock, LabMs, RecordedEntry, Recording} from '../types.ts';
import type {Hook, LabBox, LabGroup} from './model.ts';

export type LabDeployment = {
	readonly id: string;
	readonly groupName: string;
	/** CodeDeploy's own names. */
	readonly application: string;
	readonly deploymentGroup: string;
	readonly creator: 'user' | 'autoscaling';
	readonly createdAt: LabMs;
	readonly key: string;
	/** null: of no box, as of one that was done long ago. */
	readonly target: {readonly instanceId: string; readonly recording: Recording} | null;
	end: {readonly at: LabMs; readonly result: 'Succeeded' | 'Failed'} | null;
};

export type Deployments = {
	readonly begin: (box: LabBox, hook: Hook, at: LabMs) => LabDeployment | null;
	readonly end: (instanceId: string, result: 'CONTINUE' | 'ABANDON', at: LabMs) => void;
	/** A person's, which went well. */
	readonly byHand: (group: LabGroup, at: LabMs) => LabDeployment | null;
	/** Newest first. */
	readonly all: () => readonly LabDeployment[];
};

const hookName = /^CodeDeploy-managed-automatic-launch-deployment-hook-(.+)-[0-9a-f-]{36}$/;
const kept = 2000;

/** The deployment group that put the hook there; null for a hook of somebody else. */
export const deploymentGroupOf = ({hooks}: LabGroup): string | null =>
	hooks.map(({name}) => hookName.exec(name)?.[1]).find(name => name !== undefined) ?? null;

export const createDeployments = (clock: LabClock, random: Random): Deployments => {
	let deployments: LabDeployment[] = [];
	const add = (made: Omit<LabDeployment, 'id'>): LabDeployment => {
		const deployment = {...made, id: `d-${random.hex(9).toUpperCase()}`};
		deployments.push(deployment);
		if (deployments.length > kept * 1.25) deployments = deployments.slice(-kept);
		return deployment;
	};
	const of = (group: LabGroup, deploymentGroup: string, at: LabMs) => ({
		groupName: group.name,
		application: `${group.name}-app`,
		deploymentGroup,
		createdAt: at,
		key: `releases/${group.name}-${group.template.version}.zip`,
	});
	return {
		begin: (box, hook, at) => {
			const name = hookName.exec(hook.name)?.[1];
			if (name === undefined || box.group === null) return null;
			const target = {instanceId: box.instanceId, recording: box.recording};
			return add({...of(box.group, name, at), creator: 'autoscaling', target, end: null});
		},
		end: (instanceId, result, at) => {
			const found = deployments.findLast(
				({target, end}) => target?.instanceId === instanceId && end === null,
			);
			if (found !== undefined) found.end = {at, result: result === 'CONTINUE' ? 'Succeeded' : 'Failed'};
		},
		byHand: (group, at) => {
			const name = deploymentGroupOf(group);
			if (name === null) return null;
			return add({
				...of(group, name, at),
				creator: 'user',
				target: null,
				end: {at: at + 48_000, result: 'Succeeded'},
			});
		},
		all: () =>
			deployments
				.filter(({createdAt}) => createdAt <= clock.now())
				.toSorted((one, other) => other.createdAt - one.createdAt),
	};
};

export type LifecycleEvent = {
	readonly name: string;
	readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';
	readonly startedAt: LabMs | null;
	readonly endedAt: LabMs | null;
	readonly diagnostics: {
		readonly errorCode: string;
		readonly scriptName: string;
		readonly message: string;
		readonly logTail: string;
	} | null;
};

/** Seconds after the deployment began at which each event ends; the last one goes on until the deployment's end. */
const steps = [
	['ApplicationStop', 2],
	['DownloadBundle', 9],
	['BeforeInstall', 11],
	['Install', 14],
	['AfterInstall', 17],
	['ApplicationStart', 21],
	['ValidateService', Number.POSITIVE_INFINITY],
] as const;

const script = 'scripts/validate_service.sh';

/** As they stand now, or stood at the deployment's end. */
export const lifecycleEvents = (
	{createdAt, end, target}: LabDeployment,
	now: LabMs,
): readonly LifecycleEvent[] => {
	const until = Math.min(now, end?.at ?? now);
	return steps.map(([name, seconds], index): LifecycleEvent => {
		const startedAt = createdAt + (steps[index - 1]?.[1] ?? 0) * 1000;
		const endedAt = Math.min(createdAt + seconds * 1000, end?.at ?? Number.POSITIVE_INFINITY);
		if (until < startedAt)
			return {name, status: 'Pending', startedAt: null, endedAt: null, diagnostics: null};
		if (until < endedAt) return {name, status: 'InProgress', startedAt, endedAt: null, diagnostics: null};
		const isLast = index === steps.length - 1;
		if (!isLast || end?.result !== 'Failed')
			return {name, status: 'Succeeded', startedAt, endedAt, diagnostics: null};
		const logTail = target === null ? '' : logTailOf(target.recording, (endedAt - createdAt) / 1000);
		return {
			name,
			status: 'Failed',
			startedAt,
			endedAt,
			diagnostics: {
				errorCode: 'ScriptFailed',
				scriptName: script,
				message: `Script at specified location: ${script} run as user root failed with exit code 1`,
				logTail,
			},
		};
	});
};

const quoted = 6;

/** What the script saw of the boot: the last words of the unit that failed first, and that the app is not active. */
const logTailOf = ({entries, chain}: Recording, seconds: number): string => {
	const failed = entries.find(({fields}) => fields['UNIT_RESULT'] !== undefined)?.fields['UNIT'];
	const unit = typeof failed === 'string' ? failed : (chain[0] ?? '');
	const words = entries.filter(entry => entry.fields['_SYSTEMD_UNIT'] === unit).slice(-quoted);
	return [
		'LifecycleEvent - ValidateService',
		`Script - ${script}`,
		`[stdout]waiting up to ${Math.round(seconds)}s for ${chain.at(-1) ?? 'the app'}`,
		`[stdout]$ journalctl -b -u ${unit} -n ${quoted} -o cat`,
		...words.map(entry => `[stdout]${messageOf(entry)}`),
		`[stderr]${chain.at(-1) ?? 'the app'} is inactive, giving up`,
		'',
	]
		.join('\n')
		.slice(-4096);
};

const messageOf = ({fields}: RecordedEntry): string => {
	const message = fields['MESSAGE'];
	return typeof message === 'string' ? message : '';
};
