/**
 * What `systemctl show` would have said in mid-boot: the recorded facts (taken at the end) wound back by the manager's
 * own messages in the journal. After a unit's last event its recorded facts stand as they are.
 * Facts: journald.md section 6.
 */
import {type JournalFields, monotonicUs, type RecordedBoot, textOf} from './life.ts';

export type UnitFactsAt = (unit: string, atUs: number) => ReadonlyMap<string, string>;

const messages = {
	starting: '7d4958e842da4a758f6c1cdc7b36dcc5',
	started: '39f53479d3a045ac8e11786248231fbf',
	startFailed: 'be02cf6855d2428ba40df7e9d022f03d',
	stopping: 'de5b426a63be47a7b6ac3eaac82e2f6f',
	stopped: '9d1aaa27d60140bd96365438aad20286',
	exited: '98e322203f7a4ed290d09fe03c09fe15',
	failed: 'd9b373ed55a64feb8242e02dbe79a49c',
	endedWell: '7ad2d189f7e94e70a38c781354912448',
	restarting: '5eb03494b6584870a536b337290809b3',
} as const;
const lifecycle: ReadonlySet<string> = new Set(Object.values(messages));

export const createUnitHistory = (boot: RecordedBoot): UnitFactsAt => {
	const events = eventsByUnit(boot.entries);
	return (unit, atUs) => {
		const recorded = boot.units.get(unit);
		if (recorded === undefined) return new Map();
		const own = events.get(unit) ?? [];
		const past = own.filter(event => monotonicUs(event) <= atUs);
		if (own.length === 0) return withoutEvents(recorded, atUs);
		if (past.length === own.length && isOver(recorded, atUs)) return recorded;
		return wound(recorded, past, own, atUs);
	};
};

const eventsByUnit = (entries: readonly JournalFields[]) => {
	const events = new Map<string, JournalFields[]>();
	for (const entry of entries) {
		if (textOf(entry['_PID']) !== '1' || !lifecycle.has(textOf(entry['MESSAGE_ID']))) continue;
		const unit = textOf(entry['UNIT']);
		const known = events.get(unit);
		if (known === undefined) events.set(unit, [entry]);
		else known.push(entry);
	}
	return events;
};

const timesOf = (facts: ReadonlyMap<string, string>) =>
	[...facts].filter(([name]) => name.endsWith('TimestampMonotonic')).map(([, value]) => Number(value));

const slackUs = 50_000;
/** The journal writes an event some milliseconds before or after the manager's own clock says it. */
const isOver = (recorded: ReadonlyMap<string, string>, atUs: number) =>
	Math.max(0, ...timesOf(recorded)) <= atUs + slackUs;

const withoutEvents = (recorded: ReadonlyMap<string, string>, atUs: number) => {
	if (isOver(recorded, atUs)) return recorded;
	const facts = rest(recorded, atUs);
	const began = Number(recorded.get('InactiveExitTimestampMonotonic'));
	if (began > 0 && began <= atUs) activate(facts, 'activating', 'start');
	return facts;
};

/** A unit at rest: nothing later than `atUs` has happened to it. */
const rest = (recorded: ReadonlyMap<string, string>, atUs: number): Map<string, string> => {
	const facts = new Map(recorded);
	for (const [name, value] of recorded) {
		if (!name.endsWith('TimestampMonotonic') || Number(value) <= atUs) continue;
		facts.set(name, '0');
		const wallName = name.slice(0, -'Monotonic'.length);
		if (facts.has(wallName)) facts.set(wallName, '');
	}
	for (const [name, value] of restingValues) if (facts.has(name)) facts.set(name, value);
	if (facts.has('ExecStart') && Number(facts.get('ExecMainStartTimestampMonotonic') ?? 0) === 0)
		facts.set('ExecStart', neverRun(facts.get('ExecStart') ?? ''));
	activate(facts, 'inactive', 'dead');
	return facts;
};

const restingValues: readonly (readonly [string, string])[] = [
	['Result', 'success'],
	['NRestarts', '0'],
	['ExecMainPID', '0'],
	['ExecMainCode', '0'],
	['ExecMainStatus', '0'],
	['MainPID', '0'],
	['ControlPID', '0'],
	['InvocationID', ''],
	['ConditionResult', 'no'],
	['AssertResult', 'no'],
	['StatusText', ''],
];

const neverRun = (text: string) =>
	text
		.replace(/start_time=\[[^\]]*\]/g, 'start_time=[n/a]')
		.replace(/stop_time=\[[^\]]*\]/g, 'stop_time=[n/a]')
		.replace(/pid=\d+/g, 'pid=0')
		.replace(/code=[^;]*;/g, 'code=(null) ;')
		.replace(/status=[^}]*\}/g, 'status=0/0 }');

