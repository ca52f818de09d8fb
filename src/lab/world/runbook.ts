/**
 * Runbooks as Systems Manager reads them (schema 0.3, JSON): parameters, steps, the role. Of the actions the lab plays
 * aws:sleep and aws:executeAwsApi; a document with anything else is refused when it is made, not when it runs.
 */
import {LabRefusal} from '../types.ts';

export type ParameterRule = {
	readonly type: 'String' | 'StringList';
	readonly default?: unknown;
	readonly allowedPattern?: string;
	readonly allowedValues?: readonly string[];
	readonly minItems?: number;
	readonly maxItems?: number;
};

export type StepPlan = {
	readonly name: string;
	readonly action: 'aws:sleep' | 'aws:executeAwsApi';
	readonly inputs: Readonly<Record<string, unknown>>;
	readonly maxAttempts: number;
	readonly timeoutSeconds: number | null;
	/** 'Abort' (the default), 'Continue' or 'step:NAME'. */
	readonly onFailure: string;
	readonly isCritical: boolean;
	readonly nextStep: string | null;
	readonly isEnd: boolean;
};

export type Runbook = {
	readonly parameters: ReadonlyMap<string, ParameterRule>;
	readonly steps: readonly StepPlan[];
	/** With `{{ Parameter }}` as it was written; null: as the caller. */
	readonly assumeRole: string | null;
};

type Json = Readonly<Record<string, unknown>>;

/** @throws {LabRefusal} InvalidDocumentContent or InvalidDocumentSchemaVersion. */
export const parseRunbook = (content: string): Runbook => {
	const body = parseJson(content);
	if (body['schemaVersion'] !== '0.3')
		throw new LabRefusal(
			'InvalidDocumentSchemaVersion',
			'The document schema version of an Automation runbook must be 0.3.',
		);
	const parameters = new Map(
		Object.entries(recordOf(body['parameters'] ?? {}, 'parameters')).map(([name, rule]) => [
			name,
			parameterOf(name, rule),
		]),
	);
	const given = body['mainSteps'];
	if (!Array.isArray(given) || given.length === 0) throw wrong('mainSteps must be a list of steps');
	const steps = given.map((step: unknown) => stepOf(step));
	checkReferences(steps);
	checkPlaceholders(content, parameters);
	const {assumeRole} = body;
	return {parameters, steps, assumeRole: typeof assumeRole === 'string' ? assumeRole : null};
};

const wrong = (why: string): LabRefusal =>
	new LabRefusal('InvalidDocumentContent', `The content for the document is not valid: ${why}.`);

const parseJson = (content: string): Json => {
	try {
		return recordOf(JSON.parse(content), 'the document');
	} catch (error) {
		if (error instanceof SyntaxError) throw wrong(`the lab reads JSON alone: ${error.message}`);
		throw error;
	}
};

const recordOf = (value: unknown, name: string): Json => {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
	throw wrong(`${name} must be an object`);
};

const parameterOf = (name: string, value: unknown): ParameterRule => {
	const rule = recordOf(value, `parameter ${name}`);
	if (rule['type'] !== 'String' && rule['type'] !== 'StringList')
		throw wrong(`the lab has no parameter type ${String(rule['type'])}`);
	if (typeof rule['allowedPattern'] === 'string') compiled(rule['allowedPattern']);
	return rule as unknown as ParameterRule;
};

const compiled = (pattern: string): RegExp => {
	try {
		return new RegExp(pattern);
	} catch (error) {
		throw wrong(error instanceof Error ? error.message : String(error));
	}
};

const stepOf = (value: unknown): StepPlan => {
	const step = recordOf(value, 'a step');
	const {name, action} = step;
	if (typeof name !== 'string' || !/^\w{3,128}$/.test(name)) throw wrong(`bad step name ${String(name)}`);
	if (action !== 'aws:sleep' && action !== 'aws:executeAwsApi')
		throw wrong(`the lab does not play the action ${String(action)}`);
	if ('onCancel' in step && step['onCancel'] !== 'Abort') throw wrong('the lab does not play onCancel');
	const onFailure = typeof step['onFailure'] === 'string' ? step['onFailure'] : 'Abort';
	return {
		name,
		action,
		inputs: recordOf(step['inputs'] ?? {}, `inputs of ${name}`),
		maxAttempts: Number(step['maxAttempts'] ?? 1),
		timeoutSeconds: step['timeoutSeconds'] === undefined ? null : Number(step['timeoutSeconds']),
		onFailure,
		// Where a failure lets the run continue, it counts as one only if the step says so.
		isCritical: step['isCritical'] === undefined ? onFailure !== 'Continue' : step['isCritical'] === true,
		nextStep: typeof step['nextStep'] === 'string' ? step['nextStep'] : null,
		isEnd: step['isEnd'] === true,
	};
};

