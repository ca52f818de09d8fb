/** `unflap probe`, and `why` with it, on boxes of the lab. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type OpenLab, openLab} from '../e2e/open-lab.ts';

let lab: OpenLab;
beforeAll(async () => {
	lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '3');
}, 60_000);
afterAll(() => lab.close());

type Document = {
	readonly instanceId: string;
	readonly facts: readonly {
		readonly check: string;
		readonly state: string;
		readonly text: string;
		readonly command: string | null;
	}[];
	readonly listening: readonly {readonly port: number}[];
};

const probe = async (...more: readonly string[]) => {
	const {code, stdout, stderr} = await lab.run(['probe', 'web-prod/1', '-o', 'json', ...more]);
	expect(stderr).toBe('');
	expect(code).toBe(0);
	const document = JSON.parse(stdout) as Document;
	return {...document, fact: new Map(document.facts.map(fact => [fact.check, fact]))};
};

test('a box is asked for the place its failed unit named, with the role it has', async () => {
	const {fact, instanceId, listening} = await probe();
	expect(instanceId).toMatch(/^i-[0-9a-f]{17}$/);
	expect(fact.get('s3')).toMatchObject({
		state: 'bad',
		text: expect.stringMatching(/^s3:\/\/foo-app-config-prod\/foo-app\/prod\/ is refused: AccessDenied/),
		command: expect.stringMatching(
			/^aws s3api list-objects-v2 --bucket foo-app-config-prod --prefix foo-app\/prod\//,
		),
	});
	expect(fact.get('options')?.text).toBe('tokens required, hop limit 2, tags enabled');
	expect(fact.get('clock')?.state).toBe('ok');
	expect(fact.get('ports')?.text).toBe('nothing listens on 8080; open: 22, 53');
	expect(listening.map(({port}) => port)).toEqual([53, 22]);
});

test('--s3 and --port ask for something else, and the journal is not read for it', async () => {
	const {fact} = await probe('--s3', 's3://somebody-elses/key', '--port', '22');
	expect(fact.get('s3')?.text).toBe('s3://somebody-elses/key is not there: NoSuchBucket');
	expect(fact.get('ports')).toMatchObject({state: 'ok', text: '22 open to the network'});
	expect(fact.has('health')).toBe(false);
});

test('as text each fact stands with its mark and the command below it', async () => {
	const {code, stdout} = await lab.run(['probe', 'web-prod/1']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^i-[0-9a-f]{17} · \d+ ok, \d+ failed, \d+ not judged\n/);
	expect(stdout).toMatch(/\n✔ disk {10}\/ \d+% used, [\d.]+ GiB free\n {16}df -Pk/);
	expect(stdout).toMatch(/\n✖ S3 /);
});

test('a wrong address, a wrong port and no box are wrong usage', async () => {
	for (const args of [[], ['web-prod/1', '--s3', 'http://x'], ['web-prod/1', '--port', '0']]) {
		const {code, stdout} = await lab.run(['probe', ...args]);
		expect(code).toBe(2);
		expect(stdout).toBe('');
	}
});

const sessions = async (after: number) =>
	(await lab.requests(after)).filter(({operation}) => operation === 'StartSession').length;
const last = async () => (await lab.requests()).at(-1)?.number ?? 0;

test('O1 under read-only no probe runs: the command is refused, and why reads the journal alone', async () => {
	const before = await last();
	const refused = await lab.run(['probe', 'web-prod/1', '--read-only']);
	expect(refused.code).toBe(1);
	expect(refused.stderr).toMatch(/--read-only is set/);
	expect(await sessions(before)).toBe(0);
	const why = await lab.run(['why', 'web-prod/1', '--read-only', '-o', 'json']);
	expect(why.code).toBe(0);
	expect(await sessions(before)).toBe(1);
	expect(why.stdout).not.toMatch(/"probe"/);
});

test('why asks the box too, and --no-probe leaves it at its journal', async () => {
	const before = await last();
	const whole = JSON.parse((await lab.run(['why', 'web-prod/1', '-o', 'json'])).stdout);
	expect(await sessions(before)).toBe(2);
	expect(whole).toMatchObject({rule: 's3-denied', confidence: 'certain'});
	expect(whole.evidence.map(({source}: {source: string}) => source)).toContain('probe');
	expect(whole.ruledOut.slice(0, 3)).toEqual([
		expect.stringMatching(/^clock \d\.\d\ds off$/),
		expect.stringMatching(/^disk \d+%$/),
		expect.stringMatching(/^memory .* free$/),
	]);
	const between = await last();
	const alone = JSON.parse((await lab.run(['why', 'web-prod/1', '--no-probe', '-o', 'json'])).stdout);
	expect(await sessions(between)).toBe(1);
	expect(alone).toMatchObject({rule: 's3-denied', verdict: whole.verdict});
	expect(JSON.stringify(alone.ruledOut)).toMatch(/no line says that it is full/);
});

test('where the probe cannot run the verdict stands, and says what is missing', async () => {
	const mend = await lab.fault({
		kind: 'error',
		operation: 'StartSession',
		code: 'AccessDeniedException',
		message: 'not authorized to perform: ssm:StartSession',
		status: 400,
		skip: 1,
	});
	try {
		const {stdout} = await lab.run(['why', 'web-prod/1', '-o', 'json']);
		const {rule, notJudged} = JSON.parse(stdout);
		expect(rule).toBe('s3-denied');
		expect(notJudged.join('\n')).toMatch(/^the box itself, by a probe: /m);
	} finally {
		await mend();
	}
});

test.each([
	['clock-skew', 'clock-skew', /^The clock of the box is wrong/, /clock: 12\d\ds slow against AWS/],
	[
		'never-listened',
		'never-listened',
		/^Every unit is up, but nothing listens on port 8080/,
		/refused a connection/,
	],
])(
	'a box of %s is judged by the rule %s, with what it was seen to be',
	async (scenario, rule, says, evidence) => {
		const other = await openLab('--scenario', scenario, '--seed', '3');
		try {
			const verdict = JSON.parse((await other.run(['why', 'web-prod/1', '-o', 'json'])).stdout);
			expect(verdict.rule).toBe(rule);
			expect(verdict.verdict).toMatch(says);
			expect(verdict.evidence.map(({text}: {text: string}) => text).join('\n')).toMatch(evidence);
		} finally {
			await other.close();
		}
	},
);
