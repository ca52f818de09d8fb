import {expect, test} from 'vitest';
import {formatClock, formatTook} from '../../src/boot/boot-time.ts';
import {outsideMarks} from '../../src/boot/outside-marks.ts';
import type {Boot} from '../../src/boot/types.ts';
import {layoutWaterfall, type Waterfall} from '../../src/boot/waterfall.ts';
import {bootOf, exited, failed, finished, line, started, starting} from './entries.ts';
import {factsOf, journalOf, modelOf, scenarios} from './recordings.ts';

const bootOfScenario = async (scenario: string): Promise<Boot> => {
	const boot = (await modelOf(journalOf(scenario))).boot();
	if (boot === null) {
		throw new Error(scenario);
	}

	return boot;
};

const barsOf = (layout: Waterfall) =>
	layout.rows.flatMap(row =>
		row.kind === 'unit' || row.kind === 'try' || row.kind === 'kernel' ? [row.bar] : [],
	);

test.each(scenarios.filter(({scenario}) => !scenario.startsWith('S10-')))(
	'$scenario: every bar and tick lies on the axis, at any width',
	async ({scenario}) => {
		const boot = await bootOfScenario(scenario);
		for (const columns of [56, 76, 96, 136, 196, 400]) {
			const layout = layoutWaterfall(boot, {columns});
			expect(layout.unitColumns).toBeGreaterThanOrEqual(20);
			expect(layout.unitColumns).toBeLessThanOrEqual(60);
			expect(layout.axisColumns).toBeGreaterThanOrEqual(24);
			expect(layout.unitColumns + layout.axisColumns + layout.tookColumns).toBeLessThanOrEqual(columns);
			for (const bar of barsOf(layout)) {
				expect(bar.column).toBeGreaterThanOrEqual(0);
				expect(bar.column + bar.cells.length).toBeLessThanOrEqual(layout.axisColumns);
			}

			let free = 0;
			for (const tick of layout.axis.ticks) {
				expect(tick.column).toBeGreaterThanOrEqual(free);
				free = tick.column + tick.label.length + 1;
				expect(free - 1).toBeLessThanOrEqual(layout.axisColumns);
			}
		}
	},
);

test('story 8: tries stand below their unit in time order, none on another, longer on a wider screen', async () => {
	const boot = await bootOfScenario('S06-crash-loop');
	const narrow = layoutWaterfall(boot, {columns: 96});
	const wide = layoutWaterfall(boot, {columns: 196});
	for (const layout of [narrow, wide]) {
		const at = layout.rows.findIndex(row => row.kind === 'unit' && row.name === 'foo-app.service');
		const tries = layout.rows.slice(at + 1, at + 6);
		let free = 0;
		for (const [index, row] of tries.entries()) {
			if (row.kind !== 'try') {
				throw new Error(row.kind);
			}

			expect(row.name).toBe(`try ${index + 1}`);
			expect(row.label).toBe(index === 4 ? 'exit 1, gave up' : 'exit 1');
			expect(row.bar.column).toBeGreaterThanOrEqual(free);
			free = row.bar.column + row.bar.cells.length;
		}
	}

	const failedBar = (layout: Waterfall) =>
		layout.rows.flatMap(row => (row.kind === 'unit' && row.label === '✖ failed' ? [row] : []))[0];
	expect(failedBar(wide)?.bar.cells.length).toBeGreaterThan(failedBar(narrow)?.bar.cells.length ?? 0);
	expect(failedBar(wide)?.took).toBe(failedBar(narrow)?.took);
});

test('story 7: marks, labels, and the title that sums up', async () => {
	const layout = layoutWaterfall(await bootOfScenario('S05-s3-access-denied'), {columns: 96});
	expect(layout.title).toBe('reached multi-user 2:32, degraded · 1 failed · 1 cancelled');
	const rows = Object.fromEntries(layout.rows.flatMap(row => (row.kind === 'unit' ? [[row.name, row]] : [])));
	expect(rows['s3-config-sync.service']).toMatchObject({
		label: '✖ failed',
		tone: 'bad',
		took: '44.0s',
		inChain: true,
	});
	expect(rows['foo-app.service']).toMatchObject({label: '✖ cancelled', took: 'never', bar: {cells: '✖'}});
	expect(rows['instance-metadata.service']).toMatchObject({label: '● finished', tone: 'good'});
	expect(rows['multi-user.target']).toMatchObject({label: '● reached', bar: {cells: '●'}});
	const order = layout.rows.flatMap(row => (row.kind === 'unit' ? [row.name] : []));
	expect(order.indexOf('foo-app.service')).toBe(order.indexOf('s3-config-sync.service') + 1);
	expect(layout.rows.at(-1)?.kind).toBe('outside');
});

