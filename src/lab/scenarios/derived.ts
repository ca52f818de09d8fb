/**
 * Recordings made from the packaged ones, for what no recorded boot shows: an `orphan` (a unit that fails, cancels its
 * dependant, and recovers a minute later), `edges` (200 units, one of them with 120 characters), `clock-skew` (S3 refuses
 * the box for its clock) and `never-listened` (all green, and nothing on the port).
 */
import type {RecordedEntry, Recording} from '../types.ts';

type Recordings = ReadonlyMap<string, Recording>;

/** `recordings` and what can be made of them; a recording of the same name stays as it is. */
export const withDerived = (recordings: Recordings): Recordings =>
	new Map([
		...orphan(recordings),
		...edges(recordings),
		...clockSkew(recordings),
		...silent(recordings),
		...recordings,
	]);

const failed = 'S05-s3-access-denied';
const healthy = 'S01-healthy';
const recovering = 's3-config-sync.service';

const orphan = (recordings: Recordings): readonly (readonly [string, Recording])[] => {
	const [broken, well] = [recordings.get(failed), recordings.get(healthy)];
	if (broken === undefined || well === undefined) return [];
	const fault = broken.entries.find(({fields}) => fields['UNIT'] === recovering && 'UNIT_RESULT' in fields);
	const [starting, finished] = [
		jobEntry(well, recovering, 'starting'),
		jobEntry(well, recovering, 'finished'),
	];
	const template = broken.entries.at(-1);
	if (fault === undefined || starting === undefined || finished === undefined || template === undefined)
		return [];
	const invocation = '5f0e6d1c8a7b4c39a2d1e0f9b8c7d6e5';
	const own = {INVOCATION_ID: invocation, ...identityOf(template)};
	const finishedAt = fault.monotonicUs + 60_000_000;
	const added = [moved(starting, fault.monotonicUs + 37_000_000, own), moved(finished, finishedAt, own)];
	const recovered = new Map([
		...(broken.units.get(recovering) ?? []),
		['ActiveState', 'active'],
		['SubState', 'exited'],
		['Result', 'success'],
		['ExecMainStatus', '0'],
		['InvocationID', invocation],
		['InactiveExitTimestampMonotonic', String(fault.monotonicUs + 37_000_000)],
		['ActiveEnterTimestampMonotonic', String(finishedAt)],
	]);
	const made: Recording = {
		...broken,
		name: 'orphan',
		entries: [...broken.entries, ...added],
		units: new Map([...broken.units, [recovering, recovered]]),
		lengthSeconds: Math.max(broken.lengthSeconds, finishedAt / 1e6 + 4),
	};
	return [[made.name, made]];
};

/** As the denied one, with what S3 says when a request is 21 minutes old. */
const clockSkew = (recordings: Recordings): readonly (readonly [string, Recording])[] => {
	const broken = recordings.get(failed);
	if (broken === undefined) return [];
	const made: Recording = {
		...broken,
		name: 'clock-skew',
		entries: broken.entries.map(entry => {
			const message = entry.fields['MESSAGE'];
			if (typeof message !== 'string' || !message.includes('(AccessDenied)')) return entry;
			return {
				...entry,
				fields: {
					...entry.fields,
					MESSAGE:
						'fatal error: An error occurred (RequestTimeTooSkewed) when calling the ListObjectsV2 operation: The difference between the request time and the current time is too large.',
				},
			};
		}),
		clockOffsetSeconds: -1260,
	};
	return [[made.name, made]];
};

/** As the healthy one, but for its app, which never opens its port. */
const silent = (recordings: Recordings): readonly (readonly [string, Recording])[] => {
	const well = recordings.get(healthy);
	if (well === undefined) return [];
	const made: Recording = {
		...well,
		name: 'never-listened',
		entries: well.entries.filter(({fields}) => !/ - listening on /.test(String(fields['MESSAGE'] ?? ''))),
		healthySeconds: null,
	};
	return [[made.name, made]];
};

