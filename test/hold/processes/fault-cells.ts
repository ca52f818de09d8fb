/** Every fault rule of the lab at every call of a hold, once and lasting: how the hold ended, and whether that is allowed. */
import {makeHome} from '../../run-program.ts';
import {type Bench, configure, forbiddenCalls, ledgerFiles, leftIn, putForeign} from './bench-lab.ts';
import {add, isHolding} from './hold-at-call.ts';
import {type HoldProcess, startHoldProcess} from './hold-process.ts';
import {paste} from './paste.ts';
import {drive, foreign, group, type HoldCall} from './phases.ts';
import {runOf} from './run-of.ts';
import {pause, until} from './until.ts';

/** A rule of src/lab/faults/rules.ts without its scope. */
export type Fault = {readonly name: string; readonly rule: Readonly<Record<string, unknown>>};

const error = (code: string, status: number): Fault => ({
	name: code,
	rule: {kind: 'error', code, status, message: 'injected'},
});

const anyFaults: readonly Fault[] = [
	{name: 'throttle', rule: {kind: 'throttle'}},
	{name: 'denied', rule: {kind: 'deny'}},
	error('InternalFailure', 500),
	{name: 'expired token', rule: {kind: 'expired-token'}},
	{name: 'reset', rule: {kind: 'reset'}},
	{name: 'delay 4 s', rule: {kind: 'delay', ms: 4000}},
	{name: 'no answer', rule: {kind: 'wait', when: 'before'}},
];

const changeFaults: readonly Fault[] = [
	error('ResourceContention', 500),
	error('ResourceInUse', 400),
	{name: 'answer lost', rule: {kind: 'lose', when: 'after'}},
	{name: 'applied, no answer', rule: {kind: 'wait', when: 'after'}},
	{name: 'applied 10 s late', rule: {kind: 'late', seconds: 10}},
];

/** A little more than the lateness of the late fault. */
const lateMs = 12_000;

const readFaults: readonly Fault[] = [
	{name: 'read 20 s old', rule: {kind: 'stale', seconds: 20}},
	{name: 'tags 20 s old', rule: {kind: 'stale', seconds: 20, only: 'tags'}},
];

/** `once` meets this one call; `lasting` this one and every later call of the operation. */
export type FaultCell = {
	readonly call: HoldCall;
	readonly fault: Fault;
	readonly extent: 'once' | 'lasting';
};

export const faultCellsOf = (calls: readonly HoldCall[]): readonly FaultCell[] =>
	calls.flatMap(call =>
		[...anyFaults, ...(call.mutating ? changeFaults : readFaults)].flatMap(fault =>
			(['once', 'lasting'] as const).map(extent => ({call, fault, extent})),
		),
	);

export type FaultResult = {
	readonly cell: FaultCell;
	/** In words: refused, released, released by itself, the line finished it. */
	readonly outcome: string;
	readonly seconds: number;
	readonly problems: readonly string[];
};

