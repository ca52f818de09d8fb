/** Banner and overlays of holds, painted from made-up models; and what their keys ask of a hold. */
import {describe, expect, test} from 'vitest';
import type {LoggedCall} from '../../src/aws/types.ts';
import {ours} from '../../src/base/terminal-text.ts';
import type {PatientView, PinView} from '../../src/hold/care-types.ts';
import type {
	HeldElsewhere,
	HoldOutcome,
	HoldPreview,
	HoldSession,
	HoldView,
	ReleasePreview,
} from '../../src/hold/types.ts';
import type {HoldOverlay, Overlay, ReleaseOverlay} from '../../src/ui/app-state.ts';
import type {Model} from '../../src/ui/model.ts';
import {aGroup, aHold, aModel, detailOf, idOf, type ModelParts, now, viewOf} from './fakes.ts';
import {expectWholeFrame} from './painted.ts';

const sizes = [
	[60, 16],
	[80, 24],
	[100, 30],
	[200, 50],
] as const;

/** Painted at every size, whole at each; returned as it is at 100x30. */
const painted = (parts: ModelParts): string => {
	for (const size of sizes) expectWholeFrame(aModel({...parts, size}));
	return expectWholeFrame(aModel({...parts, size: [100, 30]})).join('\n');
};
const group = (part: ModelParts = {}): ModelParts => ({place: {screen: 'group'}, ...part});
const over = (overlay: Overlay, part: ModelParts = {}): ModelParts =>
	group({...part, state: {...part.state, overlay}});

describe('the banner', () => {
	const fuse = (part: Partial<Extract<HoldView['net'], {kind: 'fuse'}>>) =>
		aHold({
			net: {
				kind: 'fuse',
				executionId: '4a9c1111-2222-4333-8444-555566667777',
				deadline: now + 17 * 60_000,
				status: 'InProgress',
				asYouUntil: null,
				...part,
			},
		});

	test('says when AWS resumes by itself, as whom, and that it does', () => {
		expect(painted(group({holds: [fuse({})]}))).toMatch(
			/if this laptop dies {3}AWS resumes these six at 14:17:00 by its own fuse 4a9c… InProgress ✔/,
		);
		expect(painted(group({holds: [fuse({asYouUntil: now + 600_000})]}))).toContain('as you, until 14:10');
		const short = expectWholeFrame(aModel(group({holds: [fuse({})], size: [80, 24]}))).join('\n');
		expect(short).toContain('AWS resumes at 14:17:00 ✔');
	});

	test('a fuse that does not sleep, or is late, is no net', () => {
		for (const part of [{status: 'Pending'}, {deadline: now - 1}])
			expect(painted(group({holds: [fuse(part)]}))).toMatch(/by its own fuse 4a9c… \w+ ✖/);
	});

	test('no net is loud, also where the screen is low', () => {
		const holds = [aHold({net: {kind: 'none'}})];
		expect(painted(group({holds}))).toContain('NO NET: nothing resumes these six');
		expect(expectWholeFrame(aModel(group({holds, size: [80, 24]}))).join('\n')).toContain('NO NET');
	});

	test('names adopted processes, and what asks or ends soon', () => {
		const text = painted(
			group({
				holds: [
					aHold({
						adopted: ['AZRebalance'],
						baseline: [],
						question: 'suspend again, or release?',
						until: now + 240_000,
					}),
				],
				state: {dying: {'7f3a90c1': [idOf(2)]}, idle: 'not-renewing'},
			}),
		);
		expect(text).toContain('adopted AZRebalance');
		expect(text).toMatch(/\? suspend again, or release\? {3}H answers/);
		expect(text).toMatch(/at its end {3}✖ i-0000…0002 dies, or may {3}\+ keeps holding/);
		expect(text).toContain('any key renews it again');
	});

	test('a pinned box is kept by its launch hook, for as long as GlobalTimeout allows', () => {
		const pin: PinView = {
			group: 'web-prod',
			instanceId: idOf(3),
			hook: 'warmup',
			state: 'beating',
			waitingSince: now,
			until: now + 3377_000,
			lastBeatAt: now,
			says: 'heartbeats keep its hook',
		};
		const held = painted(group({holds: [aHold()], pins: [pin]}));
		expect(held).toMatch(/not covered 1 {3}i-0000…0003 is Pending: its launch hook keeps it, for 56m17s/);
		expect(held).toMatch(
			/i-0000…0003 is pinned for 56m17s at most \(GlobalTimeout\): heartbeats keep its hook warmup/,
		);
		const failing = {...pin, state: 'failing', says: 'no heartbeat: Rate exceeded'} as const;
		expect(painted(group({holds: [aHold()], pins: [failing]}))).toContain(
			'is pinned, but no heartbeat: Rate exceeded',
		);
	});

	const tagged = (holdId: string) => {
		const view = viewOf(aGroup({name: 'web-prod'}));
		const tag = {
			holdId,
			phase: 'live',
			owner: 'bob',
			host: 'lap9',
			until: now + 900_000,
			processes: [],
			baseline: [],
			why: 'disk',
			raw: '',
			fuse: null,
		} as unknown as (typeof view.holds)[number];
		return detailOf({...view, holds: [tag]});
	};
	const elsewhere = (fuse: HeldElsewhere['fuse']): HeldElsewhere => ({
		holdId: '00000001',
		group: 'web-prod',
		region: 'eu-west-1',
		owner: 'bob',
		host: 'lap9',
		since: null,
		until: now + 900_000,
		state: 'live',
		suspended: [],
		mine: false,
		fuse,
	});

	test("somebody else's hold is shown with its owner, its end and its fuse", () => {
		const detail = tagged('00000001');
		const fuse = {executionId: '77aa0000', deadline: now + 1_200_000, state: 'InProgress'};
		const text = painted(group({detail, elsewhere: [elsewhere(fuse)]}));
		expect(text).toMatch(/■ HELD by bob@lap9, not ours {3}disk +lease until 14:15:00 {3}H joins it/);
		expect(text).toMatch(/AWS resumes at 14:20:00, by fuse 77aa… InProgress ✔/);
		expect(painted(group({detail, elsewhere: [elsewhere(null)]}))).toContain('no fuse was seen');
	});

	test('a box that was taken out is ours until it is back', () => {
		expect(painted(group({patients: [patient]}))).toMatch(
			/■ TAKEN OUT i-0000…0001 in Standby since 13:50:00 by ana@lap7 {3}a brings it back/,
		);
	});
});

