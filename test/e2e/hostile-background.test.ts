/** Texts of CodeDeploy and CloudTrail as somebody hostile would write them, on both streams of the commands that show them. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {corpus} from '../hostile/corpus.ts';
import {type OpenLab, openLab} from './open-lab.ts';
import {type Answer, startTamperingProxy} from './tampering-proxy.ts';
import {bothAreHarmless, drivesNoCi} from './terminal-grammar.ts';

const awkward = `awkward ${corpus.map(({text}) => text).join('\n')}`.slice(0, 20_000);
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const tail = `${'x'.repeat(2_000_000)}\n${awkward.slice(0, 2000)}\nAWS_SECRET_ACCESS_KEY=${secret}\n`;

/** Every text of these answers that somebody wrote; ids and states stay, so that what is told of them is told. */
const spoiledKeys = new Set([
	...['logTail', 'message', 'scriptName', 'lifecycleEventName', 'key', 'Username'],
	...['arn', 'autoScalingGroupName', 'healthCheckType', 'version'],
]);

const spoiled = (value: unknown, key = ''): unknown => {
	if (key === 'CloudTrailEvent' && typeof value === 'string')
		return JSON.stringify(spoiled(JSON.parse(value)));
	if (typeof value === 'string') return key === 'logTail' ? tail : spoiledKeys.has(key) ? awkward : value;
	if (Array.isArray(value)) return value.map(one => spoiled(one, key));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spoiled(part, name)]));
};

const tamper = (operation: string, answer: Answer): Answer =>
	/^(?:BatchGetDeployment(?:s|Targets)|LookupEvents)$/.test(operation)
		? {...answer, body: JSON.stringify(spoiled(JSON.parse(answer.body)))}
		: answer;

let lab: OpenLab;
let proxy: Awaited<ReturnType<typeof startTamperingProxy>>;
beforeAll(async () => {
	lab = await openLab('--seed', '7', '--speed', '1');
	proxy = await startTamperingProxy(lab.endpoint, tamper);
});
afterAll(async () => {
	await proxy.close();
	await lab.close();
});

const lines = [
	['show', 'web-canary'],
	['show', 'worker'],
	['show', 'web-canary', '-o', 'json'],
	['why', 'web-canary'],
	['why', 'web-canary', '-o', 'json'],
	['why', 'web-canary', '-o', 'md'],
	['report', 'web-canary'],
];

test.each(lines.map(args => [args.join(' '), args] as const))('T2 unflap %s', async (_name, args) => {
	// These two services alone: the box's own stream goes to the lab.
	const environment = {
		AWS_ENDPOINT_URL_CODEDEPLOY: proxy.endpoint,
		AWS_ENDPOINT_URL_CLOUDTRAIL: proxy.endpoint,
	};
	const result = await lab.run(args, {environment});
	expect(result.code, result.stderr).toBe(0);
	bothAreHarmless(result);
	// The awkward texts were really there, cut to a length that can be read.
	expect(result.stdout).toContain('awkward');
	expect(result.stdout).not.toContain(secret);
	expect(result.stdout).not.toContain('x'.repeat(4096));
	const onCi = await lab.run(args, {environment: {...environment, GITHUB_ACTIONS: 'true'}});
	// Headings of Markdown begin like a command of another CI.
	if (args[0] !== 'report' && !args.includes('md')) drivesNoCi(onCi.stdout);
	drivesNoCi(onCi.stderr);
});
