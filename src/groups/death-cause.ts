/**
 * Why a life ended, from the real texts of activities. An ordered table: the first rule that matches decides, and
 * a text nobody knows is `other` with the sentence itself. Source: aws-facts.md 4.2.
 */
import type {Activity} from '../aws/types.ts';
import type {Hostile} from '../base/text.ts';
import type {DeathCause} from './types.ts';

export type ClassifiedDeath = {
	readonly cause: DeathCause;
	/** Whether such a death is a flap when it comes early: health, hook and launch reasons. */
	readonly mayFlap: boolean;
	readonly rawCause: Hostile;
};

type Rule = {readonly cause: DeathCause; readonly mayFlap: boolean; readonly text: RegExp};

const rule = (cause: DeathCause, mayFlap: boolean, text: RegExp): Rule => ({cause, mayFlap, text});

/** Of the termination activity's cause. Health comes first: a text may name several things, and the killer counts. */
const terminationRules: readonly Rule[] = [
	rule('elb', true, /\bELB\b.*health check failure|VPC ?Lattice.*health check/i),
	rule('spot', false, /spot (?:instance )?interruption/i),
	rule(
		'rebalance',
		false,
		/rebalance recommendation|capacity rebalanc|balanc(?:e|ing) instances in zones|aid in balancing/i,
	),
	rule('lifetime', false, /lifetime/i),
	rule('refresh', false, /instance refresh/i),
	rule(
		'ec2',
		true,
		/EC2 (?:instance )?(?:status checks? |health check)|EBS volume health check|system health-check/i,
	),
	rule('ec2', false, /EC2 scheduled/i),
	rule('user', true, /user health-check/i),
	rule('elb', true, /deregist/i),
	rule('hook', true, /lifecycle (?:action|hook).*(?:abandon|timeout)|was abandoned/i),
	rule(
		'scale-in',
		false,
		/triggered policy|scheduled action|difference between desired and actual|shrinking the capacity|user request (?:update|explicitly set)/i,
	),
	rule('user', false, /in response to a user request/i),
];

/** Of a launch that came to nothing: its status message. */
const launchRules: readonly Rule[] = [
	rule('hook', true, /Lifecycle Action.*was abandoned|failed to complete user's Lifecycle Action/i),
	rule('launch-failed', true, /./),
];

/** A manual detach or standby shrinks the capacity too, and kills nothing: those are no termination activities. */
export const classifyTermination = ({cause}: Activity): ClassifiedDeath => classify(cause, terminationRules);

export const classifyFailedLaunch = ({statusMessage, description, cause}: Activity): ClassifiedDeath =>
	classify(statusMessage || description || cause, launchRules);

const classify = (text: Hostile, rules: readonly Rule[]): ClassifiedDeath => {
	// Bounded: a text is at most 1,023 characters, and no rule should meet more.
	const found = rules.find(({text: pattern}) => pattern.test(text.slice(0, 2048)));
	return {cause: found?.cause ?? 'other', mayFlap: found?.mayFlap ?? false, rawCause: text};
};
