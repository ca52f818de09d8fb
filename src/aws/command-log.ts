/** The command log `@`: every change unflap sends, with the AWS CLI line that does the same, and its undo. */
import type {AwsClock} from '../base/clock.ts';
import type {Hostile} from '../base/text.ts';
import {cliLine, resumeLine, suspendLine} from './cli-line.ts';
import {createFeed} from './feed.ts';
import {probeName} from './process-names.ts';
import type {AwsFacts, Feed, LoggedCall} from './types.ts';

export type CommandLog = Feed<LoggedCall> & {
	/** Returns what settles the row. */
	readonly start: (operation: string, input: unknown) => (outcome: LoggedCall['outcome']) => void;
};

type Described = Pick<LoggedCall, 'group' | 'detail' | 'cliLine' | 'undo'>;

export const createCommandLog = (clock: AwsClock, facts: AwsFacts): CommandLog => {
	const feed = createFeed<LoggedCall>();
	return {
		...feed,
		start: (operation, input) => {
			const sent: LoggedCall = {
				at: clock.now(),
				operation,
				...describeChange(operation, asRecord(input), facts),
				outcome: {state: 'sent'},
			};
			let row = sent;
			feed.replace([...feed.entries(), sent]);
			return outcome => {
				const settled = {...row, outcome};
				feed.replace(feed.entries().map(entry => (entry === row ? settled : entry)));
				row = settled;
			};
		},
	};
};

const describeChange = (operation: string, input: Input, facts: AwsFacts): Described =>
	describers[operation]?.(input, facts) ?? {group: null, detail: '', cliLine: null, undo: null};

type Input = Readonly<Record<string, unknown>>;

const describers: Readonly<Record<string, (input: Input, facts: AwsFacts) => Described>> = {
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
		const isProbe = processes.includes(probeName);
		return {
			group,
			detail: isProbe ? 'asks for the right to resume, names no process' : processes.join(' '),
			cliLine: resumeLine(group, processes, facts),
			undo: null,
		};
	},
	CreateOrUpdateTags: (input, facts) => {
		const {group, key, value} = tagOf(input);
		return {
			group,
			detail: `${key} ${value}`,
			cliLine: cliLine(['autoscaling', 'create-or-update-tags', '--tags', tagWord(group, key, value)], facts),
			undo: cliLine(['autoscaling', 'delete-tags', '--tags', tagWord(group, key)], facts),
		};
	},
	DeleteTags: (input, facts) => {
		const {group, key} = tagOf(input);
		return {
			group,
			detail: key,
			cliLine: cliLine(['autoscaling', 'delete-tags', '--tags', tagWord(group, key)], facts),
			undo: null,
		};
	},
	SetInstanceHealth: (input, facts) => {
		const instanceId = text(input['InstanceId']);
		const words = [
			'autoscaling',
			'set-instance-health',
			'--instance-id',
			instanceId,
			'--health-status',
			'Healthy',
		];
		return {group: null, detail: `${instanceId} Healthy`, cliLine: cliLine(words, facts), undo: null};
	},
};

const processesOf = (input: Input) => ({
	group: text(input['AutoScalingGroupName']),
	processes: Array.isArray(input['ScalingProcesses']) ? input['ScalingProcesses'].map(text) : [],
});

const tagOf = (input: Input) => {
	const tag = asRecord(Array.isArray(input['Tags']) ? input['Tags'][0] : undefined);
	return {group: text(tag['ResourceId']), key: text(tag['Key']), value: text(tag['Value'])};
};

/** JSON, since the CLI's shorthand has no way to write a comma inside a value. */
const tagWord = (group: string, key: string, value?: string) =>
	JSON.stringify([
		{
			ResourceId: group,
			ResourceType: 'auto-scaling-group',
			Key: key,
			...(value === undefined ? {} : {Value: value, PropagateAtLaunch: false}),
		},
	]);

const text = (value: unknown): Hostile => (typeof value === 'string' ? value : '');
const asRecord = (value: unknown): Input =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
