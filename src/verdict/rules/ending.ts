/** How a boot was cut off with nothing wrong before it, and how the life ended. */
import type {Boot, BootUnit} from '../../boot/types.ts';
import type {DeathCause} from '../../groups/types.ts';
import {isChainUp} from '../boot-state.ts';
import {seconds, systemdEvidence} from '../finding.ts';
import type {Facts, Finding, Rule} from '../types.ts';

/** A shutdown nobody on the box had reason for, while the boot was under way. */
export const endedFromOutside: Rule = {
	name: 'ended-from-outside',
	judge: ({boot, health}) => {
		if (boot === null || boot.shutdownSeconds === null) return [];
		if (boot.firstFault !== null || health?.everPassed === true || isChainUp(boot)) return [];
		const at = boot.shutdownSeconds;
		const unit = underWay(boot, at);
		return [
			{
				rule: 'ended-from-outside',
				kind: 'end',
				unit: unit?.name ?? '',
				sentence: `The box was shut down from outside at ${seconds(at)}${unit === undefined ? '' : `, while ${unit.name} was starting`}; nothing had failed before.`,
				confidence: 'certain',
				evidence: [
					systemdEvidence(boot, 'the shutdown began', at),
					...(unit === undefined
						? []
						: [systemdEvidence(boot, `${unit.name} was started`, unit.startSeconds)]),
				],
				try: [],
			},
		];
	},
};

/** The last of the user's own units whose start was not done at that time. */
const underWay = (boot: Boot, at: number): BootUnit | undefined =>
	boot.units
		.filter(unit => boot.chain.includes(unit.name))
		.findLast(
			({startSeconds, upSeconds}) =>
				startSeconds !== null && startSeconds <= at && (upSeconds === null || upSeconds > at),
		);

/** No shutdown, no end: power or the host went, or the disk did. */
export const journalStops: Rule = {
	name: 'journal-stops',
	judge: ({boot, over, health}) => {
		if (!over || boot === null || boot.finished || boot.shutdownSeconds !== null || boot.firstFault !== null)
			return [];
		if (health?.everPassed === true || isChainUp(boot)) return [];
		return [
			{
				rule: 'journal-stops',
				kind: 'end',
				unit: '',
				sentence: `The journal stops at ${seconds(boot.lastSeconds)}, before the boot was done and without a shutdown: the box lost its power, or was killed.`,
				confidence: 'certain',
				evidence: [systemdEvidence(boot, 'the last line of the journal', boot.lastSeconds)],
				try: [],
			},
		];
	},
};

const sentences: Readonly<Record<DeathCause, string>> = {
	elb: 'The load balancer found the box unhealthy, and Auto Scaling replaced it.',
	ec2: 'EC2 said that the box had failed its status check or was stopped, and Auto Scaling replaced it.',
	hook: 'A lifecycle hook was abandoned or ran out of time, and the box with it.',
	'scale-in': 'The group was scaled in: nothing was wrong with the box.',
	spot: 'EC2 took the Spot capacity back: nothing was wrong with the box.',
	refresh: 'An instance refresh replaced the box.',
	rebalance: 'The group was balanced over its zones: nothing was wrong with the box.',
	user: 'Somebody terminated the box, or marked it unhealthy.',
	lifetime: 'The box had reached the maximum lifetime of the group.',
	'launch-failed': 'The box could not be launched.',
	other: 'Auto Scaling ended the box.',
};

/** What Auto Scaling says of it: the last link, so everything found on the box goes before it. */
export const death: Rule = {
	name: 'death',
	judge: ({death: end, hook}: Facts): readonly Finding[] =>
		// What is known of the hook is said by its own rules.
		end === null || hook !== null
			? []
			: [
					{
						rule: 'death',
						kind: end.cause === 'elb' || end.cause === 'ec2' || end.cause === 'other' ? 'note' : 'end',
						unit: '',
						sentence: sentences[end.cause],
						confidence: end.cause === 'other' ? 'likely' : 'certain',
						evidence: [{source: 'Auto Scaling', text: end.rawCause, atSeconds: null, at: end.at}],
						try: [],
					},
				],
};
