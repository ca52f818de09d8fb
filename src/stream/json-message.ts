/** A log line that is a JSON object, opened: what it says, how loud, and its other fields. */
import type {Hostile} from '../base/text.ts';

export type JsonMessage = {
	/** What most loggers call `message` or `msg`; empty where there is none. */
	readonly text: Hostile;
	/** 'error', 'WARN', '50', as the program wrote it; empty where there is none. */
	readonly level: Hostile;
	/** All other fields in their order; nested ones as `a.b`, lists as JSON. */
	readonly fields: readonly {readonly name: Hostile; readonly value: Hostile}[];
	/** Fields beyond those that are shown. */
	readonly more: number;
};

const longest = 64 * 1024;
const mostFields = 40;
const deepest = 4;
const textNames = ['message', 'msg', '@message', 'event'];
const levelNames = ['level', 'severity', 'lvl', 'log.level', 'levelname'];

/** Null for everything that is no JSON object of at most 64 KiB. */
export const openJson = (message: Hostile): JsonMessage | null => {
	const trimmed = message.trim();
	if (!trimmed.startsWith('{') || !trimmed.endsWith('}') || trimmed.length > longest) return null;
	const value = parsed(trimmed);
	if (value === null) return null;
	const all = flatten(value, '', 1);
	const text = all.find(({name}) => textNames.includes(name));
	const level = all.find(({name}) => levelNames.includes(name));
	const rest = all.filter(field => field !== text && field !== level);
	return {
		text: text?.value ?? '',
		level: level?.value ?? '',
		fields: rest.slice(0, mostFields),
		more: Math.max(0, rest.length - mostFields),
	};
};

const parsed = (text: string): Readonly<Record<string, unknown>> | null => {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : null;
	} catch (error) {
		// A line in braces need not be JSON: it stays the line that it is.
		if (error instanceof SyntaxError) return null;
		throw error;
	}
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const flatten = (
	value: Readonly<Record<string, unknown>>,
	before: string,
	depth: number,
): readonly {readonly name: Hostile; readonly value: Hostile}[] =>
	Object.entries(value).flatMap(([key, one]) => {
		const name = `${before}${key}`;
		if (isObject(one) && depth < deepest && Object.keys(one).length > 0)
			return flatten(one, `${name}.`, depth + 1);
		return [{name, value: typeof one === 'string' ? one : JSON.stringify(one)}];
	});
