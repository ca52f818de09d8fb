/** The rules that speak of deployments and launch hooks: when they speak, what they say, and that they keep still otherwise. */
import {expect, test} from 'vitest';
import {shown} from '../../src/base/terminal-text.ts';
import type {Change} from '../../src/groups/onset.ts';
import {judge} from '../../src/verdict/judge.ts';
import {rules} from '../../src/verdict/rules/index.ts';
import type {Facts, RuleName} from '../../src/verdict/types.ts';
import {at, deployment, endedIn, hookTexts} from './hook-endings.ts';
import {recordedFacts, unknownFacts} from './recorded-facts.ts';

const judged = (facts: Partial<Facts>) => judge({...unknownFacts, over: true, ...facts});

test('deploy-failed names the event, the script and the exit code, and ends with what the script wrote last', () => {
	const verdict = judged({...endedIn('abandoned', {byCodeDeploy: true}), deployment: deployment()});
	expect(verdict).toMatchObject({kind: 'fault', rule: 'deploy-failed', confidence: 'certain'});
	expect(verdict.sentence).toBe(
		'CodeDeploy gave up on the box in ApplicationStart: script scripts/start.sh failed with exit code 7.',
	);
	expect(verdict.evidence.map(({source, text}) => `${source}: ${text}`)).toEqual([
		'CodeDeploy: d-ABCDEFGHI of s3://b/k.zip: ApplicationStart failed after 1m30s',
		expect.stringMatching(/^CodeDeploy: Script at specified location/),
		'CodeDeploy: [stdout]starting',
		'CodeDeploy: [stderr]no such file',
	]);
	expect(verdict.ruledOut.join('\n')).toMatch(/the load balancer/);
	expect(verdict.try[0]?.command).toBe(
		'aws deploy get-deployment-target --deployment-id d-ABCDEFGHI --target-id i-0123456789abcdef0',
	);
	expect(verdict.others).toMatchObject([
		{
			rule: 'hook-abandoned',
			sentence: expect.stringMatching(
				/abandoned 5m58s after the launch, after ApplicationStart had failed\.$/,
			),
		},
	]);
});

test('hook-abandoned says whose hook and after how long, and rules out health checks and processes', () => {
	const verdict = judged(endedIn('abandoned'));
	expect(verdict).toMatchObject({kind: 'fault', rule: 'hook-abandoned'});
	expect(verdict.sentence).toBe(
		'The launch hook warmup was abandoned 5m58s after the launch, by whoever answers it.',
	);
	expect(verdict.evidence[0]).toMatchObject({source: 'Auto Scaling', text: hookTexts.abandoned, at});
	expect(verdict.ruledOut.join('\n')).toMatch(/health checks: .*\n.*the processes of the group/);
	const several = judged(
		endedIn('abandoned', {names: ['one', 'two'], heartbeatSeconds: null, seconds: null}),
	);
	expect(several.sentence).toMatch(/^One of the launch hooks one, two was abandoned, /);
});

test('hook-timeout says how long it waits, where CodeDeploy was, and the command that gives it more time', () => {
	const verdict = judged({
		...endedIn('timeout'),
		deployment: {...deployment({failed: false, name: 'DownloadBundle'}), status: 'InProgress'},
	});
	expect(verdict.rule).toBe('hook-timeout');
	expect(verdict.sentence).toBe(
		'Nobody answered the launch hook warmup, though it waits 5m00s: it ran out of time 5m58s after the launch. CodeDeploy was in DownloadBundle.',
	);
	expect(verdict.try.map(({command}) => command)).toContain(
		'aws autoscaling put-lifecycle-hook --auto-scaling-group-name web --lifecycle-hook-name warmup --heartbeat-timeout 600',
	);
});

test('a name that cannot be quoted safely gives no command', () => {
	const verdict = judged(endedIn('timeout', {names: ['evil\u001b]0;x\u0007']}));
	expect(verdict.try.every(({command}) => command === null || !command.includes('evil'))).toBe(true);
});

test('a unit that failed on the box stands before the deployment and the hook that gave up on it', async () => {
	const {whole} = await recordedFacts('S03-tags-missing-pending-wait');
	const verdict = judge({
		...whole,
		...endedIn('abandoned', {byCodeDeploy: true}),
		deployment: deployment(),
	});
	expect(verdict.rule).toBe('tags-not-visible');
	expect(verdict.others.map(({rule}) => rule)).toEqual(['deploy-failed', 'hook-abandoned']);
});

test('what failed on a box before is a note, and no verdict on a box that is well', async () => {
	const {whole} = await recordedFacts('S01-healthy');
	const verdict = judge({...whole, failedBefore: deployment()});
	expect(verdict).toMatchObject({kind: 'nothing-wrong', rule: null});
	expect(verdict.others).toMatchObject([
		{
			rule: 'deploy-failed',
			kind: 'note',
			sentence: expect.stringMatching(/^On i-0123456789abcdef0, a box before this one/),
		},
	]);
});

