/** A change in words: whom it is about, the AWS CLI line that does the same, and what takes it back. */
import {pasteableLine} from '../base/quote.ts';
import type {Hostile} from '../base/text.ts';
import {
	cliLine,
	deleteHookLine,
	deleteTagLine,
	option,
	resumeLine,
	stopAutomationLine,
	suspendLine,
	tagWord,
} from './cli-line.ts';
import {probeName} from './process-names.ts';
import type {AwsFacts, LoggedCall} from './types.ts';

export type Described = Pick<LoggedCall, 'group' | 'detail' | 'cliLine' | 'undo'>;

type Change = {readonly operation: string; readonly input: unknown; readonly output: unknown};

export const describeChange = ({operation, input, output}: Change, facts: AwsFacts): Described =>
	describers[operation]?.(asRecord(input), facts, asRecord(output)) ?? {
		group: null,
		detail: '',
		cliLine: null,
		undo: null,
	};

type Fields = Readonly<Record<string, unknown>>;
type Describer = (input: Fields, facts: AwsFacts, output: Fields) => Described;

const describers: Readonly<Record<string, Describer>> = {
	SuspendProcesses: (input, facts) => {
		const {group, processes} = processesOf(input);
		return {
			group,
			detail: processes.join(' '),
			cliLine: suspendLine(group, processes, facts),
			undo: resumeLine(group, processes, facts),
		};
	},
	ResumeProcesses: (input, facts) => {
		const {group, processes} = processesOf(input);
		const line = resumeLine(group, processes, facts);
		if (processes.includes(probeName))
			return {
				group,
				detail: 'asks for the right to resume, names no process',
				cliLine: line,
				undo: 'nothing was changed',
			};
		const again = group.startsWith('-') ? null : pasteableLine(['unflap', 'hold', group]);
		return {group, detail: processes.join(' '), cliLine: line, undo: again};
	},
	CreateOrUpdateTags: (input, facts) => {
		const {group, key, value} = tagOf(input);
		return {
			group,
			detail: `${key} ${value}`,
			cliLine: cliLine(['autoscaling', 'create-or-update-tags', '--tags', tagWord(group, key, value)], facts),
			undo: deleteTagLine(group, key, facts),
		};
	},
	DeleteTags: (input, facts) => {
		const {group, key} = tagOf(input);
		return {
			group,
			detail: key,
			cliLine: deleteTagLine(group, key, facts),
			undo: 'only a new hold writes such a tag',
		};
	},
	SetInstanceHealth: (input, facts) => {
		const instanceId = text(input['InstanceId']);
		const words = ['set-instance-health', ...option('instance-id', instanceId), '--health-status', 'Healthy'];
		return {
			group: null,
			detail: `${instanceId} Healthy`,
			cliLine: cliLine(['autoscaling', ...words], facts),
			undo: 'none: marked Unhealthy again, the box would be replaced',
		};
	},
	EnterStandby: (input, facts) => {
		const {group, instanceId, words} = boxOf(input);
		const line = ['enter-standby', ...words, '--no-should-decrement-desired-capacity'];
		return {
			group,
			detail: `${instanceId} into Standby, desired capacity as it is`,
			cliLine: cliLine(['autoscaling', ...line], facts),
			undo: cliLine(['autoscaling', 'exit-standby', ...words], facts),
		};
	},
	ExitStandby: (input, facts) => {
		const {group, instanceId, words} = boxOf(input);
		const back = ['enter-standby', ...words, '--no-should-decrement-desired-capacity'];
		return {
			group,
			detail: `${instanceId} back into service`,
			cliLine: cliLine(['autoscaling', 'exit-standby', ...words], facts),
			undo: cliLine(['autoscaling', ...back], facts),
		};
	},
	DetachInstances: (input, facts) => {
		const {group, instanceId, words} = boxOf(input);
		const line = ['detach-instances', ...words, '--no-should-decrement-desired-capacity'];
		return {
			group,
			detail: `${instanceId} out of the group, desired capacity as it is`,
			cliLine: cliLine(['autoscaling', ...line], facts),
			undo: cliLine(['autoscaling', 'attach-instances', ...words], facts),
		};
	},
	RecordLifecycleActionHeartbeat: (input, facts) => {
		const {group, hook, instanceId, words} = hookOf(input);
		return {
			group,
			detail: `${instanceId} waits on for ${hook}`,
			cliLine: cliLine(['autoscaling', 'record-lifecycle-action-heartbeat', ...words], facts),
			undo: 'none needed: without another heartbeat the hook runs out by itself',
		};
	},
	CompleteLifecycleAction: (input, facts) => {
		const {group, hook, instanceId, words} = hookOf(input);
		const result = text(input['LifecycleActionResult']);
		const line = ['complete-lifecycle-action', ...words, '--lifecycle-action-result', result];
		return {
			group,
			detail: `${instanceId} ${result} for ${hook}`,
			cliLine: cliLine(['autoscaling', ...line], facts),
			undo: 'none: a hook that has been answered stays answered',
		};
	},
	PutLifecycleHook: (input, facts) => {
		const {group, hook, words} = groupHookOf(input);
		const seconds = String(input['HeartbeatTimeout']);
		const transition = text(input['LifecycleTransition']);
		const result = text(input['DefaultResult']);
		const settings = [
			...['--lifecycle-transition', transition, '--heartbeat-timeout', seconds],
			...['--default-result', result],
		];
		return {
			group,
			detail: `${hook} on ${transition}: ${seconds} s, then ${result}`,
			cliLine: cliLine(['autoscaling', 'put-lifecycle-hook', ...words, ...settings], facts),
			undo: deleteHookLine(group, hook, facts),
		};
	},
	DeleteLifecycleHook: (input, facts) => {
		const {group, hook} = groupHookOf(input);
		return {
			group,
			detail: `${hook}: boxes that wait for it go on dying`,
			cliLine: deleteHookLine(group, hook, facts),
			undo: 'none needed: it was a hook of ours, for a post-mortem',
		};
	},
	CreateDocument: (input, facts) => {
		const name = text(input['Name']);
		const typed = ['--document-type', 'Automation', '--document-format', 'JSON'];
		const words = [...option('name', name), ...typed, '--content', inOneLine(text(input['Content']))];
		return {
			group: null,
			detail: name,
			cliLine: cliLine(['ssm', 'create-document', ...words], facts),
			undo: cliLine(['ssm', 'delete-document', ...option('name', name)], facts),
		};
	},
	StartAutomationExecution: (input, facts, output) => {
		const parameters = asRecord(input['Parameters']);
		const document = text(input['DocumentName']);
		const version = text(input['DocumentVersion']);
		// Without the token: the line is to start a run of its own, not to be told of this one.
		const words = [
			...option('document-name', document),
			...option('document-version', version),
			...option('parameters', JSON.stringify(parameters)),
		];
		const execution = text(output['AutomationExecutionId']);
		return {
			group: firstOf(parameters['AutoScalingGroupName']),
			detail: `${document} version ${version}${execution === '' ? '' : ` as ${execution}`}`,
			cliLine: cliLine(['ssm', 'start-automation-execution', ...words], facts),
			undo: execution === '' ? 'the run is not known yet' : stopAutomationLine(execution, facts),
		};
	},
	StopAutomationExecution: (input, facts) => {
		const execution = text(input['AutomationExecutionId']);
		return {
			group: null,
			detail: execution,
			cliLine: stopAutomationLine(execution, facts),
			undo: 'none: a stopped run stays stopped; a hold arms a new one',
		};
	},
};

