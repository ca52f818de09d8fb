/**
 * Lines of a boot that a rule may speak about, folded while they stream: how often, the first and the last of each kind
 * and unit. Nothing else of the journal is kept. Patterns are linear and see at most 2,048 characters.
 */
import type {Hostile} from '../base/text.ts';
import {ownText} from '../journal/own-text.ts';
import type {JournalEntry} from '../journal/types.ts';

export type MarkKind =
	| 'metadata-unready'
	| 'tags-missing'
	| 'user-data-bad'
	| 's3-denied'
	| 's3-missing'
	| 's3-unreachable'
	| 'kms-denied'
	| 'dns-failed'
	| 'disk-full'
	| 'clock-skew'
	| 'defaults-used'
	| 'listens-locally'
	| 'gave-up'
	| 'memory-limit';

export type MarkedLine = {
	readonly text: Hostile;
	readonly atSeconds: number;
	/** Microseconds since 1970 UTC, 0 when absent. */
	readonly atUs: number;
};

export type LineMark = {
	readonly kind: MarkKind;
	/** '' for the kernel and for lines of no unit. */
	readonly unit: Hostile;
	readonly count: number;
	readonly first: MarkedLine;
	readonly last: MarkedLine;
};

export type LineMarks = {
	readonly add: (entries: readonly JournalEntry[]) => void;
	/** Of one boot, in the order they first came. */
	readonly of: (bootId: string) => readonly LineMark[];
};

const seenCharacters = 2048;
const keptCharacters = 400;
const maxBoots = 50;
const maxMarks = 500;

/** One cheap look that most lines do not pass. */
const worthALook =
	/metadata|imds|169\.254\.169\.254|\btags?\b|user.?data|An error occurred|endpoint URL|credentials|resolv|resolution|not known|No space left|ENOSPC|skew|not yet valid|default|listening|127\.0\.0\.1|giving up|gave up|memory: usage/i;

const awsError = /An error occurred \(([A-Za-z0-9.]{1,64})\) when calling the ([A-Za-z0-9]{1,64}) operation/;
const deniedCodes = /^(?:AccessDenied\w*|AllAccessDisabled|403|Forbidden|UnauthorizedOperation)$/;
const missingCodes = /^(?:NoSuchBucket|NoSuchKey|404|NotFound|ResourceNotFoundException)$/;
const objectOperations = /^(?:List(?:Objects|Buckets)\w*|(?:Get|Head|Put|Copy)(?:Object|Bucket)\w*)$/;

/** The first that matches decides; order matters where a line would match two. */
const patterns: readonly (readonly [MarkKind, (text: string, entry: JournalEntry) => boolean])[] = [
	[
		'memory-limit',
		(text, entry) => entry.transport === 'kernel' && /memory: usage \d+kB, limit \d+kB/.test(text),
	],
	[
		'kms-denied',
		text => /kms:(?:Decrypt|GenerateDataKey|CreateGrant)/.test(text) && /denied|not authorized/i.test(text),
	],
	['s3-denied', text => isObjectError(text, deniedCodes)],
	['s3-missing', text => isObjectError(text, missingCodes)],
	[
		's3-unreachable',
		text =>
			/Could not connect to the endpoint URL|Connect timeout on endpoint URL/i.test(text) && /s3/i.test(text),
	],
	[
		'user-data-bad',
		text =>
			/user.?data/i.test(text) &&
			/not valid|invalid|malformed|parse error|cannot parse|unexpected/i.test(text),
	],
	[
		'tags-missing',
		text =>
			/\btags?\b/i.test(text) &&
			/\b(?:missing|not available|not visible|not found|no tags|empty)\b/i.test(text),
	],
	[
		'metadata-unready',
		text =>
			/metadata|imds|169\.254\.169\.254/i.test(text) &&
			/not ready|unavailable|not available|retry|refused|timed out|returned error: 5\d\d|\b50[0-4]\b/i.test(
				text,
			),
	],
	[
		'dns-failed',
		text =>
			/Temporary failure in name resolution|Could not resolve host|Name or service not known|could not be resolved|EAI_AGAIN|NXDOMAIN/i.test(
				text,
			),
	],
	['disk-full', text => /No space left on device|ENOSPC/.test(text)],
	['clock-skew', text => /RequestTimeTooSkewed|certificate is not yet valid|clock skew/i.test(text)],
	[
		'defaults-used',
		text =>
			/\b(?:using|falling back to|fall back to)\b.{0,40}\bdefault(?:s\b|.(?:config|settings|values))/i.test(
				text,
			),
	],
	[
		'listens-locally',
		text => /\blisten(?:ing|s)?\b.{0,40}(?:127\.0\.0\.1|localhost|\[::1\]):\d+/i.test(text),
	],
	['gave-up', text => /^(?:giving up|gave up)\b/i.test(text)],
];

const isObjectError = (text: string, codes: RegExp): boolean => {
	const found = awsError.exec(text);
	return found !== null && codes.test(found[1] ?? '') && objectOperations.test(found[2] ?? '');
};

export const createLineMarks = (): LineMarks => {
	const boots = new Map<string, Map<string, LineMark>>();
	let newest = '';

	const marksOf = (bootId: string): Map<string, LineMark> => {
		const known = boots.get(bootId);
		if (known !== undefined) return known;
		const made = new Map<string, LineMark>();
		boots.set(bootId, made);
		for (const oldest of boots.keys()) if (boots.size > maxBoots) boots.delete(oldest);
		return made;
	};

	const read = (entry: JournalEntry): void => {
		// An entry without a boot id belongs to the boot around it.
		if (entry.bootId !== '') newest = entry.bootId;
		// What the manager writes is in the boot model already.
		if (entry.fromManager) return;
		const text = entry.message.slice(0, seenCharacters);
		if (!worthALook.test(text)) return;
		const kind = patterns.find(([, matches]) => matches(text, entry))?.[0];
		if (kind === undefined) return;
		const marks = marksOf(newest);
		const key = `${kind} ${entry.unit}`;
		const known = marks.get(key);
		if (known === undefined && marks.size >= maxMarks) return;
		const line = {
			text: ownText(text.trim(), keptCharacters),
			atSeconds: entry.monotonicUs / 1e6,
			atUs: entry.realtimeUs,
		};
		marks.set(
			key,
			known === undefined
				? {kind, unit: ownText(entry.unit, keptCharacters), count: 1, first: line, last: line}
				: {...known, count: known.count + 1, last: line},
		);
	};

	return {
		add: entries => {
			for (const entry of entries) read(entry);
		},
		of: bootId => [...(boots.get(bootId)?.values() ?? [])],
	};
};