test('states and codes nobody knows are said as they are', () => {
	const verdict = judged({deployment: deployment({errorCode: 'ScriptSulked', message: '', script: null})});
	expect(verdict.sentence).toBe(
		'CodeDeploy gave up on the box in ApplicationStart: a step of its own ended with ScriptSulked.',
	);
	expect(judged({deployment: {...deployment(), event: null, status: 'Marinating'}}).rule).toBeNull();
});

/** Facts on which one rule alone should speak, of those in this file. */
const cases: Readonly<
	Record<string, {readonly facts: Partial<Facts>; readonly speaks: readonly RuleName[]}>
> = {
	'nothing known': {facts: {}, speaks: []},
	'a deployment under way': {facts: {deployment: deployment({failed: false})}, speaks: []},
	'a deployment that went well': {
		facts: {deployment: {...deployment(), event: null, status: 'Succeeded'}},
		speaks: [],
	},
	'a deployment that failed': {facts: {deployment: deployment()}, speaks: ['deploy-failed']},
	'an abandoned hook': {facts: endedIn('abandoned'), speaks: ['hook-abandoned']},
	'a hook out of time': {facts: endedIn('timeout'), speaks: ['hook-timeout']},
	'a hook that ended in words nobody knows': {
		facts: {death: {cause: 'hook', rawCause: 'a lifecycle hook went elsewhere', at}},
		speaks: ['death'],
	},
	'an ELB death': {facts: {death: {cause: 'elb', rawCause: 'ELB', at}}, speaks: ['death']},
};

for (const [name, {facts, speaks}] of Object.entries(cases))
	test(`of all rules ${speaks.join(' and ') || 'none'} speaks of ${name}`, () => {
		const all: Facts = {...unknownFacts, over: true, ...facts};
		expect(rules.filter(rule => rule.judge(all).length > 0).map(rule => rule.name)).toEqual(speaks);
	});

test('a hostile log tail keeps its last lines, short, without escapes on the screen, and secrets masked over lines', () => {
	const secret = `-----BEGIN RSA PRIVATE KEY-----\n${'A1b2C3d4'.repeat(8)}\n-----END RSA PRIVATE KEY-----`;
	const logTail = `${'z'.repeat(5000)}\n\u001b]0;title\u0007\u001b[2J${'w'.repeat(3000)}\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n${secret}\n`;
	const verdict = judged({deployment: deployment({logTail})});
	const lines = verdict.evidence.map(({text}) => shown(text)).join('\n');
	expect(lines).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
	expect(lines).not.toContain('wJalrXUtnFEMI');
	expect(lines).not.toContain('A1b2C3d4A1b2');
	expect(Math.max(...verdict.evidence.map(({text}) => text.length))).toBeLessThanOrEqual(300);
	expect(verdict.evidence.length).toBeLessThan(12);
});

const change = (minutes: number, who: string | null): Change => ({
	kind: 'template',
	at: at - minutes * 60_000,
	who,
	what: 'template web v42 → v43 (UserData)',
});

test('what was changed before the onset is the last link of the chain: when, who, what, and how long before', () => {
	const facts = {
		...endedIn('abandoned'),
		onsetAt: at,
		changes: [change(9, null), change(2, 'arn:aws:sts::1:assumed-role/deploy/run-17')],
	};
	expect(judged(facts).evidence.slice(-2)).toMatchObject([
		{source: 'change', text: '12:26 somebody: template web v42 → v43 (UserData), 9m00s before it began'},
		{source: 'change', text: '12:33 deploy/run-17: template web v42 → v43 (UserData), 2m00s before it began'},
	]);
});

test('what may not be read stands among what cannot be judged, and a box that is well shows no changes', async () => {
	const unread = ['who changed what before the flapping began: needs cloudtrail:LookupEvents'];
	expect(judged({...endedIn('abandoned'), unread}).notJudged).toContain(unread[0]);
	const {whole} = await recordedFacts('S01-healthy');
	const well = judge({...whole, onsetAt: at, changes: [change(2, null)]});
	expect(well.evidence.some(({source}) => source === 'change')).toBe(false);
});

test("EC2's checks are ruled out where they are well, and evidence where they are not; so are its plans and a refresh", () => {
	const ec2 = {instanceId: 'i-1', system: 'ok', instance: 'ok', scheduled: []};
	expect(judged({...endedIn('abandoned'), ec2}).ruledOut.join('\n')).toContain(
		"EC2's status checks are well",
	);
	const troubled = judged({
		...endedIn('abandoned'),
		ec2: {
			...ec2,
			system: 'impaired',
			scheduled: [{code: 'instance-retirement', description: 'degraded hardware', notBefore: at}],
		},
		refresh: {
			refreshId: 'r',
			status: 'InProgress',
			reason: null,
			percentage: 40,
			startedAt: at,
			endedAt: null,
		},
	});
	expect(troubled.evidence.slice(1).map(({text}) => text)).toEqual([
		'status checks: system impaired, instance ok',
		'instance-retirement is planned: degraded hardware',
		'an instance refresh is InProgress at 40%',
	]);
	expect(troubled.ruledOut.join('\n')).not.toContain("EC2's status checks");
});