export const runFaultCell = async (bench: Bench, cell: FaultCell): Promise<FaultResult> => {
	const {lab, copy} = bench;
	const {home, forget} = await makeHome();
	await configure(home);
	const before = await putForeign(lab);
	const firstRequest = (await lab.requests()).at(-1)?.number ?? 0;
	const started = performance.now();
	const hold = await underFault(bench, cell, () =>
		startHoldProcess({
			door: copy.door,
			args: [group, '--for', '30m'],
			home,
			environment: lab.env,
		}),
	);
	try {
		const exit = await Promise.race([hold.exit, pause(270_000).then(() => null)]);
		const seconds = (performance.now() - started) / 1000;
		// What is applied late may come after the hold is over, and must not have been left for nobody.
		if (cell.fault.rule['kind'] === 'late') await pause(lateMs);
		if (exit === null) return {cell, seconds, outcome: 'never ended', problems: ['it did not end in 270 s']};
		const expected =
			cell.call.phase === 'adopt'
				? Object.fromEntries(Object.entries(before).filter(([process]) => process !== 'AZRebalance'))
				: before;
		const judged = await judge({bench, hold, home, expected, code: exit.code});
		const made = (await lab.requests(firstRequest)).filter(({caller}) => !caller.startsWith('automation'));
		const untouchable = cell.call.phase === 'adopt' ? ['AddToLoadBalancer'] : foreign;
		// A suspension that no read shows yet may be suspended once more, which changes nothing; never resumed.
		const judgedCalls =
			cell.fault.rule['kind'] === 'stale'
				? made.filter(({operation}) => operation !== 'SuspendProcesses')
				: made;
		return {
			cell,
			seconds,
			outcome: judged.outcome,
			problems: [...judged.problems, ...forbiddenCalls(judgedCalls, untouchable)],
		};
	} finally {
		await lab.control('DELETE', '/faults');
		if (!hold.ended()) hold.child.kill('SIGKILL');
		await copy.killGuardians();
		await forget();
	}
};

/** The hold, met by the fault, and told to end where it has not by itself. */
const underFault = async (
	{lab}: Bench,
	{call, fault, extent}: FaultCell,
	start: () => HoldProcess,
): Promise<HoldProcess> => {
	const {phase, operation, nth, since} = call;
	const scope = {operation, skip: nth, ...(extent === 'once' ? {count: 1} : {})};
	const arm = async () => {
		await add(lab, {...fault.rule, ...scope});
		// Held before it was applied: it is dropped when the cell is over, not applied under the next one.
		if (fault.rule['kind'] === 'wait' && fault.rule['when'] === 'before')
			await add(lab, {kind: 'reset', ...scope});
	};
	const prepare = () => (since === null ? arm() : armSince(lab, since, arm));
	if (phase === 'create' || phase === 'acquire') {
		await prepare();
		const hold = start();
		await hold.event('held');
		hold.child.kill('SIGTERM');
		return hold;
	}
	const hold = start();
	await drive('acquire', {lab, hold});
	await prepare();
	if (phase !== 'release') await drive(phase, {lab, hold});
	hold.child.kill('SIGTERM');
	return hold;
};

/** From that change on: the rule is set while the change is held, beside the phase, which is driven meanwhile. */
const armSince = async (
	lab: Bench['lab'],
	{operation, nth}: {readonly operation: string; readonly nth: number},
	arm: () => Promise<unknown>,
): Promise<void> => {
	const anchor = await add(lab, {kind: 'wait', when: 'before', operation, skip: nth, count: 1});
	void until(async () => ((await isHolding(lab, anchor)) ? true : null), {seconds: 90}).then(
		async reached => {
			if (reached === null) return;
			await arm();
			await lab.control('DELETE', `/faults/${anchor}`);
		},
		// The lab may be closed before a call that never came.
		() => undefined,
	);
};

type Ended = {
	readonly bench: Bench;
	readonly hold: HoldProcess;
	readonly home: string;
	readonly expected: Readonly<Record<string, string>>;
	readonly code: number | null;
};

const judge = async (ended: Ended): Promise<Pick<FaultResult, 'outcome' | 'problems'>> => {
	const {hold, code} = ended;
	const left = await whatIsLeft(ended);
	switch (code) {
		case 3:
			return {outcome: 'refused (3)', problems: left};
		case 143:
			return {outcome: 'released (143)', problems: left};
		// Its time was over before it was told to end: a clean release all the same.
		case 0:
			return {outcome: 'released (0)', problems: left};
		case 1:
			return left.length === 0
				? {outcome: `released by itself (1): ${lastWarning(hold)}`, problems: []}
				: pasteLines(ended, left);
		case 4:
			return pasteLine(ended);
		default:
			return {outcome: `exit ${code}`, problems: [`exit ${code}`, ...left]};
	}
};

