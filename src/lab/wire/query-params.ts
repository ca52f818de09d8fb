/**
 * Parameters of the query protocols. `Filters.member.1.Values.member.2=x` (awsQuery) and `Filter.1.Value.2=x`
 * (ec2Query) become trees; JSON bodies are the same tree with arrays where lists were.
 */
export type Params = {readonly [name: string]: ParamValue};
export type ParamValue = string | number | boolean | null | Params | readonly ParamValue[];

/** Keys that would reach an object's prototype are ordinary here: the tree has none. */
export const parseQuery = (body: string): Params => {
	const tree = emptyTree();
	for (const [path, value] of new URLSearchParams(body)) insert(tree, path.split('.').slice(0, 12), value);
	return tree;
};

type Tree = {[name: string]: string | Tree};
const emptyTree = (): Tree => Object.create(null) as Tree;

const insert = (tree: Tree, path: readonly string[], value: string): void => {
	let node = tree;
	for (const step of path.slice(0, -1)) {
		const child = node[step];
		const next = typeof child === 'object' ? child : emptyTree();
		node[step] = next;
		node = next;
	}
	const last = path.at(-1);
	if (last !== undefined) node[last] = value;
};

const isTree = (value: ParamValue | undefined): value is Params =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (params: Params, name: string): string | undefined => {
	const value = params[name];
	if (typeof value === 'string') return value;
	return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

export const number = (params: Params, name: string): number | undefined => {
	const value = text(params, name);
	return value === undefined || value === '' ? undefined : Number(value);
};

export const flag = (params: Params, name: string): boolean | undefined => {
	const value = text(params, name);
	return value === undefined ? undefined : value === 'true';
};

/** A list of words; undefined when the parameter is absent, empty when it is there without members (`Name=`). */
export const texts = (params: Params, name: string): readonly string[] | undefined => {
	const value = members(params, name);
	return value?.map(item => (typeof item === 'string' ? item : String(item)));
};

/** A list of structures. */
export const trees = (params: Params, name: string): readonly Params[] | undefined =>
	members(params, name)?.filter(isTree);

const members = (params: Params, name: string): readonly ParamValue[] | undefined => {
	const value = params[name];
	if (value === undefined || value === null) return undefined;
	if (Array.isArray(value)) return value as readonly ParamValue[];
	if (!isTree(value)) return value === '' ? [] : [value];
	const list = isTree(value['member']) ? value['member'] : value;
	return Object.keys(list)
		.filter(key => /^\d+$/.test(key))
		.sort((one, other) => Number(one) - Number(other))
		.map(key => list[key] ?? '');
};

/** The same tree with lists as arrays and without the protocol's own words, for people and tests to read. */
export const readable = (value: ParamValue): unknown => {
	if (Array.isArray(value)) return (value as readonly ParamValue[]).map(item => readable(item));
	if (!isTree(value)) return value;
	const keys = Object.keys(value);
	if (keys.length === 1 && keys[0] === 'member') return readable(value['member'] ?? '');
	if (keys.length > 0 && keys.every(key => /^\d+$/.test(key)))
		return keys.sort((one, other) => Number(one) - Number(other)).map(key => readable(value[key] ?? ''));
	return Object.fromEntries(
		keys.filter(key => key !== 'Action' && key !== 'Version').map(key => [key, readable(value[key] ?? '')]),
	);
};
