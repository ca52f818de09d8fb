/** The recorded boots and what is said of them: the verdict, the rules that spoke, and those that kept still. */
import {expect, test} from 'vitest';
import {createBootModel} from '../../src/boot/boot-model.ts';
import type {JournalEntry} from '../../src/journal/types.ts';
import {judge} from '../../src/verdict/judge.ts';
import {createLineMarks} from '../../src/verdict/line-marks.ts';
import {ruleNames, type Verdict} from '../../src/verdict/types.ts';
import {journalOf, readAll, scenarios} from '../boot/recordings.ts';
import {hookEndings} from './hook-endings.ts';
import {paceCases} from './paces.ts';
import {bootIdOf, healthOf, recordedFacts, unknownFacts} from './recorded-facts.ts';

type Expected = {
	readonly kind: Verdict['kind'];
	readonly rule: Verdict['rule'];
	readonly says: RegExp;
	/** Everything else that is said: rule and kind. */
	readonly others: readonly string[];
	/** Where it differs, as the journal alone tells it. */
	readonly alone?: Pick<Expected, 'kind' | 'rule' | 'says' | 'others'>;
};

const well = /^Nothing is wrong on the box/;

const expected: Readonly<Record<string, Expected>> = {
	'S01-healthy': {kind: 'nothing-wrong', rule: null, says: well, others: []},
	'S02-metadata-late': {kind: 'nothing-wrong', rule: null, says: well, others: ['metadata-late note']},
	'S03-tags-missing-pending-wait': {
		kind: 'fault',
		rule: 'tags-not-visible',
		says: /tags: none is visible while the box is in Pending:Wait/,
		others: [],
	},
	'S04-user-data-malformed': {
		kind: 'fault',
		rule: 'user-data-malformed',
		says: /user data: it breaks at line 5, column 45/,
		others: [],
	},
	'S05-s3-access-denied': {
		kind: 'fault',
		rule: 's3-denied',
		says: /may not s3:ListBucket on bucket \S+: \S+ is refused, 3 times; \S+ was never started\.$/,
		others: [],
	},
	'S06-crash-loop': {kind: 'fault', rule: 'crash-loop', says: /\(exit 1\): 5 starts/, others: []},
	'S06b-core-dump': {kind: 'fault', rule: 'crashed', says: /core-dump, signal 11/, others: []},
	'S06c-start-limit-hit': {kind: 'fault', rule: 'crash-loop', says: /\(exit 0\): 5 starts/, others: []},
	'S07-oom': {kind: 'fault', rule: 'oom-killed', says: /5 times: its limit is 96 MiB/, others: []},
	'S08-start-timeout': {kind: 'fault', rule: 'start-timeout', says: /never ready .* after 20s/, others: []},
	'S09a-ordering-standalone': {
		kind: 'nothing-wrong',
		rule: null,
		says: well,
		others: ['ordering-missing latent'],
		alone: {kind: 'nothing-wrong', rule: null, says: well, others: []},
	},
	'S09b-ordering-asg': {
		kind: 'fault',
		rule: 'ordering-missing',
		says: /has no After= for it, and was started 43s before it was done/,
		others: [],
		alone: {kind: 'cannot-be-judged', rule: null, says: /the health check still fails/, others: []},
	},
	'S10-noisy': {kind: 'nothing-wrong', rule: null, says: well, others: []},
	'S10b-noisy-small-disk': {kind: 'nothing-wrong', rule: null, says: well, others: ['lines-lost note']},
	'S11-terminated-mid-boot': {
		kind: 'end',
		rule: 'ended-from-outside',
		says: /shut down from outside at 2m04s, while \S+ was starting; nothing had failed before/,
		others: [],
	},
	'S11b-hard-kill-mid-boot': {
		kind: 'end',
		rule: 'journal-stops',
		says: /The journal stops at 48s/,
		others: [],
	},
};

const said = ({others}: Verdict) => others.map(({rule, kind}) => `${rule} ${kind}`);

test('every recording has its expectation, and every rule its name', () => {
	expect(scenarios.map(({scenario}) => scenario).sort()).toEqual(Object.keys(expected).sort());
	for (const {rule} of Object.values(expected)) if (rule !== null) expect(ruleNames).toContain(rule);
});

type Verdicts = {readonly alone: Verdict; readonly whole: Verdict};
const judged = new Map<string, Promise<Verdicts>>();

/** Each recording is read once; a flood takes seconds. */
const verdictsOf = (scenario: string): Promise<Verdicts> => {
	const known =
		judged.get(scenario) ??
		recordedFacts(scenario).then(({alone, whole}) => ({alone: judge(alone), whole: judge(whole)}));
	judged.set(scenario, known);
	return known;
};

for (const [scenario, whole] of Object.entries(expected))
	test(`${scenario}: the rule that should speak speaks, and no other; the journal alone gives the same first fault`, async () => {
		const verdicts = await verdictsOf(scenario);
		expectSaid(verdicts.whole, whole);
		expectSaid(verdicts.alone, whole.alone ?? whole);
	});

const expectSaid = (verdict: Verdict, {kind, rule, says, others}: Omit<Expected, 'alone'>): void => {
	expect(verdict).toMatchObject({kind, rule});
	expect(verdict.sentence).toMatch(says);
	expect(said(verdict)).toEqual(others);
	if (verdict.kind === 'fault') expect(verdict.evidence.length).toBeGreaterThan(0);
};

