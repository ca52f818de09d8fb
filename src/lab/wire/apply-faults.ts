/** What the fault rules that were taken for a request do to it: before it is applied, instead of it, and after it. */
import type {TakenFault} from '../faults/engine.ts';
import {accessDenied} from '../services/access.ts';
import type {Service} from '../services/service.ts';
import {LabRefusal} from '../types.ts';

/** The connection was cut on purpose: nothing is answered. */
export class Lost extends Error {
	override readonly name = 'Lost';
	constructor() {
		super('the answer was lost');
	}
}

/** A request as its faults see it. */
export type Faulted = {
	/** Signing name. */
	readonly serviceName: string;
	readonly service: Service;
	readonly operation: string;
	/** The caller's ARN. */
	readonly principal: string;
	/** Whether the operation changes something: a contention burst hits these alone. */
	readonly isChange: boolean;
	readonly faults: readonly TakenFault[];
};

/** Delays, and waits until told to go on. */
export const waitBefore = async (faults: readonly TakenFault[]): Promise<void> => {
	for (const {rule, held} of faults) {
		if (rule.kind === 'delay') await pause(rule.ms);
		if (rule.kind === 'wait' && rule.when === 'before') await held();
	}
};

export const needsTime = (faults: readonly TakenFault[]): boolean =>
	faults.some(({rule}) => rule.kind === 'delay' || rule.kind === 'wait');

/** @throws {Lost | LabRefusal} */
export const refuse = (request: Faulted): void => {
	const {service, serviceName, operation, principal, faults} = request;
	for (const {rule} of faults) {
		if (rule.kind === 'reset' || (rule.kind === 'lose' && rule.when === 'before')) throw new Lost();
		if (rule.kind === 'throttle') throw throttled(service);
		if (rule.kind === 'expired-token') throw expired(serviceName);
		if (rule.kind === 'deny') throw accessDenied(serviceName, {operation, principal});
		if (rule.kind === 'contention' && serviceName === 'autoscaling' && request.isChange)
			throw new LabRefusal(
				'ResourceContention',
				'You already have a pending update to an Amazon EC2 Auto Scaling resource (for example, an Auto Scaling group, instance, or load balancer).',
				500,
			);
		if (rule.kind === 'error') throw new LabRefusal(rule.code, rule.message, rule.status);
	}
};

/** Seconds after which the change is applied although its caller has long lost the connection; null: at once. */
export const lateSeconds = (faults: readonly TakenFault[]): number | null =>
	faults.flatMap(({rule}) => (rule.kind === 'late' ? [rule.seconds] : []))[0] ?? null;

export const waitAfter = async (faults: readonly TakenFault[]): Promise<void> => {
	for (const {rule, held} of faults) if (rule.kind === 'wait' && rule.when === 'after') await held();
};

/** @throws {Lost} */
export const loseAnswer = (faults: readonly TakenFault[]): void => {
	if (faults.some(({rule}) => rule.kind === 'lose' && rule.when === 'after')) throw new Lost();
};

export const throttled = ({throttle}: Service): LabRefusal =>
	new LabRefusal(throttle.code, throttle.message, throttle.status);

const expired = (service: string): LabRefusal =>
	service === 'ssm' || service === 'kms'
		? new LabRefusal('ExpiredTokenException', 'The security token included in the request is expired', 400)
		: service === 'ec2'
			? new LabRefusal('RequestExpired', 'Request has expired.', 400)
			: new LabRefusal('ExpiredToken', 'The security token included in the request is expired', 403);

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

export const asRefusal = (error: unknown): LabRefusal =>
	error instanceof LabRefusal
		? error
		: new LabRefusal(
				'InternalFailure',
				`the lab failed: ${error instanceof Error ? error.message : String(error)}`,
				500,
			);
