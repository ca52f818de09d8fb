/** The usual filters, on pipes of this process alone. Options beyond these are refused. */
import {createGzip, gunzipSync} from 'node:zlib';
import type {PlayedBox} from '../played-box.ts';
import {toPattern} from './parse-sed.ts';
import {readAll, readLines} from './pipe.ts';
import {Refusal} from './script.ts';
import {sed} from './sed.ts';
import type {Program, ProgramCall} from './shell.ts';
import {virtualFiles} from './virtual-files.ts';

const refused = (program: string, what: string) => new Refusal(`${program}: ${what}: not on this lab box`);

const gzip: Program = async ({args, input, output}) => {
	const flags = args.join('').replace(/-/g, '');
	if (!/^[cdkf1-9]*$/.test(flags)) throw refused('gzip', args.join(' '));
	if (flags.includes('d')) {
		await output.write(gunzipSync(await readAll(input), {maxOutputLength: 64 * 1024 * 1024}));
		return 0;
	}
	const packer = createGzip({level: Number(/[1-9]/.exec(flags)?.[0] ?? 6)});
	const reading = (async () => {
		for await (const chunk of packer as AsyncIterable<Buffer>) await output.write(chunk);
	})();
	// It is awaited below; until then its failure must not count as nobody's.
	reading.catch(() => packer.destroy());
	for (let chunk = await input.read(); chunk !== null; chunk = await input.read())
		if (!packer.write(chunk))
			await Promise.race([reading, new Promise(resolve => packer.once('drain', resolve))]);
	packer.end();
	await reading;
	return 0;
};

/** 76 characters a line, as everywhere. */
const base64: Program = async ({args, input, output}) => {
	if (args.length === 1 && args[0] === '-d') {
		await output.write(Buffer.from((await readAll(input)).toString('latin1'), 'base64'));
		return 0;
	}
	if (args.length > 0) throw refused('base64', args.join(' '));
	let rest: Buffer = Buffer.alloc(0);
	const lineBytes = 57;
	for (let chunk = await input.read(); chunk !== null; chunk = await input.read()) {
		const bytes = Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % lineBytes);
		const lines: string[] = [];
		for (let at = 0; at < whole; at += lineBytes)
			lines.push(`${bytes.toString('base64', at, at + lineBytes)}\n`);
		await output.write(lines.join(''));
		rest = bytes.subarray(whole);
	}
	if (rest.length > 0) await output.write(`${rest.toString('base64')}\n`);
	return 0;
};

const count = (program: string, args: readonly string[]): number => {
	const text = args.join(' ');
	const number = text === '' ? '10' : /^-(?:n ?|c ?)?(\d+)$/.exec(text)?.[1];
	if (number === undefined) throw refused(program, text);
	return Number(number);
};

const head: Program = async ({args, input, output}) => {
	let left = count('head', args);
	const isBytes = (args[0] ?? '').startsWith('-c');
	if (isBytes) {
		for (let chunk = await input.read(); chunk !== null && left > 0; chunk = await input.read()) {
			await output.write(chunk.subarray(0, left));
			left -= chunk.length;
			if (left <= 0) break;
		}
	} else if (left > 0)
		for await (const {line, ended} of readLines(input)) {
			await output.write(Buffer.concat([line, Buffer.from(ended ? '\n' : '')]));
			left -= 1;
			if (left === 0) break;
		}
	input.leave();
	return 0;
};

const tail: Program = async ({args, input, output}) => {
	const most = count('tail', args);
	const lines: Buffer[] = [];
	for await (const {line} of readLines(input)) {
		lines.push(Buffer.from(line));
		if (lines.length > most) lines.shift();
	}
	for (const line of lines) await output.write(Buffer.concat([line, Buffer.from('\n')]));
	return 0;
};

const wc: Program = async ({args, input, output}) => {
	const text = await readAll(input);
	const counts: Readonly<Record<string, number>> = {
		l: text.toString('latin1').split('\n').length - 1,
		w: text.toString('latin1').split(/\s+/).filter(Boolean).length,
		c: text.length,
	};
	const wanted = args.join('').replace(/-/g, '') || 'lwc';
	if (!/^[lwc]+$/.test(wanted)) throw refused('wc', args.join(' '));
	await output.write(`${[...wanted].map(letter => counts[letter]).join(' ')}\n`);
	return 0;
};

