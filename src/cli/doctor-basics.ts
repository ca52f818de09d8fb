/** `doctor`: who we are to AWS, until when, where calls go, and what time it is there. */
import type {Aws, Identity} from '../aws/types.ts';
import type {Settings} from '../base/settings.ts';
import {area, type Check} from './doctor-report.ts';

const credentials = area('Credentials');
const place = area('Place');
const clock = area('Clock');

export type Basics = {
	readonly checks: readonly Check[];
	/** Null where AWS does not know us: then nothing else is asked. */
	readonly identity: Identity | null;
};

export const checkBasics = async (aws: Aws, settings: Settings): Promise<Basics> => {
	const where = placeChecks(aws);
	try {
		const identity = await aws.polling.identity();
		const who = credentials.ok('who', `${identity.callerArn} in account ${identity.accountId}`);
		return {identity, checks: [who, await expiryCheck(aws, settings), ...where, ...clockChecks(aws)]};
	} catch (error) {
		return {identity: null, checks: [credentials.unanswered('who', error), ...where]};
	}
};

/** A fuse that acts as the caller ends five minutes before the caller's credentials do (hold.md). */
const marginMs = 5 * 60_000;

const expiryCheck = async (aws: Aws, {leaseMinutes, fuseRoleArn}: Settings): Promise<Check> => {
	try {
		const {expiration} = await aws.credentials();
		if (expiration === undefined) return credentials.ok('expiry', 'they do not expire');
		const left = expiration - aws.clock.now();
		const text = `they expire at ${new Date(expiration).toISOString().slice(11, 16)} UTC, in ${minutes(left)}`;
		if (left <= marginMs)
			return credentials.fail('expiry', text, ['renew them: aws sso login, or new keys in the environment']);
		if (fuseRoleArn !== null || left - marginMs >= leaseMinutes * 60_000)
			return credentials.ok('expiry', text);
		return credentials.warn(
			'expiry',
			`${text}: a fuse would end before its lease of ${leaseMinutes} minutes`,
			[
				'renew them before a hold',
				'or give the fuse a role: unflap doctor --setup, then fuseRoleArn in the config',
			],
		);
	} catch (error) {
		return credentials.unanswered('expiry', error);
	}
};

const minutes = (ms: number): string => {
	const whole = Math.max(0, Math.floor(ms / 60_000));
	return whole < 120 ? `${whole} minutes` : `${Math.floor(whole / 60)} hours`;
};

const placeChecks = ({facts}: Aws): readonly Check[] => [
	place.ok('region', `${facts.region}${facts.profile === null ? '' : `, profile ${facts.profile}`}`),
	place.ok('endpoint', facts.endpoint ?? "AWS's own"),
	...(facts.readOnly ? [place.ok('read-only', 'this run changes nothing in AWS')] : []),
];

/** SigV4 tolerates five minutes; unflap itself counts by AWS time. */
const tolerableSkewMs = 60_000;
const tolerableDisagreementMs = 60_000;

const clockChecks = ({clock: aws}: Aws): readonly Check[] => {
	const skew = aws.skewMs();
	if (skew === undefined)
		return [
			clock.warn('local clock', 'no answer of AWS said what time it is', ['look at the proxy in between']),
		];
	const off = Math.round(Math.abs(skew) / 1000);
	const text = `${off} s ${skew > 0 ? 'behind' : 'ahead of'} AWS`;
	return [
		Math.abs(skew) <= tolerableSkewMs
			? clock.ok('local clock', text)
			: clock.warn('local clock', `${text}; unflap counts by AWS time, other tools may fail`, [
					'set the clock of this machine',
				]),
		aws.disagreementMs() <= tolerableDisagreementMs
			? clock.ok('AWS time', `answers agree within ${Math.round(aws.disagreementMs() / 1000)} s`)
			: clock.fail(
					'AWS time',
					`answers disagree by ${Math.round(aws.disagreementMs() / 1000)} s: a hold is refused`,
					['look for a proxy that answers from a cache'],
				),
	];
};
