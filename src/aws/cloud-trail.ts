/**
 * Who changed what, and when: CloudTrail's event history. AWS takes two look-ups a second an account and region, so
 * they go one after the other, and only where somebody asks. An event comes some minutes after its call.
 */
import {createJsonCall, type JsonAnswer, listOf, recordOf, textOf, timeOf} from './json-calls.ts';
import type {Lane} from './lane.ts';
import {allPages} from './paging.ts';
import type {ReadCalls, TrailEvent} from './types.ts';

export type CloudTrailCalls = Pick<ReadCalls, 'trailEvents'>;

const pageSize = 50;
/** Of one event; a longer one is not read, and what AWS says beside it stands. */
const longestEvent = 262_144;
/** Two a second, and a little less. */
const perTurn = 2;
const turnMs = 1100;

export const createCloudTrail = (lane: Lane): CloudTrailCalls => {
	const call = createJsonCall(lane.jsonService('cloudtrail', 'cloudtrail', 'CloudTrail_20131101'));
	const inTurn = createTurns(lane);
	return {
		trailEvents: async ({by, value, since, until, max = pageSize}, options = {}) => {
			const events = await allPages(
				options,
				async NextToken => {
					const page = await inTurn(() =>
						call(
							'LookupEvents',
							{
								LookupAttributes: [{AttributeKey: by, AttributeValue: value}],
								StartTime: Math.floor(since / 1000),
								EndTime: Math.ceil(until / 1000),
								MaxResults: pageSize,
								...(NextToken === undefined ? {} : {NextToken}),
							},
							options,
						),
					);
					return {items: listOf(page['Events']), next: textOf(page['NextToken']) ?? undefined};
				},
				max,
			);
			return events.map(toEvent).filter(event => event !== null);
		},
	};
};

/** One look-up at a time, and no third within a second. */
const createTurns = ({processClock}: Lane) => {
	let last: Promise<unknown> = Promise.resolve();
	let starts: readonly number[] = [];
	return <T>(send: () => Promise<T>): Promise<T> => {
		const mine = last.then(async () => {
			const earliest = starts.at(-perTurn);
			const wait = earliest === undefined ? 0 : earliest + turnMs - processClock.now();
			if (wait > 0) await processClock.sleep(wait);
			starts = [...starts.slice(1 - perTurn), processClock.now()];
			return send();
		});
		// Whoever comes next waits for the end of this one, well or not.
		last = mine.catch(() => undefined);
		return mine;
	};
};

const toEvent = (value: unknown): TrailEvent | null => {
	const seen = recordOf(value);
	const at = timeOf(seen['EventTime']);
	const name = textOf(seen['EventName']);
	if (at === null || name === null) return null;
	const whole = parsedEvent(seen['CloudTrailEvent']);
	return {
		eventId: textOf(seen['EventId']) ?? '',
		name,
		source: textOf(seen['EventSource']) ?? '',
		at,
		who: whoOf(recordOf(whole['userIdentity'])) ?? textOf(seen['Username']),
		errorCode: textOf(whole['errorCode']),
		readOnly: whole['readOnly'] === true || seen['ReadOnly'] === 'true',
		request: recordOf(whole['requestParameters']),
		response: recordOf(whole['responseElements']),
	};
};

const parsedEvent = (value: unknown): JsonAnswer => {
	const text = textOf(value);
	if (text === null || text.length > longestEvent) return {};
	try {
		return recordOf(JSON.parse(text));
	} catch (error) {
		if (error instanceof SyntaxError) return {};
		throw error;
	}
};

/** A session of a role is named by its role, and by what the session calls itself. */
const whoOf = (identity: JsonAnswer): string | null =>
	textOf(identity['arn']) ?? textOf(identity['invokedBy']) ?? textOf(identity['userName']);
