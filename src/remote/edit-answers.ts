/** Reads what a box says of a file that is fetched or put back. Lines without the session's nonce are words of programs. */
import {createHash} from 'node:crypto';
import type {Hostile} from '../base/text.ts';
import {type FileOnBox, mostEditBytes} from './edit-line.ts';

export type Fetched =
	| {readonly kind: 'file'; readonly file: FileOnBox; readonly content: Buffer}
	| {readonly kind: 'missing'}
	| {readonly kind: 'refused'; readonly why: Hostile};

/** `text`: all that came, as Latin-1; `path`: what was asked for. */
export const readFetched = (nonce: string, text: string, path: string): Fetched => {
	const said = new Map<string, string>();
	const packed: string[] = [];
	let inBody = false;
	for (const line of text.split('\n')) {
		const own = markerOf(nonce, line);
		if (own === null) {
			if (inBody) packed.push(line.trim());
			continue;
		}
		inBody = own.name === 'body';
		if (!said.has(own.name)) said.set(own.name, own.rest);
	}
	const refused = said.get('refuse');
	if (refused !== undefined) return {kind: 'refused', why: refused};
	if (said.has('missing')) return {kind: 'missing'};
	const link = said.get('link');
	if (link !== undefined) return {kind: 'refused', why: `it is a link to ${link}: edit that file instead`};
	return readFile(said, packed.join(''), path);
};

const readFile = (said: ReadonlyMap<string, string>, packed: string, path: string): Fetched => {
	const [kind = '', links = '', mode = '', uid = '', gid = '', size = '', inode = '', modified = ''] = (
		said.get('file') ?? ''
	).split('|');
	if (!kind.startsWith('regular')) return {kind: 'refused', why: kind === '' ? cut : `it is a ${kind}`};
	if (links !== '1')
		return {
			kind: 'refused',
			why: `it has ${links} names (hard links): another one would keep the old content`,
		};
	if (Number(size) > mostEditBytes)
		return {kind: 'refused', why: `it has ${size} bytes, more than ${mostEditBytes}`};
	if (!/^[0-7]{1,3}$/.test(mode))
		return {kind: 'refused', why: `its mode is ${mode}: setuid, setgid and sticky files are not edited`};
	const numbers = [uid, gid, size, inode, modified];
	const hash = said.get('hash') ?? '';
	if (numbers.some(one => !/^\d{1,20}$/.test(one)) || !/^[0-9a-f]{64}$/.test(hash) || !said.has('end'))
		return {kind: 'refused', why: cut};
	const content = Buffer.from(packed, 'base64');
	const isWhole = content.length === Number(size) && said.get('body') === size && sumOf(content) === hash;
	if (!isWhole)
		return {kind: 'refused', why: 'it changed while it was read, or did not come whole: try again'};
	const label = said.get('label') ?? '?';
	return {
		kind: 'file',
		content,
		file: {
			path,
			mode: mode.padStart(3, '0'),
			uid: Number(uid),
			gid: Number(gid),
			stamp: [mode, uid, gid, size, inode, modified].join('|'),
			hash,
			label: /^[\w.:,-]{3,200}$/.test(label) && label.includes(':') ? label : null,
		},
	};
};

const cut = 'the box did not answer whole: try again';

export const sumOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

export type PutNews =
	| {readonly news: 'ready'}
	| {readonly news: 'written'; readonly hash: string}
	| {readonly news: 'conflict'}
	| {readonly news: 'damaged'}
	| {readonly news: 'reloaded'; readonly status: number}
	| {readonly news: 'failed'; readonly why: Hostile}
	| {readonly news: 'end'};

export const readPut = (nonce: string, line: string): PutNews | null => {
	const own = markerOf(nonce, line);
	switch (own?.name) {
		case 'ready':
		case 'conflict':
		case 'damaged':
		case 'end':
			return {news: own.name};
		case 'written':
			return {news: 'written', hash: own.rest};
		case 'reloaded':
			return {news: 'reloaded', status: Number(own.rest)};
		case 'failed':
		case 'refuse':
			return {news: 'failed', why: own.rest};
		default:
			return null;
	}
};

const markerOf = (nonce: string, line: string): {readonly name: string; readonly rest: string} | null => {
	const start = `:${nonce}:`;
	const at = line.replace(/\r$/, '');
	if (!at.startsWith(start)) return null;
	const words = at.slice(start.length);
	const space = words.indexOf(' ');
	return space < 0 ? {name: words, rest: ''} : {name: words.slice(0, space), rest: words.slice(space + 1)};
};
