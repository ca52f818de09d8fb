/** The record that decides what a hook is answered, before anything is sent. */
import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, expect, test} from 'vitest';
import {AwsCallError} from '../../src/aws/call-error.ts';
import {
	createHookAnswers,
	type HookAnswer,
	type HookResult,
	parseHookAnswer,
	sendAnswer,
} from '../../src/hold/hook-answers.ts';
import {makeHome} from '../run-program.ts';

let folder = '';
beforeEach(async () => {
	const {home, forget} = await makeHome();
	folder = home;
	return forget;
});

const answer = (part: Partial<HookAnswer> = {}): HookAnswer => ({
	version: 1,
	place: {account: '123456789012', partition: 'aws', region: 'eu-west-1', endpoint: null},
	group: 'web-prod',
	arn: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/web-prod',
	instanceId: 'i-0123456789abcdef0',
	hook: 'provision',
	result: 'CONTINUE',
	decidedAt: 1_000_000,
	owner: 'ana@lap7',
	...part,
});

test('of a hundred that decide at once one wins, and all of them hear what it decided', async () => {
	const results = Array.from(
		{length: 100},
		(_, index): HookResult => (index % 2 === 0 ? 'CONTINUE' : 'ABANDON'),
	);
	const stood = await Promise.all(
		results.map((result, index) =>
			createHookAnswers(folder).decide(answer({result, decidedAt: 1_000_000 + index})),
		),
	);
	expect(new Set(stood.map(({decidedAt}) => decidedAt)).size).toBe(1);
	expect(await readdir(join(folder, 'hook-answers'))).toHaveLength(1);
});

test('another box, hook, group or place is decided for itself', async () => {
	const {decide} = createHookAnswers(folder);
	await decide(answer());
	for (const part of [
		{instanceId: 'i-0123456789abcdef1'},
		{hook: 'other'},
		{arn: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:v:autoScalingGroupName/web-prod'},
		{place: {...answer().place, endpoint: 'http://127.0.0.1:1'}},
	] satisfies readonly Partial<HookAnswer>[])
		expect((await decide(answer({...part, result: 'ABANDON'}))).result).toBe('ABANDON');
});

test('a damaged record decides nothing, and nothing is sent beside it', async () => {
	const answers = createHookAnswers(folder);
	await answers.decide(answer());
	const [name = ''] = await readdir(join(folder, 'hook-answers'));
	await writeFile(join(folder, 'hook-answers', name), '{"version":1');
	await expect(answers.decide(answer())).rejects.toThrow(/damaged/);
});

test('records outlive every wait, and no longer', async () => {
	const answers = createHookAnswers(folder);
	await answers.decide(answer());
	await answers.prune(1_000_000 + 48 * 3_600_000);
	expect(await answers.read(answer())).not.toBeNull();
	await answers.prune(1_000_000 + 73 * 3_600_000);
	expect(await answers.read(answer())).toBeNull();
});

test('P4 a record with another field, result or grammar is no record', () => {
	const good = JSON.parse(JSON.stringify(answer())) as Record<string, unknown>;
	expect(parseHookAnswer(JSON.stringify(good))).not.toBeNull();
	for (const bad of [
		{...good, result: 'MAYBE'},
		{...good, more: 1},
		{...good, instanceId: 'i-1; rm'},
		{...good, hook: 'a b'},
		{...good, place: {...(good['place'] as object), region: '../x'}},
		[],
	])
		expect(parseHookAnswer(JSON.stringify(bad))).toBeNull();
	expect(parseHookAnswer('nonsense')).toBeNull();
});

const failing = (...errors: readonly (Error | null)[]) => {
	const sent: string[] = [];
	const completeHook = async (...[, , , result]: readonly string[]) => {
		sent.push(String(result));
		const error = errors[sent.length - 1] ?? null;
		if (error !== null) throw error;
	};
	const processClock = {now: () => 0, sleep: async () => undefined};
	const aws = {release: {completeHook}} as unknown as Parameters<typeof sendAnswer>[1]['aws'];
	return {sent, send: () => sendAnswer(answer(), {aws, processClock})};
};
const facts = {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false};
const failed = (failure: ConstructorParameters<typeof AwsCallError>[1]) =>
	new AwsCallError('CompleteLifecycleAction', failure, facts);
const lost = failed({
	kind: 'unreachable',
	code: 'TimeoutError',
	message: 'no answer',
	requestId: null,
	status: null,
	answered: false,
});
const over = failed({
	kind: 'gone',
	code: 'ValidationError',
	message: 'No active Lifecycle Action found with instance ID i-0123456789abcdef0',
	requestId: 'x',
	status: 400,
	answered: true,
});

test('an answer that was lost is repeated with the same; that nothing waits any more then means that it was taken', async () => {
	const {sent, send} = failing(lost, lost, over);
	expect(await send()).toMatchObject({kind: 'answered', result: 'CONTINUE'});
	expect(sent).toEqual(['CONTINUE', 'CONTINUE', 'CONTINUE']);
});

test('a hook that was over at the first try was not answered by us', async () => {
	expect(await failing(over).send()).toMatchObject({kind: 'over'});
});
