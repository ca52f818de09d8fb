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
		if (isRelated(rule, check)) return state !== 'unknown';
		if (state !== 'bad') return false;
		return alwaysTold.includes(check) || (rule === null && health?.state !== 'passing' && isChainUp(boot));
	});
	return told.map(fact => ({
		source: 'probe',
		text: `${textOf(fact)}${fact.state === 'ok' && fact.check !== 'role' ? ', when asked now' : ''}`,
		atSeconds: probe.uptimeSeconds,
		at: probe.at,
	}));
};

/** What was asked and is well. */
export const probeRuledOut = ({probe}: Facts, rule: RuleName | null): readonly Hostile[] =>
	(probe?.facts ?? [])
		.filter(({check, state}) => state === 'ok' && check !== 'options' && !isRelated(rule, check))
		.map(textOf);

/** What could not be answered, of what the rule speaks of. */
export const probeMissing = ({probe}: Facts, rule: RuleName | null): readonly Hostile[] =>
	(probe?.facts ?? []).filter(({check, state}) => state === 'unknown' && isRelated(rule, check)).map(textOf);

/** Null where it was not asked, or could not answer. */
export const probed = ({probe}: Facts, check: ProbeCheck): ProbeFact | null =>
	probe?.facts.find(fact => fact.check === check && fact.state !== 'unknown') ?? null;

const isRelated = (rule: RuleName | null, check: ProbeCheck): boolean =>
	rule !== null && (related[rule]?.includes(check) ?? false);

const textOf = ({check, text}: ProbeFact): Hostile => `${probeTitles[check]}: ${text}`;
