/** How a service of the user's own came down: out of memory, never ready, again and again, once. */
import type {Boot, BootUnit} from '../../boot/types.ts';
import {ownText} from '../../journal/own-text.ts';
import {advice, rerun, unitLog} from '../advice.ts';
import {consequences, endWords, lineEvidence, marksOf, seconds, systemdEvidence} from '../finding.ts';
import type {Evidence, Facts, Finding, Rule, RuleName} from '../types.ts';
import {failedUnits, isBad, vainStarts} from './failed-units.ts';

/** The kernel, or the memory limit of the unit, killed it. */
export const oomKilled: Rule = {
	name: 'oom-killed',
	judge: facts =>
		failedUnits(facts)
			.filter(({unit}) => unit.attempts.some(({result}) => result === 'oom-kill'))
			.map(({boot, unit}) => {
				const limit = limitOf(facts);
				const kills = unit.attempts.filter(({result}) => result === 'oom-kill').length;
				const often = kills > 1 ? `, ${kills} times` : '';
				return fault('oom-killed', facts, boot, unit, {
					sentence: `${unit.name} was killed for lack of memory${often}${limit === null ? '' : `: its limit is ${limit} MiB`}`,
					certain: true,
					tries: [
						advice(
							limit === null
								? 'give the box or the service more memory, or let it ask for less'
								: 'raise MemoryMax= of the unit, or let the service ask for less',
						),
						rerun(unit.name),
					],
				});
			}),
};

/** Type=notify never said it was ready, or the start took longer than the unit allows. */
export const startTimeout: Rule = {
	name: 'start-timeout',
	judge: facts =>
		failedUnits(facts)
			.filter(({unit}) => unit.attempts.at(-1)?.result === 'timeout')
			.map(({boot, unit}) => {
				const last = unit.attempts.at(-1);
				const took =
					last === undefined || last.endSeconds === null
						? ''
						: ` after ${seconds(last.endSeconds - last.startSeconds)}`;
				const words = unit.lastWords.at(-1);
				return fault('start-timeout', facts, boot, unit, {
					sentence: `${unit.name} was never ready and was stopped${took}`,
					certain: true,
					words: words ?? null,
					tries: [
						advice('see what it waits for: its last line is the evidence'),
						unitLog(unit.name),
						rerun(unit.name),
					],
				});
			}),
};

/** Started again and again, with the same end. */
export const crashLoop: Rule = {
	name: 'crash-loop',
	judge: facts =>
		failedUnits(facts)
			.filter(({unit}) => vainStarts(unit) >= 2 && !isNamedOtherwise(unit))
			.map(({boot, unit}) => {
				const gaveUp = unit.attempts.some(attempt => attempt.gaveUp) || unit.result === 'start-limit-hit';
				const first = unit.attempts[0];
				const end = first === undefined ? '' : isBad(first) ? endWords(first) : 'exit 0';
				return fault('crash-loop', facts, boot, unit, {
					sentence: `${unit.name} ends as soon as it starts (${end}): ${vainStarts(unit)} starts${gaveUp ? ', and systemd has given up' : ' so far'}${ownReason(boot, unit)}`,
					certain: gaveUp || vainStarts(unit) >= 3,
					tries: [unitLog(unit.name), rerun(unit.name)],
				});
			}),
};

/** Died once, of a signal or a core dump. */
export const crashed: Rule = {
	name: 'crashed',
	judge: facts =>
		failedUnits(facts)
			.filter(({unit}) => vainStarts(unit) === 1 && !isNamedOtherwise(unit))
			.filter(({unit}) => unit.attempts[0]?.result === 'core-dump' || unit.attempts[0]?.result === 'signal')
			.map(({boot, unit}) =>
				fault('crashed', facts, boot, unit, {
					sentence: `${unit.name} crashed (${unit.attempts[0]?.result}${unit.attempts[0]?.signal == null ? '' : `, signal ${unit.attempts[0].signal}`})`,
					certain: true,
					tries: [
						...(unit.attempts[0]?.result === 'core-dump'
							? [advice('see where it crashed', ['coredumpctl', 'info'])]
							: []),
						unitLog(unit.name),
					],
				}),
			),
};