const activate = (facts: Map<string, string>, active: string, sub: string) => {
	facts.set('ActiveState', active);
	facts.set('SubState', sub);
	if (facts.has('Job')) facts.set('Job', active === 'activating' && sub !== 'auto-restart' ? '1' : '0');
};

const wound = (
	recorded: ReadonlyMap<string, string>,
	past: readonly JournalFields[],
	all: readonly JournalFields[],
	atUs: number,
): ReadonlyMap<string, string> => {
	const facts = rest(recorded, atUs);
	for (const event of past) apply(facts, event, recorded);
	const last = past.at(-1);
	const next = all[past.length];
	// Between the failure and the restart that follows it the manager waits.
	if (
		textOf(last?.['MESSAGE_ID']) === messages.failed &&
		textOf(next?.['MESSAGE_ID']) === messages.restarting
	)
		activate(facts, 'activating', 'auto-restart');
	return facts;
};

const apply = (facts: Map<string, string>, event: JournalFields, recorded: ReadonlyMap<string, string>) => {
	const at = String(monotonicUs(event));
	const invocation = textOf(event['INVOCATION_ID']);
	if (invocation !== '' && facts.has('InvocationID')) facts.set('InvocationID', invocation);
	switch (textOf(event['MESSAGE_ID'])) {
		case messages.starting:
			begin(facts, at);
			activate(facts, 'activating', 'start');
			break;
		case messages.started:
			started(facts, at, event, recorded);
			break;
		case messages.exited:
			if (/Main process/.test(textOf(event['MESSAGE']))) exited(facts, at, event);
			break;
		case messages.failed:
			facts.set('Result', textOf(event['UNIT_RESULT']));
			end(facts, at);
			activate(facts, 'failed', 'failed');
			break;
		case messages.endedWell:
		case messages.stopped:
			end(facts, at);
			if (facts.get('ActiveState') !== 'failed') activate(facts, 'inactive', 'dead');
			break;
		case messages.stopping:
			facts.set('ActiveExitTimestampMonotonic', at);
			activate(facts, 'deactivating', 'stop-sigterm');
			break;
		case messages.restarting:
			facts.set('NRestarts', textOf(event['N_RESTARTS']));
			activate(facts, 'activating', 'auto-restart');
			break;
	}
};

const begin = (facts: Map<string, string>, at: string) => {
	facts.set('InactiveExitTimestampMonotonic', at);
	for (const name of [
		'ConditionTimestampMonotonic',
		'AssertTimestampMonotonic',
		'ExecMainStartTimestampMonotonic',
	])
		if (facts.has(name)) facts.set(name, at);
	for (const name of ['ConditionResult', 'AssertResult']) if (facts.has(name)) facts.set(name, 'yes');
	facts.set('Result', 'success');
};

const started = (
	facts: Map<string, string>,
	at: string,
	event: JournalFields,
	recorded: ReadonlyMap<string, string>,
) => {
	if (/ was skipped because /.test(textOf(event['MESSAGE']))) return;
	if (facts.get('ActiveState') !== 'activating' || facts.get('SubState') === 'auto-restart') begin(facts, at);
	const isOneshot = recorded.get('Type') === 'oneshot';
	const remains =
		!isOneshot || recorded.get('RemainAfterExit') === 'yes' || recorded.get('SubState') === 'exited';
	if (remains) facts.set('ActiveEnterTimestampMonotonic', at);
	else end(facts, at);
	if (isOneshot) facts.set('ExecMainCode', '1');
	const isService = (recorded.get('Id') ?? '').endsWith('.service');
	const sub = isOneshot ? 'exited' : isService ? 'running' : (recorded.get('SubState') ?? 'active');
	if (remains) activate(facts, 'active', sub);
	else activate(facts, 'inactive', 'dead');
};

const exitCodes: ReadonlyMap<string, string> = new Map([
	['exited', '1'],
	['killed', '2'],
	['dumped', '3'],
]);

const exited = (facts: Map<string, string>, at: string, event: JournalFields) => {
	facts.set('ExecMainCode', exitCodes.get(textOf(event['EXIT_CODE'])) ?? '1');
	facts.set('ExecMainStatus', textOf(event['EXIT_STATUS']));
	if (facts.has('ExecMainExitTimestampMonotonic')) facts.set('ExecMainExitTimestampMonotonic', at);
};

const end = (facts: Map<string, string>, at: string) => {
	if (facts.get('ActiveState') === 'active') facts.set('ActiveExitTimestampMonotonic', at);
	facts.set('InactiveEnterTimestampMonotonic', at);
};
