/** Puts a call that changes something into the region's trail, as CloudTrail would: names in camel case, and who it was. */
import {mutatingOperations} from '../services/index.ts';
import {callerArn} from '../services/service.ts';
import type {LabRefusal} from '../types.ts';
import type {Region} from '../world/region.ts';
import {type Params, readable} from './query-params.ts';

export type RecordedCall = {
	readonly service: string;
	readonly operation: string;
	readonly params: Params;
	/** Access key id, or the ARN of a role. */
	readonly caller: string;
	readonly group: string | null;
	readonly box: string | null;
	/** A service that called in somebody's name. */
	readonly invokedBy: string | null;
};

export const recordCall = (
	region: Region,
	{service, operation, params, caller, group, box, invokedBy}: RecordedCall,
	refusal: LabRefusal | null,
): void => {
	if (!mutatingOperations.has(operation)) return;
	const userArn = caller.startsWith('arn:') ? caller : callerArn(region, caller);
	region.trail.add({
		name: operation,
		source: `${service}.amazonaws.com`,
		userArn,
		userName: userArn.split('/').at(-1) ?? userArn,
		invokedBy,
		keyId: caller.startsWith('arn:') ? null : caller,
		request: camel(readable(params)) as Readonly<Record<string, unknown>>,
		response: null,
		error: refusal === null ? null : {code: refusal.code, message: refusal.message},
		resources: [
			...(group === null ? [] : [{type: 'AWS::AutoScaling::AutoScalingGroup', name: group}]),
			...(box === null ? [] : [{type: 'AWS::EC2::Instance', name: box}]),
		],
	});
};

const camel = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(camel);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, part]) => [name.charAt(0).toLowerCase() + name.slice(1), camel(part)]),
	);
};