const patient: PatientView = {
	patientId: '0123abcd',
	group: 'web-prod',
	region: 'eu-west-1',
	instanceId: idOf(1),
	way: 'standby',
	since: now - 600_000,
	owner: 'ana@lap7',
	undo: `aws autoscaling exit-standby --instance-ids ${idOf(1)} --auto-scaling-group-name web-prod`,
};

const preview = (part: Partial<HoldPreview> = {}): HoldPreview => ({
	group: 'web-prod',
	preset: 'freeze',
	wanted: ['ReplaceUnhealthy', 'Terminate'],
	baseline: ['AZRebalance'],
	covered: [idOf(1), idOf(2)],
	notCovered: [],
	touches: 'web-prod (3 boxes, 2 in service); no target group sends it traffic',
	costs: [],
	until: now + 3600_000,
	healthyBoxes: 0,
	mostlyHookDeaths: false,
	joins: [],
	marked: [],
	refusal: null,
	permission: 'permitted',
	...part,
});

const holdOverlay = (part: Partial<HoldOverlay> = {}): HoldOverlay => ({
	kind: 'hold',
	group: 'web-prod',
	presets: ['freeze', 'no-replace', 'quiet', 'one-patient'],
	preset: 'freeze',
	previews: {freeze: preview()},
	chosen: false,
	problem: null,
	asked: false,
	setHealthy: false,
	net: 'fuse',
	typed: '',
	hint: null,
	adopt: [],
	wanted: 3600,
	patient: {instanceId: null, way: 'standby'},
	busy: false,
	paintedAt: null,
	...part,
});

