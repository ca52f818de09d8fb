import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {isUnitName} from '../../src/remote/grammar.ts';
import {parseSystemctlShow} from '../../src/remote/unit-facts.ts';
import {corpus} from '../hostile/corpus.ts';
import {sharedFolder} from '../shared-folder.ts';

const show = (path: string) => parseSystemctlShow(readFileSync(join(sharedFolder, 'fixtures', path), 'utf8'));

test('the recorded units of a failed boot', () => {
	const units = new Map(
		show('boots/S05-s3-access-denied/systemctl-show-units.txt').map(unit => [unit.id, unit]),
	);
	expect(units.get('s3-config-sync.service')).toMatchObject({
		activeState: 'failed',
		result: 'exit-code',
		execMainCode: 1,
		execMainStatus: 1,
		loadState: 'loaded',
		requires: expect.arrayContaining(['instance-metadata.service']),
	});
	expect(units.get('foo-app.service')).toMatchObject({
		activeState: 'inactive',
		result: 'success',
		inactiveExitUs: 0,
	});
});

test.each([229, 247, 249, 252, 255, 257, 262])('the answers of systemd %i', version => {
	const units = show(`versions/systemd-${version}/systemctl-show-units.txt`);
	expect(units.length).toBeGreaterThan(3);
	for (const unit of units) {
		expect(isUnitName(unit.id)).toBe(true);
		expect(Number.isSafeInteger(unit.inactiveExitUs)).toBe(true);
	}
});

test.each([237, 245])('systemd %i stopped before the first unit was named, so nothing is known', version => {
	expect(show(`versions/systemd-${version}/systemctl-show-units.txt`)).toEqual([]);
});

test('an answer that was cut short counts as far as it came', () => {
	expect(
		parseSystemctlShow(
			'Id=a.service\nActiveState=active\n\nActiveState=x\n\nId=b.service\nNRestarts=-3\nActiveEnterTimestampMonotonic=99999999999999999999',
		),
	).toMatchObject([
		{id: 'a.service', activeState: 'active'},
		{id: 'b.service', restarts: 0, activeEnterUs: 0},
	]);
});

test.each(corpus)('Q3 no awkward string is a unit name: $name', ({text}) => {
	expect(isUnitName(`${text}.service`) && !/^[A-Za-z0-9:_.\\@-]+$/.test(text)).toBe(false);
});

test.each(['-.mount', 'a@b.service', 'dev-disk-by\\x2duuid.swap', 'x.y.timer'])('%s is a unit name', name => {
	expect(isUnitName(name)).toBe(true);
});
test.each([
	'a*.service',
	'a[b].service',
	'a?.service',
	'web',
	'a b.service',
	'',
	`${'x'.repeat(250)}.service`,
	'a@b@c.service',
])('Q3 %s is none', name => {
	expect(isUnitName(name)).toBe(false);
});
