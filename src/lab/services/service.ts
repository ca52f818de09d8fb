/** What an operation of a simulated service gets, and what the services share. */

import {type Boxes, LabRefusal} from '../types.ts';
import type {Protocol} from '../wire/protocol.ts';
import {number, type Params, text} from '../wire/query-params.ts';
import type {Lives} from '../world/lives.ts';
import type {LabBox, LabGroup, Tag} from '../world/model.ts';
import type {Region} from '../world/region.ts';

export type GroupFacts = {
	readonly suspended: ReadonlyMap<string, string>;
	readonly tags: ReadonlyMap<string, Tag>;
};

export type Call = {
	readonly params: Params;
	readonly region: Region;
	readonly lives: Lives;
	readonly boxes: Boxes;
	readonly callerKeyId: string;
	/** Like ws://127.0.0.1:PORT, as the caller reaches the lab. */
	readonly streamBase: string;
	/** Processes and tags as a read sees them: now, or as of some seconds ago under a fault. */
	readonly facts: (group: LabGroup) => GroupFacts;
	readonly agentAway: (instanceId: string) => boolean;
	readonly sessions: SessionRecord[];
	/** Whether a fault rule denies the operation to this caller now, or to the caller with that key. */
	readonly isDenied: (
		operation: string,
		asked?: {readonly caller?: string; readonly group?: string},
	) => boolean;
	/** Access key ids that the lab knows. */
	readonly knownKeys: readonly string[];
};

export type SessionRecord = {
	readonly sessionId: string;
	readonly target: string;
	readonly documentName: string;
	readonly owner: string;
	readonly reason: string | null;
	readonly startedAt: number;
	endedAt: number | null;
};

/** Answers the call or throws a LabRefusal; `undefined` is an answer without a result. */
export type Operation = (call: Call) => unknown;

export type Service = {
	readonly protocol: Protocol;
	readonly operations: Readonly<Record<string, Operation>>;
	readonly throttle: {readonly code: string; readonly status: number; readonly message: string};
	readonly unknownAction: (operation: string) => LabRefusal;
};

export const validationError = (message: string): LabRefusal => new LabRefusal('ValidationError', message);

/** The page of `items` that the call asks for, and the token of the next one. */
export const page = <T>(
	items: readonly T[],
	params: Params,
	limits: {readonly name: string; readonly fallback: number; readonly most: number; readonly least?: number},
): {readonly items: readonly T[]; readonly nextToken: string | undefined} => {
	const size = pageSize(params, limits);
	const start = offsetOf(text(params, 'NextToken'));
	const end = start + size;
	return {
		items: items.slice(start, end),
		nextToken: end < items.length ? Buffer.from(`unflap-lab:${end}`).toString('base64') : undefined,
	};
};

const pageSize = (
	params: Params,
	{name, fallback, most, least = 1}: {name: string; fallback: number; most: number; least?: number},
): number => {
	const size = number(params, name);
	if (size === undefined) return fallback;
	if (Number.isInteger(size) && size >= least && size <= most) return size;
	const bound = size > most ? `less than or equal to ${most}` : `greater than or equal to ${least}`;
	const member = name.charAt(0).toLowerCase() + name.slice(1);
	throw validationError(
		`1 validation error detected: Value '${size}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
	);
};

const offsetOf = (token: string | undefined): number => {
	if (token === undefined || token === '') return 0;
	const offset = /^unflap-lab:(\d{1,9})$/.exec(Buffer.from(token, 'base64').toString('latin1'))?.[1];
	if (offset === undefined) throw new LabRefusal('InvalidNextToken', 'The token is not valid.');
	return Number(offset);
};

export const requiredText = (params: Params, name: string): string => {
	const value = text(params, name);
	if (value !== undefined && value !== '') return value;
	const member = name.charAt(0).toLowerCase() + name.slice(1);
	throw validationError(
		`1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
	);
};

export const groupNamed = ({region, params}: Pick<Call, 'region' | 'params'>): LabGroup => {
	const name = requiredText(params, 'AutoScalingGroupName');
	const group = region.groups.get(name);
	if (group === undefined) throw validationError(`AutoScalingGroup name not found - ${name}`);
	return group;
};

/** A box that belongs to some group. */
export const groupedBox = (region: Region, instanceId: string): LabBox & {group: LabGroup} => {
	const box = region.boxes.get(instanceId);
	if (box?.group == null || !box.group.boxes.includes(box))
		throw validationError(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
	return box as LabBox & {group: LabGroup};
};

/** Whose key it is; the name is made from the key alone, so that two callers can be told apart. */
export const callerArn = ({accountId}: Pick<Region, 'accountId'>, keyId: string): string =>
	`arn:aws:iam::${accountId}:user/lab-${keyId.slice(-4).toLowerCase()}`;
