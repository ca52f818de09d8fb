/** The fuse against documents and runs that are not ours: threats.md F1 to F3 and H6. */
import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import type {SsmDocument} from '../../src/aws/types.ts';
import {fuseDocument} from '../../src/hold/fuse-document.ts';
import {scalingProcesses} from '../../src/hold/processes.ts';
import {failure, fuseParameters, ourDocument} from './fake-automations.ts';
import {createFakeAws} from './fake-aws.ts';

const start = {
	group: 'web',
	holdId: '7f3a90c1',
	clientToken: '11111111-2222-4333-8444-555555555555',
	deadline: Date.UTC(2026, 10, 22, 12, 30, 0, 789),
	processes: ['ReplaceUnhealthy', 'HealthCheck'] as const,
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const changed = (change: (body: Record<string, unknown>) => void): string => {
	const body = JSON.parse(fuseDocument.content) as Record<string, unknown>;
	change(body);
	return JSON.stringify(body);
};

test('the document is created once, and used as it is after that', async () => {
	const {fuses, changes} = createFakeAws();
	await fuses.checkDocument();
	await fuses.checkDocument();
	expect(changes()).toEqual([['createDocument', fuseDocument.name]]);
});

test('the document sleeps first, tries to resume for two hours, and never names an empty list', () => {
	const body = JSON.parse(fuseDocument.content) as {
		mainSteps: {name: string; inputs: {Duration?: string}; nextStep?: string; onFailure?: string}[];
		parameters: Record<string, Record<string, unknown>>;
	};
	const pauses = body.mainSteps.flatMap(({inputs}) => inputs.Duration ?? []);
	const minutes = pauses.reduce((sum, duration) => sum + Number(/PT(\d+)M/.exec(duration)?.[1]), 0);
	expect(minutes).toBe(120);
	expect(body.mainSteps[0]).toMatchObject({name: 'sleep', inputs: {Timestamp: '{{ ResumeAt }}'}});
	expect(body.parameters['Processes']).toMatchObject({minItems: 1, allowedValues: scalingProcesses});
	const names = new Set(body.mainSteps.map(({name}) => name));
	for (const {nextStep, onFailure} of body.mainSteps)
		for (const target of [nextStep, onFailure?.startsWith('step:') ? onFailure.slice(5) : undefined])
			if (target !== undefined) expect(names).toContain(target);
	expect(fuseDocument.content.length).toBeLessThan(64_000);
});

test('blanks and the order of fields are no difference', async () => {
	const {fuses, automations, changes} = createFakeAws();
	const body = JSON.parse(fuseDocument.content) as Record<string, unknown>;
	const content = JSON.stringify(Object.fromEntries(Object.entries(body).toReversed()), null, 7);
	automations.setDocument(ourDocument({content}));
	await fuses.checkDocument();
	expect(changes()).toEqual([]);
});

const evil = (body: Record<string, unknown>) => {
	const [sleep, resume] = body['mainSteps'] as Record<string, unknown>[];
	Object.assign(resume?.['inputs'] as object, {Service: 'iam', Api: 'CreateAccessKey'});
	expect(sleep).toBeDefined();
};

test.each<[string, Partial<SsmDocument>]>([
	['with another step', {content: changed(evil)}],
	[
		'with a script in it',
		{content: changed(body => (body['mainSteps'] as object[]).push({action: 'aws:executeScript'}))},
	],
	[
		'with an empty list allowed',
		{
			content: changed(
				body =>
					delete (body['parameters'] as Record<string, Record<string, unknown>>)['Processes']?.['minItems'],
			),
		},
	],
	[
		'with a role of its own',
		{content: changed(body => Object.assign(body, {assumeRole: 'arn:aws:iam::1:role/x'}))},
	],
	[
		'whose field stands twice, once for each parser',
		{content: fuseDocument.content.replace('"schemaVersion"', '"mainSteps": [], "schemaVersion"')},
	],
	['that is no JSON', {content: 'schemaVersion: 0.3'}],
	['of another account, shared with us', {owner: '999900001111'}],
	['of nobody known', {owner: null}],
	['of another type', {documentType: 'Command'}],
	['of another version', {version: '2'}],
	['whose hash is another one', {hash: sha256('something else')}],
	['without a hash', {hash: null}],
])('F1 a document under our name %s is refused and never repaired', async (_name, more) => {
	const {fuses, automations, changes} = createFakeAws();
	automations.setDocument(ourDocument(more));
	await expect(fuses.checkDocument()).rejects.toMatchObject({kind: 'refused', exitCode: 3});
	expect(changes()).toEqual([]);
});

test('F1 a name that somebody takes while we create it is looked at, not believed', async () => {
	const {fuses, automations, aws, changes} = createFakeAws();
	const theirs = ourDocument({content: changed(evil)});
	Object.assign(aws.release, {
		createDocument: () => {
			automations.setDocument(theirs);
			return Promise.reject(failure('CreateDocument', 'DocumentAlreadyExists'));
		},
	});
	await expect(fuses.checkDocument()).rejects.toMatchObject({kind: 'refused'});
	expect(changes()).toEqual([]);
});

test('F2 a document swapped after the check makes the run a stranger', async () => {
	const {fuses, automations} = createFakeAws();
	await fuses.checkDocument();
	automations.setDocument(ourDocument({content: changed(evil)}));
	const run = await fuses.arm(start);
	expect(await fuses.see(run)).toMatchObject({genuine: false});
	automations.setDocument(null);
	expect(await fuses.see(run)).toMatchObject({genuine: false});
});

test.each([
	['a step of another name', [{name: 'evil', action: 'aws:sleep', status: 'Pending'}]],
	['our step with another action', [{name: 'sleep', action: 'aws:executeScript', status: 'InProgress'}]],
	[
		'one more step than ours',
		[...fuseDocument.steps, {name: 'more', action: 'aws:sleep'}].map(step => ({...step, status: 'Pending'})),
	],
	['no sleep among its steps', [{name: 'resume1', action: 'aws:executeAwsApi', status: 'InProgress'}]],
	['no steps though it runs', []],
])('F2 a run with %s is not ours, under our own document', async (_name, steps) => {
	const {fuses, automations} = createFakeAws();
	await fuses.checkDocument();
	const run = automations.add({parameters: fuseParameters(), steps});
	expect(await fuses.see(run.executionId)).toMatchObject({genuine: false});
});

test('F2 a run of another version or document is not ours', async () => {
	const {fuses, automations} = createFakeAws();
	await fuses.checkDocument();
	const other = automations.add({parameters: fuseParameters(), documentVersion: '2'});
	const longer = automations.add({parameters: fuseParameters(), documentName: 'unflap-ResumeFuse-v10'});
	expect(await fuses.see(other.executionId)).toMatchObject({genuine: false});
	expect(await fuses.see(longer.executionId)).toMatchObject({genuine: false});
});

test('a run that sleeps is seen as a fuse; queued, fired and cancelled ones are told apart', async () => {
	const {fuses, automations} = createFakeAws();
	await fuses.checkDocument();
	const run = automations.add({parameters: fuseParameters()});
	const seen = () => fuses.see(run.executionId);
	expect(await seen()).toMatchObject({
		genuine: true,
		onSleepStep: true,
		final: null,
		deadline: Date.UTC(2026, 10, 22, 12, 30),
		processes: ['ReplaceUnhealthy', 'HealthCheck'],
		holdId: '7f3a90c1',
	});
	Object.assign(run, {status: 'Pending', currentStep: null, steps: []});
	expect(await seen()).toMatchObject({genuine: true, onSleepStep: false, final: null});
	Object.assign(run, {status: 'SomethingNew'});
	expect(await seen()).toMatchObject({final: null, onSleepStep: false});
	const ended = automations.add({parameters: fuseParameters(), status: 'Success', endedAt: 1});
	expect(await fuses.see(ended.executionId)).toMatchObject({final: 'success'});
	const stopped = automations.add({parameters: fuseParameters(), status: 'Cancelled', endedAt: 1});
	expect(await fuses.see(stopped.executionId)).toMatchObject({final: 'other'});
	expect(await fuses.see('00000000-0000-4000-8000-999999999999')).toBeNull();
});

test('a fuse is armed with whole seconds, and the same token answers with the same run', async () => {
	const {fuses, automations, changes} = createFakeAws();
	await fuses.checkDocument();
	const run = await fuses.arm(start);
	expect(await fuses.arm(start)).toBe(run);
	expect(changes().filter(([name]) => name === 'startAutomation')).toEqual([
		['startAutomation', fuseParameters()],
	]);
	expect(automations.runs).toHaveLength(1);
});

test.each([
	['a group with {{ in its name', {group: 'a{{ssm:secret}}'}],
	['no process', {processes: []}],
	['an unknown process', {processes: ['Everything'] as never}],
	['a foreign tag key', {holdId: 'owner/../x'}],
	['a key of other digits', {holdId: '7F3A90C1'}],
	['no time', {deadline: Number.NaN}],
])('F3 a fuse with %s is not armed', async (_name, more) => {
	const {fuses, changes} = createFakeAws();
	await fuses.checkDocument();
	await expect(fuses.arm({...start, ...more})).rejects.toThrow();
	expect(changes().some(([name]) => name === 'startAutomation')).toBe(false);
});

test('F3 whatever stands in the parameters of a run, reading it neither throws nor believes it', async () => {
	const {fuses, automations} = createFakeAws();
	await fuses.checkDocument();
	const value = fc.oneof(
		fc.string(),
		fc.constantFrom('2026-11-22T12:30:00Z', 'unflap:hold:7f3a90c1', 'Launch'),
	);
	const parameters = fc.dictionary(
		fc.constantFrom('AutoScalingGroupName', 'Processes', 'ResumeAt', 'HoldTagKey', 'Extra'),
		fc.array(value, {maxLength: 3}),
	);
	await fc.assert(
		fc.asyncProperty(parameters, async given => {
			const run = automations.add({parameters: given});
			const seen = await fuses.see(run.executionId);
			if (!seen?.genuine) return;
			expect(seen.holdId).toMatch(/^[0-9a-f]{8}$/);
			expect(seen.processes.length).toBeGreaterThan(0);
			expect(given['Extra']).toBeUndefined();
		}),
		{numRuns: 2000, seed: 3},
	);
});

test('the runs of a group are the live ones and the late ones, of everybody, and of this group alone', async () => {
	const {fuses, automations, aws} = createFakeAws();
	await fuses.checkDocument();
	const old = aws.clock.now() - 6 * 3_600_000;
	const live = automations.add({parameters: fuseParameters(), startedAt: old});
	const late = automations.add({parameters: fuseParameters(), status: 'Success', endedAt: aws.clock.now()});
	automations.add({parameters: fuseParameters(), status: 'Success', startedAt: old, endedAt: old});
	automations.add({parameters: fuseParameters({AutoScalingGroupName: ['other']})});
	const runs = await fuses.list('web', aws.clock.now() - 5 * 3_600_000);
	expect(runs.map(({executionId}) => executionId)).toEqual([live.executionId, late.executionId]);
	expect((await fuses.listLive()).map(({group}) => group).sort()).toEqual(['other', 'web']);
});

test('the document is read once for many runs, and not at all for a run that is known', async () => {
	const {fuses, automations, aws} = createFakeAws();
	await fuses.checkDocument();
	const read = vi.fn(automations.calls.document);
	Object.assign(aws.release, {document: read});
	for (const status of ['Success', 'InProgress', 'InProgress', 'Cancelled', 'InProgress', 'Success'])
		automations.add({parameters: fuseParameters(), status, endedAt: status === 'InProgress' ? null : 1});
	expect(await fuses.list('web', 0)).toHaveLength(6);
	expect(await fuses.list('web', 0)).toHaveLength(6);
	expect(read).toHaveBeenCalledTimes(1);
});

test('where the document may not be read a run that has ended is still told of, and proves nothing', async () => {
	const {fuses, automations, aws} = createFakeAws();
	const read = () => Promise.reject(failure('GetDocument', 'AccessDeniedException', {denied: true}));
	Object.assign(aws.release, {document: read});
	const ended = automations.add({parameters: fuseParameters(), status: 'Cancelled', endedAt: 1});
	expect(await fuses.see(ended.executionId)).toMatchObject({final: 'other', genuine: false});
	const live = automations.add({parameters: fuseParameters()});
	await expect(fuses.see(live.executionId)).rejects.toThrow();
});

test('stopping a run that has ended is no failure', async () => {
	const {fuses, automations} = createFakeAws();
	const run = automations.add({parameters: fuseParameters(), status: 'Success', endedAt: 1});
	await fuses.stop(run.executionId);
	await fuses.stop('00000000-0000-4000-8000-999999999999');
});

test('what is denied is named, with what needs no fuse', async () => {
	const {fuses, automations, aws} = createFakeAws();
	Object.assign(aws.release, {
		document: () => Promise.reject(failure('GetDocument', 'AccessDeniedException', {denied: true})),
	});
	await expect(fuses.checkDocument()).rejects.toMatchObject({
		message: expect.stringContaining('ssm:GetDocument'),
		next: expect.arrayContaining([expect.stringContaining('one-patient')]),
	});
	Object.assign(aws.release, {
		document: automations.calls.document,
		createDocument: () => Promise.reject(failure('CreateDocument', 'AccessDeniedException', {denied: true})),
	});
	await expect(fuses.checkDocument()).rejects.toMatchObject({
		message: expect.stringContaining('ssm:CreateDocument'),
		next: expect.arrayContaining([expect.stringContaining('doctor --setup')]),
	});
});
