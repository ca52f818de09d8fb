/**
 * The calls that runs of runbooks make: with the rights of whoever started the run, or of its role, logged as the
 * run's own, and met by the fault rules of that caller.
 */
import type {Faults, TakenFault} from '../faults/engine.ts';
import type {PastFacts} from '../faults/past-facts.ts';
import {mutatingOperations, services} from '../services/index.ts';
import {type Call, callerArn} from '../services/service.ts';
import {type Boxes, type LabClock, LabRefusal} from '../types.ts';
import type {Run, RunApi} from '../world/automation-runs.ts';
import type {Lives} from '../world/lives.ts';
import type {Region} from '../world/region.ts';
import {
	asRefusal,
	type Faulted,
	Lost,
	lateSeconds,
	loseAnswer,
	needsTime,
	refuse,
	waitAfter,
	waitBefore,
} from './apply-faults.ts';
import {readable} from './query-params.ts';
import {recordCall} from './record-call.ts';
import type {LoggedRequest, RequestLog} from './request-log.ts';
import {subjectOf} from './subject.ts';

export type InnerCallParts = {
	readonly clock: LabClock;
	readonly log: RequestLog;
	readonly faults: Faults;
	readonly boxes: Boxes;
	readonly pastFacts: PastFacts;
	readonly knownKeys: readonly string[];
};

/** What the lab's runbooks may call; Automation knows every API, the lab those that a fuse needs. */
const played = new Set(['ResumeProcesses', 'SuspendProcesses', 'DeleteTags', 'CreateOrUpdateTags']);

export const createInnerCalls =
	(parts: InnerCallParts, world: {readonly region: Region; readonly lives: Lives}): RunApi =>
	(run, {service: serviceName, api, inputs}) => {
		const service = services.get(serviceName);
		const operation = api.includes('_') ? pascal(api) : api;
		if (service === undefined || serviceName !== 'autoscaling' || !played.has(operation))
			throw new LabRefusal('ValidationError', `the lab's runbooks do not call ${serviceName}:${operation}`);
		const caller = run.role ?? run.caller;
		const subject = {...subjectOf(inputs as Call['params'], world.region), operation, caller};
		const taken = parts.faults.take({...subject, via: 'automation'});
		const logged = parts.log.add({
			at: new Date(parts.clock.now()).toISOString(),
			service: serviceName,
			operation,
			mutating: mutatingOperations.has(operation),
			params: readable(inputs as Call['params']),
			caller: `automation:${run.id}`,
			region: world.region.name,
			group: subject.group,
			box: subject.box,
			attempt: 1,
		});
		const request: Faulted = {
			serviceName,
			service,
			operation,
			principal: run.role ?? callerArn(world.region, run.caller),
			isChange: true,
			faults: taken,
		};
		const call = callOf(parts, world, {run, caller, inputs, taken});
		const make = () => {
			service.operations[operation]?.(call);
			const params = inputs as Call['params'];
			const whose = {...subject, service: serviceName, operation, params, invokedBy: 'ssm.amazonaws.com'};
			recordCall(world.region, whose, null);
		};
		return apply({request, logged, clock: parts.clock, make});
	};

type Application = {
	readonly request: Faulted;
	readonly logged: LoggedRequest;
	readonly clock: LabClock;
	readonly make: () => unknown;
};

/** At once where no fault makes it wait, so that a stepped clock applies it at its own moment. */
const apply = ({request, logged, clock, make}: Application): Promise<void> | undefined => {
	const {faults} = request;
	const settled = <Result>(deed: () => Result): Result => {
		try {
			return deed();
		} catch (error) {
			throw noted(request, logged, error);
		}
	};
	const applied = (): void =>
		settled(() => {
			refuse(request);
			const seconds = lateSeconds(faults);
			if (seconds !== null) {
				clock.at(clock.now() + seconds * 1000, () => {
					try {
						make();
						logged.applied = true;
					} catch (error) {
						noted(request, logged, error);
					}
				});
				throw new Lost();
			}
			make();
			logged.applied = true;
		});
	const answered = (): void =>
		settled(() => {
			loseAnswer(faults);
			logged.status = 200;
		});
	if (needsTime(faults))
		return waitBefore(faults)
			.then(applied)
			.then(() => waitAfter(faults))
			.then(answered);
	applied();
	answered();
	return undefined;
};

/** As boto3 would say it in the step's failure message. */
const noted = ({operation}: Faulted, logged: LoggedRequest, error: unknown): Error => {
	if (error instanceof Lost) return new Error('Connection was closed before we received a valid response.');
	const refusal = asRefusal(error);
	logged.error = refusal.code;
	logged.status = refusal.status;
	return new Error(
		`An error occurred (${refusal.code}) when calling the ${operation} operation: ${refusal.message}`,
	);
};

const callOf = (
	{boxes, faults, pastFacts, knownKeys}: InnerCallParts,
	world: {readonly region: Region; readonly lives: Lives},
	{
		caller,
		inputs,
		taken,
	}: {
		readonly run: Run;
		readonly caller: string;
		readonly inputs: Readonly<Record<string, unknown>>;
		readonly taken: readonly TakenFault[];
	},
): Call => ({
	params: inputs as Call['params'],
	...world,
	boxes,
	callerKeyId: caller,
	streamBase: '',
	facts: group => pastFacts(group, stalenessOf(taken)),
	agentAway: faults.agentAway,
	sessions: [],
	isDenied: (operation, asked = {}) => faults.denies({operation, caller, ...asked}),
	knownKeys,
});

/** How old reads are under these faults, in seconds. */
export const stalenessOf = (
	taken: readonly TakenFault[],
): {readonly processes: number; readonly tags: number} => {
	const most = (part: 'processes' | 'tags'): number =>
		Math.max(
			0,
			...taken.map(({rule}) =>
				rule.kind === 'stale' && (rule.only === undefined || rule.only === part) ? rule.seconds : 0,
			),
		);
	return {processes: most('processes'), tags: most('tags')};
};

/** boto3 also takes `resume_processes`. */
const pascal = (api: string): string =>
	api
		.split('_')
		.map(word => word.charAt(0).toUpperCase() + word.slice(1))
		.join('');
