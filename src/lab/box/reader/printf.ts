/** printf of POSIX sh: `%s %b %c %d %i %u %x %o %%` with flags and widths; the format is repeated while arguments last. */
export const printf = ([format = '', ...args]: readonly string[]): Buffer => {
	const rest = [...args];
	const parts: string[] = [];
	do {
		parts.push(once(format, rest, args.length));
	} while (rest.length > 0 && /%[^%]/.test(format) && parts.length < 100_000);
	return Buffer.from(parts.join(''), 'latin1');
};

/** Everything as Latin-1, so that `\377` is one byte. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

const once = (format: string, rest: string[], given: number): string =>
	bytes(format).replace(
		/\\(?:[0-7]{1,3}|[abfnrtv\\"'])|%(-?0?)(\d{0,4})(?:\.(\d{1,4}))?([sbcdiuxo%])/g,
		(
			found: string,
			flags: string,
			width: string,
			precision: string | undefined,
			kind: string | undefined,
		) => {
			if (kind === undefined) return unescaped(found);
			if (kind === '%') return '%';
			const argument = rest.shift() ?? (given === 0 || 'diuxo'.includes(kind) ? '' : '');
			const text = converted(kind, argument, precision);
			const fill = flags.includes('0') && kind !== 's' ? '0' : ' ';
			return flags.startsWith('-') ? text.padEnd(Number(width)) : text.padStart(Number(width), fill);
		},
	);

const converted = (kind: string, argument: string, precision: string | undefined): string => {
	if (kind === 'b') return bytes(argument).replace(/\\(?:0?[0-7]{1,3}|[abfnrtv\\])/g, unescaped);
	if (kind === 'c') return bytes(argument).slice(0, 1);
	if (kind === 's')
		return precision === undefined ? bytes(argument) : bytes(argument).slice(0, Number(precision));
	const number = Math.trunc(Number(argument) || 0);
	return kind === 'x' ? number.toString(16) : kind === 'o' ? number.toString(8) : String(number);
};

const letters: Readonly<Record<string, string>> = {
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'\\': '\\',
	'"': '"',
	"'": "'",
};

const unescaped = (sequence: string): string => {
	const body = sequence.slice(1);
	return /^[0-7]+$/.test(body)
		? String.fromCharCode(Number.parseInt(body, 8) & 255)
		: (letters[body] ?? sequence);
};