/** It failed, and no other rule knows why: its own line is the best there is. */
export const unitFailed: Rule = {
	name: 'unit-failed',
	judge: facts =>
		failedUnits(facts)
			.filter(({unit}) => vainStarts(unit) === 1 && !isNamedOtherwise(unit) && unit.attempts.some(isBad))
			.filter(({unit}) => unit.attempts[0]?.result !== 'core-dump' && unit.attempts[0]?.result !== 'signal')
			.map(({boot, unit}) =>
				fault('unit-failed', facts, boot, unit, {
					sentence: `${unit.name} failed (${endWords(unit.attempts[0] ?? {result: unit.result, exitCode: unit.exitCode, signal: null})})`,
					// One that was up may be on its way to a restart; one that never came up has had its say.
					certain: unit.state === 'failed' && (facts.over || unit.upSeconds === null),
					tries: [unitLog(unit.name), rerun(unit.name)],
				}),
			),
};

/** The unit's own last word on it, the end of an exception say; '' where there is only systemd's sentence. */
const ownReason = (boot: Boot, unit: BootUnit): string => {
	const fault = boot.firstFault;
	if (fault === null || fault.unit !== unit.name || fault.message.startsWith(`${unit.name}:`)) return '';
	return `: ${ownText(fault.message, mostReason)}${fault.message.length > mostReason ? '…' : ''}`;
};

const mostReason = 120;

const isNamedOtherwise = (unit: BootUnit): boolean =>
	unit.attempts.some(({result}) => result === 'oom-kill') || unit.attempts.at(-1)?.result === 'timeout';

type FaultText = {
	/** Without its full stop. */
	readonly sentence: string;
	readonly certain: boolean;
	readonly words?: string | null;
	readonly tries: Finding['try'];
};

const fault = (
	rule: RuleName,
	facts: Facts,
	boot: Boot,
	unit: BootUnit,
	{sentence, certain, words = null, tries}: FaultText,
): Finding => ({
	rule,
	kind: 'fault',
	unit: unit.name,
	sentence: `${sentence}${consequences(boot, unit.name)}.`,
	confidence: certain ? 'certain' : 'likely',
	evidence: [...why(boot, unit, words), ...lastAttempt(boot, unit), ...limitEvidence(rule, facts)],
	try: tries,
});

/** The line that says why, by the boot model, or the unit's own last words. */
const why = (boot: Boot, unit: BootUnit, words: string | null): readonly Evidence[] => {
	const atSeconds = unit.attempts[0]?.endSeconds ?? null;
	const own = words === null ? [] : [{...systemdEvidence(boot, words, atSeconds), source: 'journal'}];
	if (boot.firstFault?.unit !== unit.name) return own;
	return [
		{
			source: 'journal',
			text: boot.firstFault.message,
			atSeconds: boot.firstFault.atSeconds,
			at: Math.floor(boot.firstFault.atUs / 1000),
		},
		...own,
	];
};

const lastAttempt = (boot: Boot, unit: BootUnit): readonly Evidence[] => {
	const last = unit.attempts.at(-1);
	if (last === undefined || last.endSeconds === null) return [];
	const number = unit.attempts.length > 1 ? `start ${unit.attempts.length} of ${unit.name}` : unit.name;
	return [systemdEvidence(boot, `${number} ended: ${endWords(last)}`, last.endSeconds)];
};

const limitEvidence = (rule: RuleName, facts: Facts): readonly Evidence[] =>
	rule === 'oom-killed'
		? marksOf(facts, 'memory-limit')
				.slice(0, 1)
				.map(mark => lineEvidence(mark.first))
		: [];

/** MiB, by the kernel's own line about the limit that was met. */
const limitOf = (facts: Facts): number | null => {
	const found = /limit (\d{1,15})kB/.exec(marksOf(facts, 'memory-limit')[0]?.first.text ?? '');
	return found === null ? null : Math.round(Number(found[1]) / 1024);
};
