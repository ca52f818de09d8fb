/** `unflap why`: of a journal file without AWS, of a lab's box and group, and as text for a ticket. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {judge} from '../../src/verdict/judge.ts';
import {verdictMarkdown} from '../../src/verdict/verdict-markdown.ts';
import {journalOf} from '../boot/recordings.ts';
import {openLab} from '../e2e/open-lab.ts';
import {runProgram} from '../run-program.ts';
import {unknownFacts} from '../verdict/recorded-facts.ts';

test('a journal file gives the sentence, its evidence and what to try, without AWS', async () => {
	const {code, stdout} = await runProgram(['why', '--journal', journalOf('S05-s3-access-denied')]);
	expect(code).toBe(0);
	const [sentence = '', subject = ''] = stdout.split('\n');
	expect(sentence).toMatch(
		/^Role \S+ may not s3:ListBucket on bucket \S+: .* is refused, 3 times; .* was never started\.$/,
	);
	expect(subject).toMatch(/certain · rule s3-denied$/);
	expect(stdout).toMatch(/journal +fatal error: An error occurred \(AccessDenied\)/);
	expect(stdout).toMatch(/aws s3api list-objects-v2 --bucket/);
});

test('json has the shape of the contract', async () => {
	const {stdout} = await runProgram(['why', '--journal', journalOf('S07-oom'), '-o', 'json']);
	const verdict = JSON.parse(stdout);
	expect(verdict).toMatchObject({rule: 'oom-killed', confidence: 'certain'});
	expect(Object.keys(verdict)).toEqual(
		expect.arrayContaining([
			'subject',
			'verdict',
			'rule',
			'confidence',
			'evidence',
			'ruledOut',
			'notJudged',
			'try',
		]),
	);
	expect(verdict.evidence[0]).toMatchObject({
		source: 'journal',
		at: expect.stringMatching(/^2026-\d\d-\d\dT.*Z$/),
	});
});

test('a group of the lab is judged by the box that tells most, and a box by itself', async () => {
	const lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '11');
	try {
		const [group] = await lab.groups();
		const whole = await lab.run(['why', String(group?.name), '-o', 'json']);
		expect(whole.stderr).toMatch(/looking at i-[0-9a-f]{17}, box \d of \d/);
		expect(JSON.parse(whole.stdout)).toMatchObject({rule: 's3-denied', confidence: 'certain'});
		const sources = (JSON.parse(whole.stdout).evidence as {readonly source: string}[]).map(one => one.source);
		expect(sources).toContain('load balancer');
		const box = await lab.run(['why', `${group?.name}/1`]);
		expect(box.code).toBe(0);
		expect(box.stdout).toMatch(/may not s3:ListBucket/);
		const none = await lab.run(['why', 'no-such-group']);
		expect(none.code).toBe(1);
		expect(none.stdout).toBe('');
	} finally {
		await lab.close();
	}
});

test('a good boot is known by its health check, and kept: the next verdict holds the grace period against it', async () => {
	const lab = await openLab('--scenario', 'S01-healthy', '--seed', '7', '--speed', '20');
	try {
		const [group] = await lab.groups();
		const why = async () => JSON.parse((await lab.run(['why', `${group?.name}/1`, '-o', 'json'])).stdout);
		await expect
			.poll(async () => (await why()).verdict, {timeout: 30_000})
			.toMatch(/the health check passes/);
		const {ruledOut, notJudged} = await why();
		expect(ruledOut.join('\n')).toMatch(/grace period: a good boot needs (\d+m)?\d+s of the \d+m\d+s/);
		expect(notJudged.join('\n')).not.toContain('no answer of a load balancer');
	} finally {
		await lab.close();
	}
}, 90_000);

test('a file that is no journal is one clear error', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-why-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'garbage');
	writeFileSync(path, 'not a journal\n');
	const {code, stdout, stderr} = await runProgram(['why', '--journal', path]);
	expect(code).toBe(1);
	expect(stdout).toBe('');
	expect(stderr).toMatch(/is not what journalctl -o json writes/);
	expect((await runProgram(['why'])).code).toBe(2);
});

test('R2 in Markdown data stands in code alone, whatever backticks, images and mentions it holds', () => {
	const evil = '``` ````` ![x](http://evil/) @channel <img src=x> | `a`';
	const verdict = {
		...judge(unknownFacts),
		sentence: evil,
		evidence: [{source: 'journal', text: evil, at: null, atSeconds: 1}],
		ruledOut: [evil],
	};
	const lines = verdictMarkdown(evil, verdict);
	const outside: string[] = [];
	let fence: string | null = null;
	for (const line of lines) {
		const mark: string | undefined = /^`{3,}/.exec(line)?.[0];
		if (fence === null && mark !== undefined) fence = mark;
		else if (fence !== null && line === fence) fence = null;
		else if (fence === null) outside.push(line);
	}
	expect(fence).toBeNull();
	const spans = outside.join('\n').replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
	expect(spans).not.toMatch(/!\[|@channel|<img|http/);
});
