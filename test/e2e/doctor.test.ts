/** `unflap doctor` against the lab: what it finds, with the exit code that goes with it. */
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {fuseRoleTrust} from '../../src/cli/policy-statements.ts';
import {fuseDocument} from '../../src/hold/fuse-document.ts';
import {type OpenLab, openLab} from './open-lab.ts';

let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
}, 60_000);
afterAll(() => lab.close());

type Check = {
	readonly area: string;
	readonly name: string;
	readonly state: string;
	readonly text: string;
	readonly next: readonly string[];
};

const examine = async (...more: readonly string[]) => {
	const {stdout, code} = await lab.run(['doctor', 'batch', '-o', 'json', ...more]);
	const checks = JSON.parse(stdout) as readonly Check[];
	return {code, checks, of: (name: string) => checks.find(check => check.name === name)};
};

test('where all is well nothing fails: exit 0', async () => {
	const {code, checks, of} = await examine();
	expect(checks.filter(({state}) => state === 'fail')).toEqual([]);
	expect(code).toBe(0);
	expect(of('autoscaling:SuspendProcesses')).toMatchObject({state: 'ok', text: 'permitted'});
	expect(of('document')).toMatchObject({state: 'warn'});
	const changes = (await lab.requests()).filter(({mutating}) => mutating);
	expect(changes).toEqual([]);
}, 60_000);

test('a missing permission is named, with the policy that has it: exit 1', async () => {
	const remove = await lab.fault({kind: 'deny', operation: 'ResumeProcesses'});
	const {code, of} = await examine();
	await remove();
	expect(code).toBe(1);
	expect(of('suspend without resume')).toMatchObject({state: 'fail'});
	expect(of('autoscaling:ResumeProcesses')).toMatchObject({
		state: 'fail',
		next: ['ask for it: unflap policy hold'],
	});
}, 60_000);

test('without the simulator the answers come from calls that change nothing', async () => {
	const before = (await lab.requests()).length;
	const remove = await lab.fault({kind: 'deny', operation: 'SimulatePrincipalPolicy'});
	const {code, of} = await examine();
	await remove();
	expect(code).toBe(0);
	expect(of('autoscaling:ResumeProcesses')).toMatchObject({state: 'ok'});
	expect(of('autoscaling:SuspendProcesses')).toMatchObject({
		state: 'warn',
		text: expect.stringContaining('unknown'),
	});
	const changed = (await lab.requests())
		.slice(before)
		.filter(({mutating, status}) => mutating && status === 200)
		.map(({operation}) => operation);
	expect(changed.filter(operation => operation !== 'DeleteTags')).toEqual([]);
}, 60_000);

test('F1 a document of somebody else under our name fails', async () => {
	await lab.control('POST', '/document', {
		name: fuseDocument.name,
		content: fuseDocument.content.replace('"PT1M"', '"PT2M"'),
	});
	const {code, of} = await examine();
	await lab.control('DELETE', `/document/${fuseDocument.name}`);
	expect(code).toBe(1);
	expect(of('document')).toMatchObject({
		state: 'fail',
		text: expect.stringContaining('not the one unflap makes'),
	});
}, 60_000);

test('F4 the trust of the configured role is looked at', async () => {
	const {stdout} = await lab.run(['doctor', '-o', 'json']);
	const who = (JSON.parse(stdout) as readonly Check[]).find(({name}) => name === 'who');
	const account = /account (\d{12})/.exec(who?.text ?? '')?.[1] ?? '';
	const arn = `arn:aws:iam::${account}:role/unflap-fuse`;
	const folder = join(lab.home, 'configured');
	await mkdir(folder, {recursive: true, mode: 0o700});
	const config = join(folder, 'config.json');
	await writeFile(config, JSON.stringify({fuseRoleArn: arn}), {mode: 0o600});
	const trustOf = async (trust: unknown) => {
		await lab.control('POST', '/role', {arn, trust: JSON.stringify(trust)});
		return (await examine('--config', config)).of('role trust');
	};
	expect(await trustOf(fuseRoleTrust({partition: 'aws', account}))).toMatchObject({state: 'ok'});
	expect(
		await trustOf({Statement: [{Effect: 'Allow', Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]}),
	).toMatchObject({state: 'fail'});
}, 60_000);