test('a boot of 200 units shows the chain and the failed first, the rest behind one row', async () => {
	const many = Array.from({length: 200}, (_, index) => [
		starting(index / 10, `unit-${index}.service`),
		finished(index / 10 + 1, `unit-${index}.service`),
	]);
	const boot = bootOf([
		...many.flat(),
		starting(30, 'bad.service'),
		exited(31, 'bad.service', 1),
		failed(31, 'bad.service'),
	]);
	const layout = layoutWaterfall(boot, {columns: 96, maxUnits: 12});
	const units = layout.rows.filter(row => row.kind === 'unit');
	expect(units).toHaveLength(12);
	expect(units.some(row => row.kind === 'unit' && row.name === 'bad.service')).toBe(true);
	expect(layout.rows.find(row => row.kind === 'more')).toEqual({kind: 'more', count: 189});
});

test('a boot that still runs ends at now, and what still starts has an open bar', () => {
	const boot = bootOf([starting(10, 'a.service'), line(20, 'a.service', 'working')]);
	const layout = layoutWaterfall(boot, {columns: 96, nowSeconds: 60});
	expect(layout.axis.endSeconds).toBe(60);
	const row = layout.rows.find(one => one.kind === 'unit');
	expect(row).toMatchObject({label: '◌ starting', tone: 'busy', took: '…'});
	expect(row?.kind === 'unit' && row.bar.column + row.bar.cells.length).toBe(layout.axisColumns);
});

test('a journal that begins late is drawn from its first entry on', () => {
	const boot = bootOf([started(2755, 'a.service'), started(2760, 'b.service')]);
	expect(layoutWaterfall(boot, {columns: 96}).axis).toMatchObject({startSeconds: 2755, endSeconds: 2760});
});

test('what happens outside the box stands on the same axis', async () => {
	const boot = await bootOfScenario('S05-s3-access-denied');
	const zero = (boot.startedAtUs ?? 0) / 1000;
	const outside = outsideMarks(boot, {
		launchedAt: zero - 5000,
		inServiceAt: zero + 72_000,
		graceSeconds: 300,
		diedAt: zero + 401_000,
	});
	expect(outside).toEqual([
		{atSeconds: 72, label: 'in service'},
		{atSeconds: 372, label: 'grace'},
		{atSeconds: 401, label: 'died'},
	]);
	const layout = layoutWaterfall(boot, {columns: 96, outside});
	const marks = layout.rows.at(-1);
	expect(layout.axis.endSeconds).toBe(401);
	expect(marks?.kind === 'outside' && marks.marks.map(mark => mark.column)).toEqual([
		Math.floor((72 / 401) * layout.axisColumns),
		Math.floor((372 / 401) * layout.axisColumns),
		layout.axisColumns - 1,
	]);
});

test('a box whose clock is hours off is placed by its launch', () => {
	const boot = {startedAtUs: 1_000_000_000_000_000, lastSeconds: 100};
	const launchedAt = 1_795_373_000_000;
	expect(
		outsideMarks(boot, {launchedAt, inServiceAt: launchedAt + 60_000, graceSeconds: null, diedAt: null}),
	).toEqual([{atSeconds: 60, label: 'in service'}]);
});

test('unit facts give a boot without a journal its waterfall', async () => {
	const {createBootModel} = await import('../../src/boot/boot-model.ts');
	const model = createBootModel();
	model.facts(factsOf('S05-s3-access-denied', 'systemctl-show-units.txt'));
	const boot = model.boot();
	const layout = boot === null ? undefined : layoutWaterfall(boot, {columns: 96});
	expect(
		layout?.rows.some(
			row => row.kind === 'unit' && row.name === 's3-config-sync.service' && row.took === '44.0s',
		),
	).toBe(true);
});

test.each([
	[0, '0:00'],
	[29.9, '0:29'],
	[725, '12:05'],
	[3723, '1:02:03'],
])('%d seconds on the clock are %s', (seconds, text) => {
	expect(formatClock(seconds)).toBe(text);
});

test.each([
	[0.04, '0.0s'],
	[57.63, '57.6s'],
	[59.96, '1m00s'],
	[217, '3m37s'],
	[7500, '2h05m'],
	[500_000, '5d'],
	[-3, '0.0s'],
])('%d seconds took %s', (seconds, text) => {
	expect(formatTook(seconds)).toBe(text);
	expect(formatTook(seconds).length).toBeLessThanOrEqual(6);
});
