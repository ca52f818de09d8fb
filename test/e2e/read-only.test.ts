/** O1: whatever command runs under read-only, nothing that changes AWS arrives. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {effectOf} from '../../src/aws/operations.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
});
afterAll(() => lab.close());

const commands: readonly (readonly string[])[] = [
	['ls'],
	['show', 'web-prod'],
	['boot', 'batch/1'],
	['probe', 'batch/1'],
	['logs', 'batch', '-n', '5'],
	['hold', 'web-prod', '--for', '1m'],
	['hold', 'web-prod', '--preset', 'quiet', '--yes', '--', 'true'],
	['holds'],
	['release', 'web-prod', '--force'],
	['release', '--all'],
	['info'],
	['holds', '--all-regions'],
	['hold', 'web-prod', '--preset', 'one-patient', '--box', 'i-0'],
	['doctor'],
	['doctor', 'web-prod', '-o', 'json'],
	['doctor', '--setup'],
	['policy', 'all'],
	['completion', 'names'],
	['catch', 'batch', '--hold'],
	['catch', 'batch', '--dying'],
	['catch', 'batch', '--exec', 'exit 0', '--once'],
	['catch', 'batch/1', '--for', '10s', '-q'],
];

test.each([
	['--read-only', {}],
	['', {UNFLAP_READ_ONLY: '1'}],
])('O1 each command under %j %j sends reads and streams alone', async (flag, environment) => {
	const before = (await lab.requests()).length;
	const results = await Promise.all(
		commands.map(([word = '', ...others]) => {
			const rest = others.indexOf('--');
			const own = rest === -1 ? others : others.slice(0, rest);
			const after = rest === -1 ? [] : others.slice(rest);
			return lab.run([word, ...own, ...(flag === '' ? [] : [flag]), ...after], {environment});
		}),
	);
	const arrived = (await lab.requests()).slice(before);
	expect(arrived.length).toBeGreaterThan(10);
	const changes = arrived.filter(({operation, mutating}) => mutating || effectOf(operation) === 'change');
	expect(changes.filter(({operation}) => effectOf(operation) !== 'stream')).toEqual([]);
	const holds = results.slice(5, 7);
	for (const {code, stdout, stderr} of holds) {
		expect(code).not.toBe(0);
		expect(`${stdout}${stderr}`).toMatch(/read-only/i);
	}
});
