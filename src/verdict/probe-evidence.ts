/**
 * What a probe of the box adds to a verdict. It was asked after the fault: what it finds is evidence beside the fault, or
 * rules something out, and never makes a verdict more certain than the journal did.
 */
import type {Hostile} from '../base/text.ts';
import {type ProbeCheck, type ProbeFact, probeTitles} from '../remote/box-probe-types.ts';
import {isChainUp} from './boot-state.ts';
import type {Evidence, Facts, RuleName} from './types.ts';

/** Checks that speak of what a rule speaks of: found well, they are no exoneration but news. */
const related: Readonly<Partial<Record<RuleName, readonly ProbeCheck[]>>> = {
	'tags-not-visible': ['tags', 'options', 'imds'],
	'user-data-malformed': ['user-data'],
	'kms-denied': ['s3', 'role'],
	's3-denied': ['s3', 'role'],
	's3-missing': ['s3'],
	's3-unreachable': ['s3', 'dns'],
	'disk-full': ['disk'],
	'clock-skew': ['clock', 's3'],
	'dns-failed': ['dns'],
	'metadata-late': ['imds', 'options'],
	'oom-killed': ['memory'],
	'never-listened': ['ports', 'health'],
	'health-path': ['ports', 'health'],
};

/** Worth saying beside any fault; the others fail on many a box that is well, or as a consequence. */
const alwaysTold: readonly ProbeCheck[] = ['imds', 's3', 'dns', 'clock', 'disk', 'memory'];

/** `rule`: the one that won; null where none did, and everything that failed is told. */
export const probeEvidence = ({probe, health, boot}: Facts, rule: RuleName | null): readonly Evidence[] => {
	if (probe === null) return [];
	const told = probe.facts.filter(({check, state}) => {
		if (isNews(rule, check) && state === 'ok') return true;
		if (isRelated(rule, check)) return state === 'bad';
		if (state !== 'bad') return false;
		return alwaysTold.includes(check) || (rule === null && health?.state !== 'passing' && isChainUp(boot));
	});
	return told.map(fact => ({
		source: 'probe',
		text: `${textOf(fact)}${fact.state === 'ok' ? ', when asked now' : ''}`,
		atSeconds: probe.uptimeSeconds,
		at: probe.at,
	}));
};

/** What was asked and is well, the shortest and most asked for first. */
export const probeRuledOut = ({probe}: Facts, rule: RuleName | null): readonly Hostile[] =>
	toldFirst.flatMap(check => {
		const fact = probe?.facts.find(one => one.check === check);
		return fact?.state !== 'ok' || isNews(rule, check) ? [] : [brief[check](fact)];
	});

const toldFirst: readonly ProbeCheck[] = [
	...(['clock', 'disk', 'memory', 'dns', 'imds', 'role', 'tags', 'user-data'] as const),
	...(['ports', 'health', 's3'] as const),
];

/** What could not be answered, of what the rule speaks of. */
export const probeMissing = ({probe}: Facts, rule: RuleName | null): readonly Hostile[] =>
	(probe?.facts ?? []).filter(({check, state}) => state === 'unknown' && isRelated(rule, check)).map(textOf);

/** Null where it was not asked, or could not answer. */
export const probed = ({probe}: Facts, check: ProbeCheck): ProbeFact | null =>
	probe?.facts.find(fact => fact.check === check && fact.state !== 'unknown') ?? null;

const isRelated = (rule: RuleName | null, check: ProbeCheck): boolean =>
	rule !== null && (related[rule]?.includes(check) ?? false);

/** Found well, it is news beside the fault; that there is a role is none. */
const isNews = (rule: RuleName | null, check: ProbeCheck): boolean =>
	check !== 'role' && check !== 'options' && isRelated(rule, check);

const textOf = ({check, text}: ProbeFact): Hostile => `${probeTitles[check]}: ${text}`;

/** As short as it can be said: many of them stand in a row. */
const brief: Readonly<Record<ProbeCheck, (fact: ProbeFact) => Hostile>> = {
	imds: ({text}) => (text.startsWith('IMDSv2') ? 'IMDSv2' : 'IMDSv1'),
	options: ({text}) => text,
	tags: ({value}) => `${value['count'] ?? 'some'} tags in metadata`,
	'user-data': ({text}) => (text === 'none' ? 'no user data' : `user data ${text}`),
	role: ({value}) => `role ${value['role'] ?? ''}`,
	s3: ({text}) => text,
	dns: () => 'DNS',
	clock: ({text}) => `clock ${text}`,
	disk: ({value}) => `disk ${value['usedPercent'] ?? '?'}%`,
	memory: ({text}) => `memory ${text.replace(/ of .*$/, '')}`,
	ports: ({text}) => `port ${text}`,
	health: ({value}) => `the box itself gets ${value['status'] ?? '?'}`,
};