test('where the unit files are missing it names the units whose order cannot be judged', async () => {
	const verdict = judge((await recordedFacts('S09b-ordering-asg')).alone);
	const missing = verdict.notJudged.join('\n');
	for (const unit of ['instance-metadata.service', 's3-config-sync.service', 'foo-app.service'])
		expect(missing).toContain(unit);
	expect(verdict.evidence.map(({text}) => text).join('\n')).toMatch(/127\.0\.0\.1:8080/);
});

test('other names of units and groups give the same rules', async () => {
	const renamed = (text: string) =>
		text
			.replaceAll('instance-metadata', 'fetch-facts')
			.replaceAll('s3-config-sync', 'pull')
			.replaceAll('foo-app', 'shop');
	const change = (entry: JournalEntry): JournalEntry => ({
		...entry,
		unit: renamed(entry.unit),
		identifier: renamed(entry.identifier),
		message: renamed(entry.message),
	});
	for (const scenario of [
		'S03-tags-missing-pending-wait',
		'S04-user-data-malformed',
		'S05-s3-access-denied',
		'S06-crash-loop',
		'S07-oom',
		'S08-start-timeout',
	]) {
		const verdict = judge((await recordedFacts(scenario, change)).alone);
		expect(verdict.rule).toBe(expected[scenario]?.rule);
		expect(JSON.stringify(verdict)).not.toMatch(/instance-metadata|s3-config-sync|foo-app/);
	}
});

/** When the line came that decides, in seconds since the boot's zero: the first failure that systemd told. */
const decisive: Readonly<Record<string, number>> = {
	'S03-tags-missing-pending-wait': 155.67,
	'S04-user-data-malformed': 77.01,
	'S05-s3-access-denied': 152.6,
	'S06-crash-loop': 118.27,
	'S06b-core-dump': 107.28,
	'S06c-start-limit-hit': 165.15,
	'S07-oom': 90.41,
	'S08-start-timeout': 107.1,
};

for (const [scenario, at] of Object.entries(decisive))
	test(`${scenario}: replayed in time order the verdict stands within two seconds of its line, and no wrong one before`, async () => {
		const entries = [...(await readAll(journalOf(scenario)))]
			.filter(({bootId}) => bootId === bootIdOf(scenario))
			.sort((a, b) => a.monotonicUs - b.monotonicUs);
		const model = createBootModel();
		const marks = createLineMarks();
		const verdictAt = (seconds: number): Verdict =>
			judge({
				...unknownFacts,
				boot: model.boot(),
				marks: marks.of(bootIdOf(scenario)),
				health: healthOf(scenario, seconds),
			});
		let next = 0;
		const readUntil = (seconds: number) => {
			const from = next;
			while (next < entries.length && (entries[next]?.monotonicUs ?? 0) <= seconds * 1e6) next++;
			model.add(entries.slice(from, next));
			marks.add(entries.slice(from, next));
		};
		const right = expected[scenario]?.rule;
		for (let seconds = 1; seconds < at; seconds++) {
			readUntil(seconds);
			const early = verdictAt(seconds);
			if (early.confidence === 'certain')
				expect(`${early.rule} at ${seconds}`).toBe(`${right} at ${seconds}`);
		}
		readUntil(at + 2);
		expect(verdictAt(at + 2)).toMatchObject({kind: 'fault', rule: right, confidence: 'certain'});
	}, 120_000);

test('the table of docs/verdicts.md says what the rules say of the recordings', async () => {
	const rows: string[] = [];
	for (const {scenario} of scenarios) {
		const {alone, whole} = await verdictsOf(scenario);
		rows.push(row(scenario, whole));
		if (alone.kind !== whole.kind) rows.push(row(`${scenario}, from the journal alone`, alone));
	}
	const page = [
		'# What is said of the recorded boots',
		'',
		'Made by a test from the recordings of a real systemd; rules in `src/verdict/rules`.',
		'',
		'| recording | rule | sentence | also said |',
		'| --- | --- | --- | --- |',
		...rows,
		'',
		...hookTable(),
		...(await paceTable()),
	].join('\n');
	await expect(page).toMatchFileSnapshot('../../docs/verdicts.md');
});

/** How much time a good boot needs is learned from boots that were seen. */
const paceTable = async (): Promise<readonly string[]> => [
	'# What is said of the time that a boot is given',
	'',
	'The grace period is 5m00s, and the target group counts checks for 30s more, where nothing else is said.',
	'',
	'| known | rule | sentence | also said |',
	'| --- | --- | --- | --- |',
	...Object.entries(await paceCases()).map(([name, facts]) => row(name, judge(facts))),
	'',
];

/** No recorded box ended in a launch hook: the texts are AWS's own. */
const hookTable = (): readonly string[] => [
	'# What is said of boxes that ended in a launch hook',
	'',
	'From the words of AWS alone, without a line of the box; of a box whose journal is there the fault on it comes first.',
	'',
	'| Auto Scaling and CodeDeploy say | rule | sentence | also said |',
	'| --- | --- | --- | --- |',
	...hookEndings.map(({name, facts}) => row(name, judge({...unknownFacts, over: true, ...facts}))),
	'',
];

const row = (name: string, verdict: Verdict): string =>
	`| ${name} | ${verdict.rule ?? verdict.kind} | ${verdict.sentence} | ${said(verdict).join(', ') || '–'} |`;