/** Steps that are named exist, and none leads back: Automation rejects loops (aws-facts 3.1). */
const checkReferences = (steps: readonly StepPlan[]): void => {
	const order = new Map(steps.map(({name}, index) => [name, index]));
	if (order.size < steps.length) throw wrong('two steps have one name');
	for (const [index, {name, nextStep, onFailure}] of steps.entries())
		for (const target of [nextStep, onFailure.startsWith('step:') ? onFailure.slice(5) : null]) {
			if (target === null) continue;
			const at = order.get(target);
			if (at === undefined) throw wrong(`${name} leads to ${target}, which is no step`);
			if (at <= index) throw wrong(`${name} leads back to ${target}`);
		}
};

const checkPlaceholders = (content: string, parameters: ReadonlyMap<string, unknown>): void => {
	for (const [, name = ''] of content.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g))
		if (!parameters.has(name)) throw wrong(`{{ ${name} }} is no parameter`);
};

/**
 * What a run may be started with; the values are kept as given.
 * @throws {LabRefusal} InvalidAutomationExecutionParametersException.
 */
export const checkParameters = (
	{parameters}: Runbook,
	given: Readonly<Record<string, readonly string[]>>,
): void => {
	for (const name of Object.keys(given))
		if (!parameters.has(name)) throw badParameter(`${name} is not a parameter of the document`);
	for (const [name, rule] of parameters) {
		const values = Object.hasOwn(given, name) ? given[name] : undefined;
		if (values !== undefined) checkValues(name, rule, values);
		else if (rule.default === undefined) throw badParameter(`parameter ${name} has no value`);
	}
};

const checkValues = (name: string, rule: ParameterRule, values: readonly string[]): void => {
	if (rule.type === 'String' && values.length !== 1) throw badParameter(`parameter ${name} takes one value`);
	if (values.length < (rule.minItems ?? 0))
		throw badParameter(`parameter ${name} takes ${rule.minItems} items or more`);
	if (values.length > (rule.maxItems ?? Number.POSITIVE_INFINITY))
		throw badParameter(`parameter ${name} takes ${rule.maxItems} items or fewer`);
	for (const value of values) {
		if (rule.allowedPattern !== undefined && !new RegExp(`^(?:${rule.allowedPattern})$`).test(value))
			throw badParameter(`a value of parameter ${name} does not match ${rule.allowedPattern}`);
		if (rule.allowedValues !== undefined && !rule.allowedValues.includes(value))
			throw badParameter(`a value of parameter ${name} is not one of its allowed values`);
	}
};

const badParameter = (why: string): LabRefusal =>
	new LabRefusal(
		'InvalidAutomationExecutionParametersException',
		`The supplied parameters are wrong: ${why}.`,
	);

/** `{{ Name }}` alone becomes the parameter as it is, a list where it is one; inside a text its first value. */
export const substitute = (
	value: unknown,
	{parameters}: Runbook,
	given: Readonly<Record<string, readonly string[]>>,
): unknown => {
	const valuesOf = (name: string): readonly string[] => {
		const fallback = parameters.get(name)?.default;
		return given[name] ?? (Array.isArray(fallback) ? (fallback as string[]) : [String(fallback ?? '')]);
	};
	const fill = (item: unknown): unknown => {
		if (Array.isArray(item)) return item.map(fill);
		if (typeof item === 'object' && item !== null)
			return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, fill(inner)]));
		if (typeof item !== 'string') return item;
		const whole = /^\{\{\s*(\w+)\s*\}\}$/.exec(item)?.[1];
		if (whole !== undefined && parameters.get(whole)?.type === 'StringList') return valuesOf(whole);
		return item.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => valuesOf(name)[0] ?? '');
	};
	return fill(value);
};