const edges = (recordings: Recordings): readonly (readonly [string, Recording])[] => {
	const well = recordings.get(healthy);
	const facts = well?.units.get(recovering);
	if (well === undefined || facts === undefined) return [];
	const [starting, finished] = [
		jobEntry(well, recovering, 'starting'),
		jobEntry(well, recovering, 'finished'),
	];
	if (starting === undefined || finished === undefined) return [];
	const names = edgeUnitNames(200 - well.units.size);
	const added = names.flatMap((name, index) => {
		const at = edgeStartUs(index);
		const own = {INVOCATION_ID: (index + 1).toString(16).padStart(32, '0'), UNIT: name};
		return [
			moved(starting, at, {...own, MESSAGE: `Starting ${name} - Step ${index + 1}...`}),
			moved(finished, edgeEndUs(index), {
				...own,
				MESSAGE: `Finished ${name} - Step ${index + 1}.`,
			}),
		];
	});
	const made: Recording = {
		...well,
		name: 'edges',
		entries: [...well.entries, ...added].sort((one, other) => one.monotonicUs - other.monotonicUs),
		units: new Map([
			...well.units,
			...names.map((name, index) => [name, unitFacts(facts, {name, index})] as const),
		]),
	};
	return [[made.name, made]];
};

const edgeStartUs = (index: number): number => 66_000_000 + index * 190_000;
const edgeEndUs = (index: number): number => edgeStartUs(index) + 150_000 + index * 9000;

/** The first has 120 characters, `.service` included. */
const edgeUnitNames = (count: number): readonly string[] =>
	Array.from({length: count}, (_, index) =>
		index === 0
			? `${'prepare-the-machine-for-'.repeat(10).slice(0, 103)}-the-last.service`
			: `step-${String(index).padStart(3, '0')}.service`,
	);

const unitFacts = (
	facts: ReadonlyMap<string, string>,
	{name, index}: {readonly name: string; readonly index: number},
): ReadonlyMap<string, string> =>
	new Map([
		...facts,
		['Id', name],
		['Names', name],
		['Description', `Step ${index + 1}`],
		['Requires', 'sysinit.target'],
		['RequiredBy', ''],
		['After', 'sysinit.target'],
		['Before', 'multi-user.target'],
		['FragmentPath', `/etc/systemd/system/${name}`],
		['InactiveExitTimestampMonotonic', String(edgeStartUs(index))],
		['ExecMainStartTimestampMonotonic', String(edgeStartUs(index))],
		['ExecMainExitTimestampMonotonic', String(edgeEndUs(index))],
		['ActiveEnterTimestampMonotonic', String(edgeEndUs(index))],
		['StateChangeTimestampMonotonic', String(edgeEndUs(index))],
		['InvocationID', (index + 1).toString(16).padStart(32, '0')],
	]);

const messageIds = {
	starting: '7d4958e842da4a758f6c1cdc7b36dcc5',
	finished: '39f53479d3a045ac8e11786248231fbf',
} as const;

const jobEntry = (
	{entries}: Recording,
	unit: string,
	what: keyof typeof messageIds,
): RecordedEntry | undefined =>
	entries.find(({fields}) => fields['UNIT'] === unit && fields['MESSAGE_ID'] === messageIds[what]);

const identityOf = ({fields}: RecordedEntry): RecordedEntry['fields'] =>
	Object.fromEntries(
		['_BOOT_ID', '_HOSTNAME', '_MACHINE_ID'].flatMap(name => {
			const value = fields[name];
			return value === undefined ? [] : [[name, value]];
		}),
	);

/** The entry at another time, with a cursor of its own. */
const moved = (
	{monotonicUs, fields}: RecordedEntry,
	at: number,
	own: RecordedEntry['fields'],
): RecordedEntry => {
	const realtime = Number(fields['__REALTIME_TIMESTAMP'] ?? 0) + at - monotonicUs;
	const {_SOURCE_REALTIME_TIMESTAMP: _, ...rest} = fields;
	return {
		monotonicUs: at,
		fields: {
			...rest,
			...own,
			__CURSOR: String(fields['__CURSOR'] ?? '').replace(/;m=[0-9a-f]+/, `;m=${at.toString(16)}`),
			__REALTIME_TIMESTAMP: String(realtime),
			__MONOTONIC_TIMESTAMP: String(at),
		},
	};
};
