/** Who called what: CloudTrail's event history of the region. An event can be looked up some minutes after its call. */
import type {Random} from '../random.ts';
import type {LabClock, LabMs} from '../types.ts';

export type TrailRecord = {
	readonly id: string;
	readonly at: LabMs;
	readonly name: string;
	/** e.g. 'autoscaling.amazonaws.com'. */
	readonly source: string;
	readonly userArn: string;
	readonly userName: string;
	/** The service that called in somebody's name. */
	readonly invokedBy: string | null;
	readonly keyId: string | null;
	readonly request: Readonly<Record<string, unknown>>;
	readonly response: Readonly<Record<string, unknown>> | null;
	readonly error: {readonly code: string; readonly message: string} | null;
	readonly resources: readonly {readonly type: string; readonly name: string}[];
};

export type Trail = {
	readonly add: (record: Omit<TrailRecord, 'id' | 'at'> & {readonly at?: LabMs}) => void;
	/** Newest first; what is younger than the delay is not there yet. */
	readonly visible: () => readonly TrailRecord[];
};

/** CloudTrail promises fifteen minutes and needs about five. */
const delayMs = 5 * 60_000;
const kept = 5000;

export const createTrail = (clock: LabClock, random: Random): Trail => {
	let records: TrailRecord[] = [];
	return {
		add: record => {
			records.push({...record, at: record.at ?? clock.now(), id: random.uuid()});
			if (records.length > kept * 1.25) records = records.slice(-kept);
		},
		visible: () =>
			records.filter(({at}) => at <= clock.now() - delayMs).toSorted((one, other) => other.at - one.at),
	};
};

/** A user of the lab's account, as the trail names people. */
export const person = (
	accountId: string,
	name: string,
): Pick<TrailRecord, 'userArn' | 'userName' | 'invokedBy' | 'keyId'> => ({
	userArn: `arn:aws:iam::${accountId}:user/${name}`,
	userName: name,
	invokedBy: null,
	keyId: null,
});