const grep: Program = async ({args, input, output}) => {
	const flags = args.filter(arg => /^-[qcviEFn]+$/.test(arg)).join('');
	const [pattern, ...more] = args.filter(arg => !/^-[qcviEFne]+$/.test(arg));
	if (pattern === undefined || more.length > 0 || args.some(arg => /^-[^qcviEFne]/.test(arg)))
		throw refused('grep', args.join(' '));
	const source = flags.includes('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern;
	const regexp = toPattern(
		source,
		flags.includes('E') || flags.includes('F'),
		flags.includes('i') ? 'i' : '',
	);
	let found = 0;
	let number = 0;
	for await (const {line} of readLines(input)) {
		number += 1;
		if (regexp.test(line.toString('utf8')) === flags.includes('v')) continue;
		found += 1;
		if (flags.includes('q')) break;
		const prefix = flags.includes('n') ? `${number}:` : '';
		if (!flags.includes('c'))
			await output.write(Buffer.concat([Buffer.from(prefix), line, Buffer.from('\n')]));
	}
	if (flags.includes('q')) input.leave();
	else if (flags.includes('c')) await output.write(`${found}\n`);
	return found > 0 ? 0 : 1;
};

const tr: Program = async ({args, input, output}) => {
	const isDeleting = args[0] === '-d';
	const [from = '', to = ''] = (isDeleting ? args.slice(1) : args).map(letters);
	if (from === '' || (!isDeleting && to === '')) throw refused('tr', args.join(' '));
	for (let chunk = await input.read(); chunk !== null; chunk = await input.read()) {
		const text = [...chunk.toString('latin1')].map(letter => {
			const at = from.indexOf(letter);
			return at < 0 ? letter : isDeleting ? '' : (to[Math.min(at, to.length - 1)] ?? '');
		});
		await output.write(Buffer.from(text.join(''), 'latin1'));
	}
	return 0;
};

const letters = (set: string): string =>
	set
		.replaceAll('\\n', '\n')
		.replaceAll('\\0', '\0')
		.replace(/(.)-(.)/g, (_found, first: string, last: string) =>
			Array.from({length: Math.max(0, last.charCodeAt(0) - first.charCodeAt(0) + 1)}, (_, index) =>
				String.fromCharCode(first.charCodeAt(0) + index),
			).join(''),
		);

const sort: Program = async ({args, input, output}) => {
	const flags = args.join('').replace(/-/g, '');
	if (!/^[urn]*$/.test(flags)) throw refused('sort', args.join(' '));
	const lines = (await readAll(input)).toString('latin1').split('\n');
	if (lines.at(-1) === '') lines.pop();
	lines.sort(
		flags.includes('n') ? (one, other) => Number.parseFloat(one) - Number.parseFloat(other) : undefined,
	);
	if (flags.includes('r')) lines.reverse();
	const kept = flags.includes('u') ? [...new Set(lines)] : lines;
	await output.write(Buffer.from(kept.map(line => `${line}\n`).join(''), 'latin1'));
	return 0;
};

const seq: Program = async ({args, output}) => {
	const numbers = args.map(Number);
	const [from = 1, to = 0] = numbers.length === 1 ? [1, numbers[0] ?? 0] : numbers;
	if (numbers.length > 2 || !(to - from < 1_000_000)) throw refused('seq', args.join(' '));
	for (let number = from; number <= to; number += 1) await output.write(`${number}\n`);
	return 0;
};

/** Files are the box's own few, made by the lab. */
const cat =
	(box: PlayedBox): Program =>
	async ({args, input, output, errors}: ProgramCall) => {
		let status = 0;
		for (const path of args.length === 0 ? ['-'] : args.filter(arg => arg !== '--')) {
			const file = virtualFiles.get(path);
			if (file !== undefined) await output.write(file(box));
			else if (path === '-')
				for (let chunk = await input.read(); chunk !== null; chunk = await input.read())
					await output.write(chunk);
			else {
				await errors.write(`cat: ${path}: No such file or directory\n`);
				status = 1;
			}
		}
		return status;
	};

export const filters = (box: PlayedBox): ReadonlyMap<string, Program> =>
	new Map<string, Program>([
		['cat', cat(box)],
		['sed', ({args, input, output}) => sed(args, input, output)],
		['gzip', gzip],
		['base64', base64],
		['head', head],
		['tail', tail],
		['wc', wc],
		['grep', grep],
		['tr', tr],
		['sort', sort],
		['seq', seq],
	]);
