import {expect, test} from 'vitest';
import {monotonicUs, type RecordedBoot} from '../../../src/lab/box/life.ts';
import {loadBoots, packagedRecordings} from '../../../src/lab/box/load-boots.ts';
import {createUnitHistory} from '../../../src/lab/box/unit-history.ts';

const lives = loadBoots();
const bootOf = (name: string, index = 0): RecordedBoot => {
	const boot = lives.get(name)?.boots[index];
	if (boot === undefined) throw new Error(`no ${name}`);
	return boot;
};
const seconds = 1_000_000;
const stateAt = (boot: RecordedBoot, unit: string, at: number) => {
	const facts = createUnitHistory(boot)(unit, at * seconds);
	return `${facts.get('ActiveState')}/${facts.get('SubState')} ${facts.get('Result')}`;
};

test.each(packagedRecordings.filter(name => !name.startsWith('S11')))(
	'%s ends with the facts that systemctl gave',
	name => {
		for (const boot of lives.get(name)?.boots ?? []) {
			const factsAt = createUnitHistory(boot);
			const end = monotonicUs(boot.entries.at(-1)) + 3600 * seconds;
			for (const [unit, facts] of boot.units) expect(factsAt(unit, end)).toEqual(facts);
		}
	},
);

test('before its start a unit has never run', () => {
	const facts = createUnitHistory(bootOf('S05-s3-access-denied'))('s3-config-sync.service', 20 * seconds);
	expect(facts.get('ActiveState')).toBe('inactive');
	expect(facts.get('InactiveExitTimestampMonotonic')).toBe('0');
	expect(facts.get('ExecMainStatus')).toBe('0');
	expect(facts.get('InvocationID')).toBe('');
});

test('a oneshot is activating until it ends, then failed with its status', () => {
	const boot = bootOf('S05-s3-access-denied');
	const facts = boot.units.get('s3-config-sync.service');
	const began = Number(facts?.get('InactiveExitTimestampMonotonic')) / seconds;
	const ended = Number(facts?.get('InactiveEnterTimestampMonotonic')) / seconds;
	expect(stateAt(boot, 's3-config-sync.service', began + 5)).toBe('activating/start success');
	expect(stateAt(boot, 's3-config-sync.service', ended + 5)).toBe('failed/failed exit-code');
});

test('a crash loop waits between its tries and counts them', () => {
	const boot = bootOf('S06-crash-loop');
	const end = monotonicUs(boot.entries.at(-1));
	const factsAt = createUnitHistory(boot);
	const seen = new Set<string>();
	for (let at = 0; at < end; at += 100_000) {
		const facts = factsAt('foo-app.service', at);
		seen.add(`${facts.get('SubState')} ${facts.get('NRestarts')}`);
	}
	expect([...seen]).toEqual(expect.arrayContaining(['dead 0', 'running 0', 'auto-restart 1', 'running 3']));
	expect(factsAt('foo-app.service', end).get('ActiveState')).toBe('failed');
});
