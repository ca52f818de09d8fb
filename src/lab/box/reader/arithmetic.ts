/** `$((…))`: integers, names, parentheses, the usual operators. No assignment. */
import {Refusal} from './script.ts';

const levels: readonly (readonly string[])[] = [
	['||'],
	['&&'],
	['==', '!='],
	['<=', '>=', '<', '>'],
	['+', '-'],
	['*', '/', '%'],
];

export const arithmetic = (text: string, variables: ReadonlyMap<string, string>): number => {
	const tokens = text.match(/\d+|\$?[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/%<>()!]|\S/g) ?? [];
	let at = 0;
	const value = (): number => {
		const token = tokens[at++];
		if (token === '(') {
			const inner = level(0);
			if (tokens[at++] !== ')') throw wrong(text);
			return inner;
		}
		if (token === '-') return -value();
		if (token === '+') return value();
		if (token === '!') return value() === 0 ? 1 : 0;
		if (token !== undefined && /^\d+$/.test(token)) return Number(token);
		if (token !== undefined && /^\$?[A-Za-z_]\w*$/.test(token))
			return integer(variables.get(token.replace('$', '')) ?? '0');
		throw wrong(text);
	};
	const level = (depth: number): number => {
		const operators = levels[depth];
		if (operators === undefined) return value();
		let left = level(depth + 1);
		while (operators.includes(tokens[at] ?? '')) {
			const operator = tokens[at++] ?? '';
			left = apply(operator, left, level(depth + 1));
		}
		return left;
	};
	if (tokens.length > 200) throw wrong(text);
	const result = level(0);
	if (at < tokens.length) throw wrong(text);
	return result;
};

const integer = (text: string): number => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : 0);

const apply = (operator: string, left: number, right: number): number => {
	switch (operator) {
		case '+':
			return left + right;
		case '-':
			return left - right;
		case '*':
			return left * right;
		case '/':
		case '%':
			if (right === 0) throw new Refusal('division by zero');
			return operator === '/' ? Math.trunc(left / right) : left % right;
		case '||':
			return left !== 0 || right !== 0 ? 1 : 0;
		case '&&':
			return left !== 0 && right !== 0 ? 1 : 0;
		default:
			return compare(operator, left, right) ? 1 : 0;
	}
};

const compare = (operator: string, left: number, right: number): boolean =>
	operator === '=='
		? left === right
		: operator === '!='
			? left !== right
			: operator === '<'
				? left < right
				: operator === '>'
					? left > right
					: operator === '<='
						? left <= right
						: left >= right;

const wrong = (text: string) => new Refusal(`$((${text.slice(0, 40)})) is not for this lab box`);
