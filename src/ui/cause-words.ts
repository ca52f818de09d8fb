/** Of what boxes die, in plain words. */
import {ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {DeathCause} from '../groups/types.ts';

export const causeWords: Readonly<Record<DeathCause, Shown>> = {
	elb: ours`ELB health check`,
	ec2: ours`EC2 status check`,
	hook: ours`launch hook abandoned`,
	'scale-in': ours`scale-in`,
	spot: ours`Spot interruption`,
	refresh: ours`instance refresh`,
	rebalance: ours`zone rebalance`,
	user: ours`a person or a custom health mark`,
	lifetime: ours`maximum lifetime`,
	'launch-failed': ours`launch failed`,
	other: ours`other`,
};
