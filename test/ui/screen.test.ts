import {describe, expect, test} from 'vitest';
import type {Overlay} from '../../src/ui/app-state.ts';
import type {ScreenName} from '../../src/ui/place.ts';
import {aGroup, aHold, aModel, aStore, detailOf, entry, flappingActivities, idOf, viewOf} from './fakes.ts';
import {hostileTexts} from './hostile-texts.ts';
import {expectWholeFrame, linesOf} from './painted.ts';

const screens: readonly ScreenName[] = ['fleet', 'group', 'boot', 'logs', 'why', 'activity'];
const sizes = [
	[60, 16],
	[80, 24],
	[100, 30],
	[139, 31],
	[200, 50],
] as const;

describe('every frame is whole', () => {
	for (const screen of screens)
		for (const size of sizes)
			test(`${screen} at ${size.join('x')}, held and not`, () => {
				for (const holds of [[], [aHold()]]) {
					const model = aModel({place: {screen}, size, holds, store: aStore(['one', 'two'])});
					const lines = expectWholeFrame(model);
					expect(lines[0]).toMatch(/^ unflap ▸/);
					expect(lines.at(-1)).toMatch(/\? help .*q quit/);
					if (holds.length > 0) expect(lines.join('\n')).toMatch(/■ HELD/);
				}
			});

	const overlays: readonly Overlay[] = [
		{kind: 'help', query: '', scroll: 0},
		{kind: 'details', scroll: 0},
		{kind: 'errors', scroll: 0},
		{kind: 'changes', scroll: 0},
		{kind: 'units', selected: 0, chosen: new Set()},
		{kind: 'actions', selected: 0, asked: false, typed: '', said: null, paintedAt: null},
	];
	for (const overlay of overlays)
		test(`with ${overlay.kind} on top`, () => {
			for (const size of sizes) expectWholeFrame(aModel({place: {screen: 'group'}, size, state: {overlay}}));
		});
});

test('below 60x16 the notice stands alone, and says what is held', () => {
	const lines = linesOf(aModel({size: [59, 15], holds: [aHold()]}));
	expect(lines.length).toBe(15);
	expect(lines[0]).toContain('terminal too small: 59x15');
	expect(lines[1]).toContain('60x16');
	expect(lines.join('\n')).toMatch(/■ HELD 56:00/);
});

test('the flapping group says since when, how long its boxes live, and of what they die', () => {
	const text = linesOf(aModel()).join('\n');
	expect(text).toMatch(/▸ web-prod +\d+\.\d .*▲ FLAPS/);
	expect(text).toMatch(/20 launches and 20 deaths since \d\d:\d\d\. Every box lived 6m41s ±0s/);
	expect(text).toMatch(/launch ─+ 1m12s ─+▸ in service ─+ 5m00s grace ─+▸ checks count ─+ 29s ─+▸ killed/);
	expect(text).toMatch(/ELB health check, 20 of 20/);
});

test('a stray says since when, and that nobody owns it', () => {
	const text = linesOf(aModel()).join('\n');
	expect(text).toMatch(/legacy .*‖ STRAY/);
	expect(text).toMatch(/legacy ─+ a hold that is not ours/);
	expect(text).toMatch(/ReplaceUnhealthy suspended 19 days ago, no owner tag/);
});

test('while a filter is typed the title counts groups, not matches', () => {
	const text = linesOf(aModel({state: {filter: 'leg', field: {kind: 'filter', text: 'leg'}}})).join('\n');
	expect(text).toMatch(/Auto Scaling Groups 2 .*· \/leg ─╮/);
	expect(text).not.toMatch(/web-prod +\d/);
	const none = linesOf(aModel({state: {filter: 'zzz'}})).join('\n');
	expect(none).toContain('nothing matches /zzz');
	expect(none).toContain('esc');
});

test('the banner counts what is covered, and names what was off before', () => {
	const text = linesOf(aModel({place: {screen: 'group'}, holds: [aHold()]})).join('\n');
	expect(text).toMatch(/■ HELD by ana@lap7 since 13:56:00 +ends in 56:00 ▕█+░+▏ of 60:00/);
	expect(text).toMatch(/we suspended .*and 3 more \(AZRebalance was off before\)/);
	expect(text).toMatch(/covered 2 · not covered 1 .*Pending/);
	expect(text).toMatch(
		/if this laptop dies {3}AWS resumes these six at 14:17:00 by its own fuse 4a9c… InProgress ✔/,
	);
});

test('a marked box is said to die of the release, but not one that is being terminated already', () => {
	const {instances} = aGroup({name: 'web-prod'});
	const marked = (lifecycleState: string) => {
		const group = aGroup({
			name: 'web-prod',
			instances: instances.map((one, index) =>
				index === 1 ? {...one, healthStatus: 'Unhealthy', lifecycleState} : {...one, healthStatus: 'Healthy'},
			),
		});
		const model = aModel({place: {screen: 'group'}, detail: detailOf(viewOf(group)), holds: [aHold()]});
		return linesOf(model).join('\n');
	};
	expect(marked('InService')).toContain('i-0000…0002 is marked Unhealthy. Release kills it');
	expect(marked('InService')).toContain('1 needs care at release');
	expect(marked('Terminating')).not.toMatch(/Release kills it|care at release/);
});

