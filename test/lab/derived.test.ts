/** Recordings made from recordings. */
import {expect, test} from 'vitest';
import {loadRecordings} from '../../src/lab/boxes.ts';
import {withDerived} from '../../src/lab/scenarios/derived.ts';

const recordings = withDerived(loadRecordings());
const messages = (name: string): readonly unknown[] =>
	(recordings.get(name)?.entries ?? []).map(({fields}) => fields['MESSAGE']);

test('orphan: the failed unit recovers a minute after its fault, and what it cancelled never comes back', () => {
	const of = (unit: string) =>
		(recordings.get('orphan')?.entries ?? []).filter(({fields}) => fields['UNIT'] === unit);
	const fault = of('s3-config-sync.service').find(({fields}) => 'UNIT_RESULT' in fields);
	const last = of('s3-config-sync.service').at(-1);
	expect(last?.fields['MESSAGE']).toMatch(/^Finished s3-config-sync\.service/);
	expect((last?.monotonicUs ?? 0) - (fault?.monotonicUs ?? 0)).toBe(60_000_000);
	expect(of('foo-app.service').at(-1)?.monotonicUs).toBeLessThan(last?.monotonicUs ?? 0);
});

test('edges: 200 units, one with a name of 120 characters, and entries in time order', () => {
	const edges = recordings.get('edges');
	const names = [...(edges?.units.keys() ?? [])];
	expect(names).toHaveLength(200);
	expect(Math.max(...names.map(name => name.length))).toBe(120);
	const times = edges?.entries.map(({monotonicUs}) => monotonicUs) ?? [];
	expect(times).toEqual([...times].sort((one, other) => one - other));
	expect(messages('edges')).toContain('Finished step-001.service - Step 2.');
});

test('no two entries of a derived recording share a cursor', () => {
	for (const name of ['orphan', 'edges']) {
		const cursors = recordings.get(name)?.entries.map(({fields}) => fields['__CURSOR']) ?? [];
		expect(new Set(cursors).size).toBe(cursors.length);
	}
});

test('packaged recordings stay as they are', () => {
	for (const [name, recording] of loadRecordings())
		expect(messages(name)).toHaveLength(recording.entries.length);
});
