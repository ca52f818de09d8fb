/** Names from outside as one path segment: below the root, distinct, the same on a file system that folds case. */
import {createHash} from 'node:crypto';
import {UnflapError} from './errors.ts';
import type {Hostile, Segment} from './text.ts';

/**
 * Up to 32 of `[a-z0-9-]` for the eye, then 12 hex of SHA-256 of `unique` (a group's ARN with its UUID). The true name
 * belongs inside the file.
 */
export const segment = (text: Hostile, unique: string): Segment => {
	const readable = text
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+/, '')
		.slice(0, 32)
		.replace(/-+$/, '');
	const digest = createHash('sha256').update(unique).digest('hex').slice(0, 12);
	return `${readable === '' ? 'group' : readable}-${digest}` as Segment;
};

/** An id whose grammar makes it a segment already. */
export const idSegment = (
	kind: 'instance' | 'boot' | 'account' | 'region' | 'hold',
	text: string,
): Segment => {
	if (!grammars[kind].test(text))
		throw new UnflapError('bad-input', `This is no ${kind} id: ${text.slice(0, 60)}`);
	return text as Segment;
};

const grammars = {
	instance: /^i-[0-9a-f]{8,17}$/,
	boot: /^[0-9a-f]{32}$/,
	account: /^[0-9]{12}$/,
	region: /^[a-z]{2,4}(-[a-z]{1,12}){1,3}-[0-9]{1,2}$/,
	hold: /^[0-9a-f]{8}$/,
} as const;
