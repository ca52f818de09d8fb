/** What a probe adds to a verdict: evidence, what it rules out, and what it must not claim. */
import {expect, test} from 'vitest';
import type {BoxProbe, ProbeFact} from '../../src/remote/box-probe-types.ts';
import {judge} from '../../src/verdict/judge.ts';
import type {Facts} from '../../src/verdict/types.ts';
import {recordedFacts} from './recorded-facts.ts';

const fact = (
	check: ProbeFact['check'],
	state: ProbeFact['state'],
	more: Partial<ProbeFact> = {},
): ProbeFact => ({
	check,
	state,
	text: `${check} ${state}`,
	value: {},
	command: null,
	...more,
});

const refused = fact('health', 'bad', {
	text: 'the box itself is refused a connection',
	value: {status: 0, curlExit: 7},
});

const probeOf = (facts: readonly ProbeFact[], more: Partial<BoxProbe> = {}): BoxProbe => ({
	facts,
	listening: null,
	at: Date.UTC(2026, 10, 22, 12),
	uptimeSeconds: 600,
	...more,
});

const well = probeOf([
	fact('imds', 'ok', {text: 'IMDSv2 answers, v1 is refused'}),
	fact('role', 'ok', {value: {role: 'shop'}}),
	fact('dns', 'ok'),
	fact('clock', 'ok', {text: '0.02s off'}),
	fact('disk', 'ok', {text: '/ 31% used, 5.0 GiB free', value: {usedPercent: 31}}),
	fact('memory', 'ok', {text: '410 MiB free of 1.9 GiB'}),
]);

const withProbe = async (scenario: string, probe: BoxProbe, more: Partial<Facts> = {}) => {
	const {whole} = await recordedFacts(scenario);
	return judge({...whole, probe, listening: probe.listening, ...more});
};

test('what was measured and is well is ruled out in few words, in place of the silence of the journal', async () => {
	const {ruledOut} = await withProbe('S05-s3-access-denied', well);
	expect(ruledOut.slice(0, 6)).toEqual([
		'clock 0.02s off',
		'disk 31%',
		'memory 410 MiB free',
		'DNS',
		'IMDSv2',
		'role shop',
	]);
	expect(ruledOut.join('\n')).not.toMatch(/no line says/);
});

test('what the fault is about is evidence, refused again or well by now', async () => {
	const again = await withProbe(
		'S05-s3-access-denied',
		probeOf([fact('s3', 'bad', {text: 's3://x is refused'})]),
	);
	expect(again.evidence).toContainEqual({
		source: 'probe',
		text: 'S3: s3://x is refused',
		atSeconds: 600,
		at: expect.any(Number),
	});
	const mended = await withProbe(
		'S05-s3-access-denied',
		probeOf([fact('s3', 'ok', {text: 's3://x answers'})]),
	);
	expect(mended).toMatchObject({rule: 's3-denied', confidence: 'certain'});
	expect(mended.evidence.map(({text}) => text)).toContain('S3: s3://x answers, when asked now');
	expect(mended.ruledOut).not.toContain('s3://x answers');
});

test('a fault keeps its rule and its certainty, whatever the probe finds', async () => {
	const bad = probeOf(
		(['imds', 'tags', 'user-data', 'role', 's3', 'dns', 'clock', 'disk', 'memory', 'ports'] as const)
			.map(check => fact(check, 'bad'))
			.concat(refused),
		{listening: []},
	);
	for (const scenario of [
		'S03-tags-missing-pending-wait',
		'S04-user-data-malformed',
		'S05-s3-access-denied',
		'S06-crash-loop',
		'S07-oom',
		'S08-start-timeout',
		'S09b-ordering-asg',
	]) {
		const {whole} = await recordedFacts(scenario);
		const alone = judge(whole);
		for (const probe of [bad, well]) {
			const {rule, sentence, confidence} = judge({
				...whole,
				healthCheckPort: 8080,
				probe,
				listening: probe.listening,
			});
			expect({rule, sentence, confidence}, scenario).toEqual({
				rule: alone.rule,
				sentence: alone.sentence,
				confidence: alone.confidence,
			});
		}
	}
});

test('a healthy box stays healthy: no probe makes a fault of what the load balancer is content with', async () => {
	const verdict = await withProbe(
		'S01-healthy',
		probeOf([refused, fact('ports', 'bad'), fact('tags', 'bad')], {listening: []}),
		{healthCheckPort: 8080},
	);
	expect(verdict).toMatchObject({
		kind: 'nothing-wrong',
		confidence: 'certain',
		evidence: [expect.objectContaining({source: 'load balancer'})],
	});
});

const unlistened = (more: Partial<Facts>, probe: BoxProbe) =>
	withProbe('S01-healthy', probe, {
		healthCheckPort: 8080,
		health: {state: 'failing', everPassed: false, lastAnswer: 'Target.Timeout', at: null},
		...more,
	});

test('nobody listens: certain only when a connection is refused, the app had its time, and the load balancer fails', async () => {
	const deaf = probeOf([refused], {listening: [{address: '0.0.0.0', port: 22}]});
	expect(await unlistened({}, deaf)).toMatchObject({rule: 'never-listened', confidence: 'certain'});
	expect(await unlistened({health: null}, deaf)).toMatchObject({
		rule: 'never-listened',
		confidence: 'likely',
	});
	const {boot} = (await recordedFacts('S01-healthy')).whole;
	const up = boot?.units.find(({name}) => name === boot.chain.at(-1))?.upSeconds ?? 0;
	const early = {...deaf, uptimeSeconds: up + 20};
	expect(await unlistened({}, early)).toMatchObject({rule: 'never-listened', confidence: 'likely'});
	expect((await unlistened({health: null}, early)).rule).toBeNull();
	expect(await unlistened({}, {...deaf, facts: []})).toMatchObject({
		rule: 'never-listened',
		confidence: 'likely',
	});
	expect(await unlistened({}, {...deaf, uptimeSeconds: null})).toMatchObject({confidence: 'likely'});
});

test('a forwarded port, which answers without a socket of its own, is no fault', async () => {
	const forwarded = fact('health', 'ok', {value: {status: 200, curlExit: 0}});
	const verdict = await unlistened({}, probeOf([forwarded], {listening: [{address: '0.0.0.0', port: 22}]}));
	expect(verdict.kind).toBe('cannot-be-judged');
	expect(verdict.sentence).toMatch(/neither the journal nor a probe/);
});

test('a port for the box alone is named with its address', async () => {
	const verdict = await unlistened({}, probeOf([refused], {listening: [{address: '127.0.0.1', port: 8080}]}));
	expect(verdict.sentence).toBe('Port 8080 is open on 127.0.0.1 only: the target group cannot reach it.');
});

test('what the probe could not answer is not judged, where the fault is about it', async () => {
	const {notJudged} = await withProbe(
		'S05-s3-access-denied',
		probeOf([fact('s3', 'unknown', {text: 'neither the AWS CLI nor curl'}), fact('dns', 'unknown')]),
	);
	expect(notJudged).toContain('S3: neither the AWS CLI nor curl');
	expect(notJudged.join('\n')).not.toMatch(/names/);
});
