/** Small records of ours in the state folder: read back strictly, field by field, and nothing else. */
import type {HoldPlace} from './ledger-entry.ts';

export type Check = (value: unknown) => boolean;

export type RecordFields<T> = Readonly<Record<keyof T & string, Check>>;

/** Null for anything that is not exactly a record: JSON, these fields, no other. */
export const parseRecord = <T extends object>(text: string, fields: RecordFields<T>): T | null => {
	const value = parseJson(text);
	const checks = Object.entries<Check>(fields);
	if (!isRecord(value) || Object.keys(value).length !== checks.length) return null;
	return checks.every(([name, check]) => check(value[name])) ? (value as T) : null;
};

const parseJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText =
	(pattern: RegExp): Check =>
	value =>
		typeof value === 'string' && pattern.test(value);

export const isPlace: Check = value =>
	isRecord(value) &&
	Object.keys(value).length === 4 &&
	isText(/^\d{12}$/)(value['account']) &&
	isText(/^[a-z-]{3,20}$/)(value['partition']) &&
	isText(/^[a-z0-9-]{3,40}$/)(value['region']) &&
	(value['endpoint'] === null || isText(/^.{1,300}$/su)(value['endpoint']));

export const isGroupName = isText(/^.{1,255}$/su);
/** With the group's UUID: a group made again under the same name is another one. */
export const isGroupArn = isText(/^arn:[\w:*/.-]{1,200}.{0,300}$/su);

export const isMoment: Check = value =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 8e15;

export const isMachine: Check = value =>
	isRecord(value) &&
	Object.keys(value).length === 3 &&
	['host', 'bootId', 'pidNamespace'].every(name => isText(/^.{0,200}$/su)(value[name]));

export const isProcess: Check = value =>
	isRecord(value) &&
	Object.keys(value).length === 2 &&
	Number.isSafeInteger(value['pid']) &&
	isText(/^.{1,100}$/su)(value['startTime']);

export const samePlace = (a: HoldPlace, b: HoldPlace): boolean =>
	a.account === b.account &&
	a.partition === b.partition &&
	a.region === b.region &&
	a.endpoint === b.endpoint;