const processesOf = (input: Fields) => ({
	group: text(input['AutoScalingGroupName']),
	processes: Array.isArray(input['ScalingProcesses']) ? input['ScalingProcesses'].map(text) : [],
});

const boxOf = (input: Fields) => {
	const group = text(input['AutoScalingGroupName']);
	const instanceId = firstOf(input['InstanceIds']) ?? '';
	const words = ['--instance-ids', instanceId, ...option('auto-scaling-group-name', group)];
	return {group, instanceId, words};
};

const hookOf = (input: Fields) => {
	const {group, hook, words} = groupHookOf(input);
	const instanceId = text(input['InstanceId']);
	return {group, hook, instanceId, words: [...words, ...option('instance-id', instanceId)]};
};

const groupHookOf = (input: Fields) => {
	const group = text(input['AutoScalingGroupName']);
	const hook = text(input['LifecycleHookName']);
	const words = [...option('lifecycle-hook-name', hook), ...option('auto-scaling-group-name', group)];
	return {group, hook, words};
};

const tagOf = (input: Fields) => {
	const tag = asRecord(Array.isArray(input['Tags']) ? input['Tags'][0] : undefined);
	return {group: text(tag['ResourceId']), key: text(tag['Key']), value: text(tag['Value'])};
};

/** The same document without line breaks, which nobody should paste. */
const inOneLine = (json: string) => {
	try {
		return JSON.stringify(JSON.parse(json));
	} catch (error) {
		if (error instanceof SyntaxError) return json;
		throw error;
	}
};

const firstOf = (value: unknown): Hostile | null => {
	const first: unknown = Array.isArray(value) ? value[0] : undefined;
	return typeof first === 'string' ? first : null;
};

const text = (value: unknown): Hostile => (typeof value === 'string' ? value : '');
const asRecord = (value: unknown): Fields =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
