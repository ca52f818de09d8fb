/** `[ … ]`: texts, integers, and whether one of the box's few files is there. */
export const isTrue = (args: readonly string[], isFile: (path: string) => boolean): boolean => {
	const or = args.indexOf('-o');
	if (or > 0) return isTrue(args.slice(0, or), isFile) || isTrue(args.slice(or + 1), isFile);
	const and = args.indexOf('-a');
	if (and > 0) return isTrue(args.slice(0, and), isFile) && isTrue(args.slice(and + 1), isFile);
	if (args[0] === '!') return !isTrue(args.slice(1), isFile);
	const [first = '', second = '', third = ''] = args;
	switch (args.length) {
		case 0:
			return false;
		case 1:
			return first !== '';
		case 2:
			return unary(first, second, isFile);
		case 3:
			return binary(first, second, third);
		default:
			throw new Error('too many arguments');
	}
};

const unary = (operator: string, value: string, isFile: (path: string) => boolean): boolean => {
	switch (operator) {
		case '-n':
			return value !== '';
		case '-z':
			return value === '';
		case '-e':
		case '-f':
		case '-r':
		case '-s':
			return isFile(value);
		case '-d':
		case '-w':
		case '-x':
		case '-L':
		case '-h':
			return false;
		default:
			throw new Error(`${operator}: unexpected operator`);
	}
};

const binary = (left: string, operator: string, right: string): boolean => {
	switch (operator) {
		case '=':
			return left === right;
		case '!=':
			return left !== right;
		case '-eq':
			return integer(left) === integer(right);
		case '-ne':
			return integer(left) !== integer(right);
		case '-lt':
			return integer(left) < integer(right);
		case '-le':
			return integer(left) <= integer(right);
		case '-gt':
			return integer(left) > integer(right);
		case '-ge':
			return integer(left) >= integer(right);
		default:
			throw new Error(`${operator}: unexpected operator`);
	}
};

const integer = (text: string): number => {
	if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error(`Illegal number: ${text}`);
	return Number(text);
};
