/**
 * A small evaluator of IAM policies, for tests: explicit deny, then allow, with the condition operators unflap's own
 * policies use. Throws on an operator it does not know, so that no condition passes unread.
 */
export type Ask = {
	readonly action: string;
	readonly resource?: string;
	/** Keys in lower case, as IAM compares them. */
	readonly context?: Readonly<Record<string, string | readonly string[]>>;
	/** The calling service, for trust policies. */
	readonly service?: string;
};

type Values = string | readonly string[];

export type PolicyStatement = {
	readonly Effect: string;
	readonly Action: Values;
	readonly Resource?: Values;
	readonly Principal?: {readonly Service?: Values};
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
};

export type Policy = {readonly Statement: readonly PolicyStatement[]};

export const isAllowed = (policies: readonly Policy[], ask: Ask): boolean => {
	const matching = policies.flatMap(({Statement}) => Statement).filter(statement => matches(statement, ask));
	return matching.some(({Effect}) => Effect === 'Allow') && !matching.some(({Effect}) => Effect === 'Deny');
};

const matches = (statement: PolicyStatement, ask: Ask): boolean =>
	listOf(statement.Action).some(pattern => like(pattern.toLowerCase(), ask.action.toLowerCase())) &&
	(statement.Resource === undefined ||
		listOf(statement.Resource).some(pattern => like(pattern, ask.resource ?? '*'))) &&
	(statement.Principal === undefined ||
		listOf(statement.Principal.Service ?? []).includes(ask.service ?? '')) &&
	Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
		Object.entries(keys).every(([key, wanted]) =>
			holds(operator, listOf(wanted), ask.context?.[key.toLowerCase()]),
		),
	);

const holds = (operator: string, wanted: readonly string[], found: Values | undefined): boolean => {
	const values = found === undefined ? [] : listOf(found);
	switch (operator) {
		case 'StringEquals':
			return values.some(value => wanted.includes(value));
		case 'StringLike':
		case 'ArnLike':
			return values.some(value => wanted.some(pattern => like(pattern, value)));
		case 'ForAllValues:StringLike':
			// True for an absent key, as in IAM: a Null beside it closes that.
			return values.every(value => wanted.some(pattern => like(pattern, value)));
		case 'BoolIfExists':
			return found === undefined || values.some(value => wanted.includes(value));
		case 'Null':
			return wanted.includes(String(found === undefined));
		default:
			throw new Error(`The evaluator does not know ${operator}`);
	}
};

/** `*` is any text, `?` one character. */
export const like = (pattern: string, text: string): boolean =>
	new RegExp(
		`^${pattern
			.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
			.replaceAll('*', '.*')
			.replaceAll('?', '.')}$`,
		's',
	).test(text);

const listOf = (value: Values): readonly string[] => (typeof value === 'string' ? [value] : value);