test('narrow screens lose columns in the order of the layout rules', () => {
	const heading = (columns: number) => linesOf(aModel({size: [columns, 30]}))[2] ?? '';
	expect(heading(100)).toContain('5-MIN BINS');
	expect(heading(99)).not.toContain('5-MIN BINS');
	expect(heading(89)).not.toContain('LIFE P50');
	expect(heading(75)).not.toContain('LAST 2 H');
	expect(heading(69)).not.toContain('LAST DEATH');
	for (const columns of [60, 69, 75, 89, 99, 100, 140])
		expect(heading(columns)).toMatch(/GROUP .*FLAPS\/H .*IN\/WANT .*STATE/);
	expect(heading(140)).toMatch(/MIN\/MAX .*TEMPLATE/);
});

test('a name of 120 characters keeps its head and its last eight', () => {
	const name = `platform-${'x'.repeat(103)}-tail-end`;
	const view = viewOf(aGroup({name}));
	const text = linesOf(aModel({groups: [view]})).join('\n');
	expect(text).toMatch(/▸ plat…tail-end/);
});

test('T10 two groups whose names look the same are told apart', () => {
	const groups = ['web-prod', 'web-prod\u200b', 'worker'].map(name => viewOf(aGroup({name})));
	const text = linesOf(aModel({groups})).join('\n');
	expect(text.match(/≈ web-prod/g)?.length).toBe(2);
	expect(text).not.toMatch(/≈ worker/);
});

test('T11 hostile widths never move a border', () => {
	const three = [
		[80, 24],
		[100, 30],
		[200, 50],
	] as const;
	for (const [index, text] of hostileTexts.entries()) {
		const size = three[index % three.length] ?? three[0];
		const view = viewOf(aGroup({name: text}), flappingActivities(text));
		expectWholeFrame(aModel({size, groups: [view]}));
		expectWholeFrame(
			aModel({size, place: {screen: 'logs'}, store: aStore([text, `before ${text} after`], 2)}),
		);
		expectWholeFrame(aModel({size, place: {screen: 'group', group: text}, detail: detailOf(view)}));
	}
});

test('T1 no frame holds an escape or a control byte, whatever names and lines say', () => {
	for (const text of hostileTexts) {
		const view = viewOf(aGroup({name: text}), flappingActivities(text));
		for (const screen of screens) {
			const model = aModel({
				place: {screen, group: text},
				groups: [view],
				detail: detailOf(view),
				store: aStore([text]),
			});
			expect(linesOf(model).join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
		}
	}
});

test('T12 a line that draws a banner, a header or a footer stays in its pane behind the gutter', () => {
	const forged = [
		'┏━━━━━━━━━━━━━━━┓',
		'┃ ■ HELD by ana@lap7 since 13:47:09 ends in 56:14 ┃',
		'enter ▸ release',
		'\n\n unflap ▸ fleet   polled 1s ago ●',
	];
	const plain = forged.map(text => 'x'.repeat(text.length));
	for (const wrap of [false, true]) {
		const paint = (lines: readonly string[]) => {
			const model = aModel({place: {screen: 'logs'}, holds: [aHold()], store: aStore(lines)});
			return linesOf({...model, state: {...model.state, logs: {...model.state.logs, wrap}}});
		};
		const [real, fake] = [paint(plain), paint(forged)];
		expect(fake[0]).toBe(real[0]);
		expect(fake[1]).toBe(real[1]);
		expect(fake.at(-1)).toBe(real.at(-1));
		for (const [index, line] of fake.entries()) {
			if (!line.startsWith('│')) continue;
			expect(line.at(-1)).toBe('│');
			expect(line.slice(1, 25)).toBe(real[index]?.slice(1, 25));
		}
	}
});

test('the log keeps two clocks apart, and says when nothing was said yet', () => {
	const empty = linesOf(aModel({place: {screen: 'logs'}, store: aStore([])})).join('\n');
	expect(empty).toContain('No box yet');
	const store = aStore(['first', 'second']);
	store.append(0, [entry('systemd says', {identifier: 'systemd', pid: 1})]);
	store.setFilter({});
	const text = linesOf(aModel({place: {screen: 'logs'}, store})).join('\n');
	expect(text).toMatch(/│ \+0:01\.0 s3-sync +first/);
	expect(text).toMatch(/systemd +systemd says/);
	expect(text).toContain('▾ following');
	expect(text).toContain('FOLLOW · boot clock');
});

test('with two boxes or more each line names its box', () => {
	const text = linesOf(aModel({place: {screen: 'logs'}, store: aStore(['first'], 2)})).join('\n');
	expect(text).toContain(` ${idOf(1).slice(-4)} s3-sync`);
});