const whatIsLeft = async ({bench, home, expected}: Ended): Promise<readonly string[]> => {
	const files = await ledgerFiles(home);
	return [
		...(await leftIn(bench.lab, expected)),
		...(files.length > 0 ? [`${files.length} ledger entries left`] : []),
	];
};

/** Nothing suspended, but a tag or a fuse: the lines printed with it take them away. */
const pasteLines = async (
	ended: Ended,
	left: readonly string[],
): Promise<Pick<FaultResult, 'outcome' | 'problems'>> => {
	const {bench, hold, home} = ended;
	const {lab, copy} = bench;
	await copy.killGuardians();
	await lab.control('DELETE', '/faults');
	const lines = hold
		.stderr()
		.split('\n')
		.map(line => line.replace(/^\s*→\s*/, ''));
	const problems = left.filter(text => /suspended|resumed/.test(text));
	for (const line of lines.filter(text => text.startsWith('aws '))) {
		const pasted = await paste(line, lab.env);
		// A fuse whose state could not be asked gets its line too, and may have ended meanwhile.
		if (pasted.code !== 0 && !pasted.stderr.includes('has ended with status'))
			problems.push(`the line failed: ${pasted.stderr.trim().slice(-160)}`);
	}
	const commands = lines.filter(text => text.startsWith('unflap release'));
	for (const line of commands) await runOf(copy.door, line.split(' ').slice(1), {home, environment: lab.env});
	const still = await stillLeft(ended);
	// What the ledger remembers on this machine the next start looks at, and forgets.
	const release = await runOf(copy.door, ['release', '--all'], {home, environment: lab.env});
	if (release.code !== 0) problems.push(`release --all afterwards: exit ${release.code}`);
	const afterwards = await whatIsLeft(ended);
	return {
		outcome: `given back, ${left.join(', ')} (1), the lines took it away`,
		problems: [
			...problems,
			...still.map(text => `${text} after the printed lines`),
			...afterwards.map(text => `after release --all: ${text}`),
		],
	};
};

/** In AWS; a fuse that is being stopped is gone within a moment. */
const stillLeft = async ({bench, expected}: Ended): Promise<readonly string[]> => {
	let left: readonly string[] = [];
	await until(
		async () => {
			left = await leftIn(bench.lab, expected);
			return left.length === 0 ? true : null;
		},
		{seconds: 3},
	);
	return left;
};

const lastWarning = (hold: HoldProcess): string => {
	const event = hold.events().findLast(({message}) => typeof message === 'string');
	return String(event?.['message'] ?? hold.stderr().trim().split('\n').at(-1) ?? '').slice(0, 100);
};

/** The guardian must not be the one who does it. */
const pasteLine = async ({
	bench,
	hold,
	home,
	expected,
}: Ended): Promise<Pick<FaultResult, 'outcome' | 'problems'>> => {
	const {lab, copy} = bench;
	const end = hold.events().find(({event}) => event === 'release-incomplete');
	const command = String(end?.['command'] ?? '');
	const wasGuarded = await copy.killGuardians();
	await lab.control('DELETE', '/faults');
	const problems: string[] = [];
	if (!hold.stderr().includes(command)) problems.push('the line does not stand on stderr');
	const pasted = await paste(command, lab.env);
	if (pasted.code !== 0) problems.push(`the line failed: ${pasted.stderr.trim().slice(-160)}`);
	const still = (await leftIn(lab, expected)).filter(text => !/^(?:\d+ fuses|tags)/.test(text));
	const release = await runOf(copy.door, ['release', '--all'], {home, environment: lab.env});
	if (release.code !== 0) problems.push(`release --all afterwards: exit ${release.code}`);
	const afterwards = await leftIn(lab, expected);
	return {
		outcome: `incomplete (4), the line finished it${wasGuarded > 0 ? '' : '; no guardian was left'}`,
		problems: [...problems, ...still, ...afterwards.map(text => `after release --all: ${text}`)],
	};
};