describe('the hold preview', () => {
	test('says that AWS resumes by itself, and how to do without', () => {
		expect(painted(over(holdOverlay()))).toMatch(/Net +AWS resumes by itself, by a fuse \(n: without one\)/);
	});

	test('without a net: fifteen minutes, said loudly, and the name is typed', () => {
		const text = painted(over(holdOverlay({net: 'none', typed: 'web-p'})));
		expect(text).toContain('NONE: if this machine dies, nothing resumes this group');
		expect(text).toMatch(/Until +14:15:00 UTC, in 15:00/);
		expect(text).toMatch(/Type the group's name to hold without a net, or esc +▏web-p▕/);
	});

	test('names the marked box in focus that is set Healthy once held, and leaves the others', () => {
		const previews = {freeze: preview({marked: [idOf(1), idOf(2)]})};
		const selected = {group: 'web-prod', box: idOf(2), unit: null, activity: 0, why: null};
		const text = painted(over(holdOverlay({previews}), {state: {selected}}));
		expect(text).toMatch(/Marked +Unhealthy: i-0000…0002\s/);
		expect(text).toContain('1 box more marked Unhealthy, not in focus: left so');
	});

	test('a refused fuse says what to do, and that a hold without one is possible', () => {
		const problem = {
			message: ours`You may not call ssm:StartAutomationExecution`,
			next: [ours`unflap doctor --setup`],
		};
		const text = painted(over(holdOverlay({problem})));
		expect(text).toContain('refused: You may not call ssm:StartAutomationExecution');
		expect(text).toContain('nothing of ours is suspended, tagged or armed');
		expect(text).toContain('n without a net, 15 minutes at most');
	});

	test('a stray that is adopted is named, and no longer left off', () => {
		const text = painted(over(holdOverlay({adopt: ['AZRebalance']})));
		expect(text).toMatch(/Adopts +AZRebalance: release resumes it with the rest/);
		expect(text).not.toContain('Leaves off');
	});

	test('one-patient: the sickest box, how, and what it leads to', () => {
		const part = {preset: 'one-patient', previews: {freeze: preview({healthyBoxes: 2})}} as const;
		const text = painted(over(holdOverlay(part)));
		expect(text).toContain('2 healthy boxes keep serving, healing and scaling');
		expect(text).toMatch(/▸ i-0000…0002 {2}Unhealthy/);
		expect(text).toMatch(/How +\[Standby\] {2}Detach {2}w/);
		expect(text).toContain('in the group, running and billed');
		expect(text).toContain('enter takes it out');
		const detach = painted(over(holdOverlay({...part, patient: {instanceId: idOf(1), way: 'detach'}})));
		expect(detach).toMatch(/▸ i-0000…0001/);
		expect(detach).toContain('Leaves the group for good');
	});
});

const session = (view: HoldView, calls: string[] = []): HoldSession => ({
	view: () => view,
	subscribe: () => () => undefined,
	onEvent: () => undefined,
	settled: Promise.resolve(view),
	extend: seconds => calls.push(`extend ${seconds}`),
	releasePreview: async () => dies,
	release: async () => Promise.reject(new Error('not in this test')),
	answer: goOn => calls.push(`answer ${goOn}`),
	renewals: allowed => calls.push(`renewals ${allowed}`),
	handOver: () => {
		throw new Error('not in this test');
	},
	linger: async () => Promise.reject(new Error('not in this test')),
	done: new Promise(() => undefined),
	accompany: async () => undefined,
});

const dies: ReleasePreview = {
	group: 'web-prod',
	givesBack: ['ReplaceUnhealthy', 'Terminate'],
	leavesOff: [{process: 'AZRebalance', why: 'was off before us'}],
	terminate: [{instanceId: idOf(2), why: 'marked Unhealthy'}],
	judge: [{instanceId: idOf(1), why: 'ELB still says Timeout'}],
	launches: '1 to 2 from template 43',
	stillHeldBy: [],
	changedByOther: [],
	dies: 2,
};

const releaseOverlay = (part: Partial<ReleaseOverlay> = {}): ReleaseOverlay => ({
	kind: 'release',
	session: session(aHold()),
	preview: dies,
	problem: null,
	typed: '',
	hint: null,
	// biome-ignore lint/suspicious/noThenProperty: an overlay is never awaited.
	then: 'stay',
	target: 0,
	ask: null,
	said: null,
	alsoResume: false,
	busy: false,
	paintedAt: null,
	...part,
});

describe('the release preview', () => {
	test('offers healing for the box under the mark, and names those that nothing covers', () => {
		const text = painted(over(releaseOverlay()));
		expect(text).toMatch(/▸ ✖ terminate i-0000…0002/);
		expect(text).toMatch(/First\? +h {2}set i-0000…0002 Healthy {3}s {2}Standby {3}d {2}Detach/);
		expect(text).toMatch(/Not covered +i-0000…0003 {2}Pending:Wait: only its launch hook keeps it/);
		expect(text).toContain('Type 2 to release and let two go');
		const judged = painted(over(releaseOverlay({target: 1})));
		expect(judged).toMatch(/First\? +s {2}Standby for i-0000…0001 {3}d {2}Detach/);
	});

	test('what a deed leads to is said in one sentence before it is asked of AWS', () => {
		const ask = {deed: 'detach', instanceId: idOf(2)} as const;
		const text = painted(over(releaseOverlay({ask})));
		expect(text).toContain('Leaves the group for good and lives on outside of it');
		expect(text).toContain('enter detaches i-0000…0002, in AWS');
	});

	test('a sticky mark is said', () => {
		const said = ours`i-0000…0002: the mark did not clear; Detach is the sure way to keep it`;
		expect(painted(over(releaseOverlay({said})))).toContain('the mark did not clear; Detach is the sure way');
	});

	test('what others suspended anew is left, but on a yes', () => {
		const changedByOther = [{process: 'HealthCheck', reason: 'User suspended at 2026-11-22T13:58:00Z'}];
		const part = {preview: {...dies, changedByOther}};
		expect(painted(over(releaseOverlay(part)))).toMatch(
			/Changed +HealthCheck, suspended anew: left so \(r resumes it\)/,
		);
		expect(painted(over(releaseOverlay({...part, alsoResume: true})))).toContain('resumed too (r leaves it)');
	});

	const released = (part: object): HoldOutcome => ({
		kind: 'released',
		resumed: ['Terminate'],
		left: [],
		verified: true,
		at: now,
		seconds: 973,
		failure: null,
		tagLeft: false,
		fuseLeft: false,
		...part,
	});

	test('the end says what became of the fuse and of the tag', () => {
		const ended = (part: object) =>
			painted(over(releaseOverlay({session: session(aHold({phase: 'released', outcome: released(part)}))})));
		expect(ended({})).toMatch(
			/✔ resumed and verified 14:00:00 {3}fuse stopped {3}tag removed {3}held 16m13s/,
		);
		expect(ended({fuseLeft: true})).toContain('fuse left: it runs out at 14:17:00');
	});
});

test('a box in Standby is brought back, or left there by name', () => {
	const overlay = {
		kind: 'patient',
		patient,
		said: null,
		next: [],
		// biome-ignore lint/suspicious/noThenProperty: an overlay is never awaited.
		then: 'stay',
		busy: false,
		done: false,
		paintedAt: null,
	} as const;
	const text = painted(over(overlay));
	expect(text).toMatch(/━ Bring back i-0000…0001 ━/);
	expect(text).toContain('in Standby since 13:50:00, by ana@lap7');
	expect(text).toContain('aws autoscaling exit-standby');
	expect(text).toMatch(/enter brings it back {3}l leaves it there {3}H holds the group {3}esc later/);
});

test('a hold that repaired itself twice asks whether to go on', () => {
	const asking = session(aHold({question: 'Terminate was resumed twice in ten minutes: suspend it again?'}));
	const text = painted(over({kind: 'question', session: asking, paintedAt: null}));
	expect(text).toContain('web-prod: somebody works against this hold');
	expect(text).toContain('Terminate was resumed twice in ten minutes');
	expect(text).toMatch(/enter goes on holding {3}r the release preview/);
});

describe('actions', () => {
	const menu = (part: Partial<Extract<Overlay, {kind: 'actions'}>> = {}): Overlay => ({
		kind: 'actions',
		selected: null,
		asked: false,
		typed: '',
		said: null,
		paintedAt: null,
		...part,
	});

	test('a box in service can be healed, put in Standby and detached; one that waits can be abandoned', () => {
		const text = painted(over(menu()));
		for (const label of ['Healthy', 'Standby for', 'detach']) expect(text).toContain(label);
		expect(text).not.toContain('abandon');
		const selected = {group: 'web-prod', box: idOf(3), unit: null, activity: 0, why: null};
		const waiting = painted(over(menu(), {state: {selected}}));
		expect(waiting).toContain('abandon the launch hook of i-0000…0003');
		expect(waiting).not.toContain('Standby for');
	});

	test('adopting or resuming a stray takes a typed word', () => {
		const selected = {group: 'legacy', box: null, unit: null, activity: 0, why: null};
		const fleet = (part: Parameters<typeof menu>[0]) =>
			painted({place: {screen: 'fleet', group: 'legacy'}, state: {selected, overlay: menu(part)}});
		expect(fleet({})).toMatch(/adopt[\s\S]*resume[\s\S]*mark as intended/);
		expect(fleet({selected: 1, asked: true, typed: 'ye'})).toMatch(/Type yes, or esc +▏ye▕/);
	});
});

test('every change stands with its outcome, its line and its undo, and what happened to holds beside it', () => {
	const call = (part: Partial<LoggedCall>): LoggedCall => ({
		at: now,
		operation: 'SuspendProcesses',
		group: 'web-prod',
		detail: 'Terminate',
		outcome: {state: 'ok'},
		cliLine: 'aws autoscaling suspend-processes --auto-scaling-group-name web-prod',
		undo: 'aws autoscaling resume-processes --auto-scaling-group-name web-prod',
		...part,
	});
	const changes: Model['changes'] = [
		call({
			at: now - 3000,
			operation: 'StartAutomationExecution',
			detail: 'x'.repeat(200),
			undo: 'none: it ends by itself',
		}),
		call({outcome: {state: 'failed', code: 'AccessDenied', message: 'not authorized'}}),
	];
	const state = {news: [{at: now - 1000, text: ours`web-prod: its fuse ran`}]};
	const at = (scroll: number) => painted(over({kind: 'changes', scroll}, {changes, state}));
	expect(at(0)).toMatch(/▸ 14:00:00 {2}SuspendProcesses Terminate +✖ AccessDenied/);
	expect(at(0)).toContain('undo aws autoscaling resume-processes');
	expect(at(0)).toContain('said not authorized');
	expect(at(0)).toMatch(/13:59:57 {2}StartAutomationExecution x+… ✔/);
	expect(at(1)).toContain('web-prod: its fuse ran');
	expect(at(2)).toContain('undo none: it ends by itself');
});
