/** Boots held against the time that the health check leaves them. */
import type {Boot} from '../../src/boot/types.ts';
import type {Facts, Pace} from '../../src/verdict/types.ts';
import {recordedFacts, unknownFacts} from './recorded-facts.ts';

export const pace = (goodSeconds: readonly number[], part: Partial<Pace> = {}): Pace => ({
	group: 'web-prod',
	inServiceAt: null,
	graceSeconds: 300,
	missedSeconds: 30,
	goodSeconds,
	...part,
});

const rawCause =
	'At 2026-11-22T12:35:00Z an instance was taken out of service in response to an ELB system health check failure.';

/** Ended by the check `seconds` after it was in service, which it was 20 s after its boot began. */
export const endedByCheck = (boot: Boot, seconds: number, part: Partial<Pace> = {}): Partial<Facts> => {
	const inServiceAt = Math.round((boot.startedAtUs ?? 0) / 1000) + 20_000;
	return {
		boot,
		pace: pace([], {inServiceAt, ...part}),
		death: {cause: 'elb', rawCause, at: inServiceAt + seconds * 1000},
	};
};

/** The boot of a recording as its journal tells it. */
export const recordedBoot = async (scenario: string): Promise<Boot> => {
	const {boot} = (await recordedFacts(scenario)).alone;
	if (boot === null) throw new Error(`no boot in ${scenario}`);
	return boot;
};

/** Facts for the table in the docs, by what is known. */
export const paceCases = async (): Promise<Readonly<Record<string, Facts>>> => {
	const failing = {state: 'failing', everPassed: false, lastAnswer: 'Target.Timeout', at: null} as const;
	const cases: Readonly<Record<string, Partial<Facts>>> = {
		'good boots took 41s to 6m10s; the check fails': {pace: pace([41, 350, 370]), health: failing},
		'one good boot took 5m10s; the check fails': {pace: pace([310]), health: failing},
		'S11 ended by the check after 90s, no good boot is known': endedByCheck(
			await recordedBoot('S11-terminated-mid-boot'),
			90,
			{graceSeconds: 60},
		),
	};
	return Object.fromEntries(
		Object.entries(cases).map(([name, facts]) => [name, {...unknownFacts, over: true, ...facts}]),
	);
};
