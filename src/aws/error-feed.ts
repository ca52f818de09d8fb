/** The errors view `!`: every failed attempt, folded by operation and code; and the health the header shows. */
import type {AwsClock, ProcessClock, ProcessMs} from '../base/clock.ts';
import {createFeed} from './feed.ts';
import type {Failure} from './sdk-error.ts';
import type {Aws, Feed, SeenError} from './types.ts';

export type ErrorFeed = Feed<SeenError> & {
	readonly failed: (operation: string, failure: Failure, advice: string) => void;
	readonly succeeded: (operation: string) => void;
	readonly health: Aws['health'];
};

type Trouble = {readonly health: ReturnType<Aws['health']>; readonly at: ProcessMs};

/** A throttled operation that is not asked again stops counting after this. */
const throttleMemoryMs = 60_000;
const maxRows = 200;
/** Being refused this one makes the program useless; others make one panel empty. */
const essential = 'DescribeAutoScalingGroups';

export const createErrorFeed = (clock: AwsClock, processClock: ProcessClock): ErrorFeed => {
	const feed = createFeed<SeenError>();
	const troubles = new Map<string, Trouble>();

	const failed: ErrorFeed['failed'] = (operation, failure, advice) => {
		const health = healthOf(operation, failure);
		if (health !== null) troubles.set(operation, {health, at: processClock.now()});
		feed.replace(fold(feed.entries(), {operation, failure, advice, at: clock.now()}));
	};
	const succeeded = (operation: string) => {
		if (troubles.size === 0) return;
		troubles.delete(operation);
		// Any answer proves that the line is up and the credentials are good.
		for (const [key, {health}] of troubles)
			if (health === 'offline' || health === 'expired') troubles.delete(key);
	};
	const health = () => {
		const now = processClock.now();
		const alive = [...troubles.values()].filter(
			trouble => trouble.health !== 'throttled' || now - trouble.at < throttleMemoryMs,
		);
		return worstFirst.find(word => alive.some(trouble => trouble.health === word)) ?? 'ok';
	};
	return {...feed, failed, succeeded, health};
};

const worstFirst = ['expired', 'offline', 'throttled', 'denied'] as const;

const healthOf = (operation: string, {kind}: Failure): Trouble['health'] | null => {
	if (kind === 'expired-credentials' || kind === 'no-credentials') return 'expired';
	if (kind === 'unreachable') return 'offline';
	if (kind === 'throttled') return 'throttled';
	return kind === 'denied' && operation === essential ? 'denied' : null;
};

type Occurrence = {
	readonly operation: string;
	readonly failure: Failure;
	readonly advice: string;
	readonly at: number;
};

/** The newest on top. */
const fold = (
	rows: readonly SeenError[],
	{operation, failure, advice, at}: Occurrence,
): readonly SeenError[] => {
	const isSame = (row: SeenError) => row.operation === operation && row.code === failure.code;
	const before = rows.find(isSame);
	const row: SeenError = {
		operation,
		code: failure.code,
		message: failure.message,
		count: (before?.count ?? 0) + 1,
		firstAt: before?.firstAt ?? at,
		lastAt: at,
		advice,
	};
	return [row, ...rows.filter(other => !isSame(other))].slice(0, maxRows);
};
