import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Lab, openLab, openScreen, runProgram} from './harness.ts';
import {becomes, groupState, heldWebProd, seesFleet} from './steps.ts';

/** The guardian's pid as the ledger has it: tests may signal what they started, by pid. */
const guardianOf = async (lab: Lab) => {
	const folder = join(String(lab.environment['XDG_STATE_HOME']), 'unflap');
	const files = (await readdir(folder, {recursive: true})).filter(name => name.endsWith('.json'));
	for (const name of files) {
		const pid = /"guardian":\s*\{[^}]*"pid":\s*(\d+)/.exec(await readFile(join(folder, name), 'utf8'))?.[1];
		if (pid !== undefined) return Number(pid);
	}
	throw new Error(`no guardian in ${files.join(' ')}`);
};

test('story 27: after kill -9 the guardian gives the group back, and the next start says so', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	screen.signal('SIGKILL');
	await screen.ended();
	await becomes(lab, 'web-prod', ['AZRebalance'], 15);
	const again = openScreen({environment: lab.environment});
	await seesFleet(again);
	expect(again.shows(/■ HELD/)).toBe(false);
	await again.press('@');
	await again.sees(/released by the guardian/, 40);
}, 120_000);

test('story 27: after kill -9 of both, the next start finishes the hold', async () => {
	const lab = await openLab('--seed', '7');
	const screen = openScreen({environment: lab.environment});
	await heldWebProd(lab, screen);
	const guardian = await guardianOf(lab);
	process.kill(guardian, 'SIGKILL');
	screen.signal('SIGKILL');
	await screen.ended();
	expect(Object.keys((await groupState(lab, 'web-prod')).suspended).length).toBe(7);
	const again = openScreen({environment: lab.environment});
	await again.sees(/finished .*web-prod/, 30);
	await becomes(lab, 'web-prod', ['AZRebalance'], 15);
	const held = JSON.parse((await runProgram(['holds', '-o', 'json'], lab.environment)).stdout) as {
		readonly state: string;
		readonly mine: boolean;
	}[];
	expect(held.filter(({mine}) => mine)).toEqual([]);
}, 120_000);
