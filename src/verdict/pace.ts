/** How long boots of a group take, against the time that the health check leaves them. */

import type {Boot, BootUnit} from '../boot/types.ts';
import type {GoodBoot} from '../groups/good-boots.ts';
import {inServiceAt, missedSeconds} from '../groups/predicted-death.ts';
import type {Box, GroupDetail} from '../groups/types.ts';
import {isChainUp} from './boot-state.ts';
import type {Pace} from './types.ts';

/** null where no load balancer's check can end a box of the group. */
export const paceOf = (detail: GroupDetail, instanceId: string, good: readonly GoodBoot[]): Pace | null => {
	const {group} = detail.view;
	if (!group.healthCheckTypes.includes('ELB') || detail.targetGroups.length === 0) return null;
	return {
		group: group.name,
		inServiceAt: inServiceAt(detail, instanceId),
		graceSeconds: group.healthCheckGraceSeconds,
		missedSeconds: missedSeconds(detail.targetGroups),
		goodSeconds: good.map(({seconds}) => seconds),
	};
};

/**
 * The boot as one to learn from; null while it is none: units not up, check not passed, a boot after the first, or one
 * in which something failed, since what was mended by hand says nothing of how long a boot takes.
 */
export const goodBootOf = (detail: GroupDetail, box: Box, boot: Boot | null): GoodBoot | null => {
	const start = inServiceAt(detail, box.instanceId);
	if (boot === null || start === null || box.target?.state !== 'healthy' || !isChainUp(boot)) return null;
	if (boot.firstFault !== null) return null;
	const at = readyAt(boot);
	if (at === null || !isFirstBoot(boot, start)) return null;
	return {instanceId: box.instanceId, bootId: boot.bootId, at, seconds: Math.max(0, (at - start) / 1000)};
};

/** When the last unit of the chain was up for the first time, ms since 1970 by the box's clock; null while one is not. */
export const readyAt = (boot: Boot): number | null => {
	const ups = boot.chain.map(name => firstUp(boot.units.find(unit => unit.name === name)));
	const known = ups.filter(up => up !== null);
	if (boot.startedAtUs === null || known.length === 0 || known.length < ups.length) return null;
	return Math.round(boot.startedAtUs / 1000 + Math.max(...known) * 1000);
};

const firstUp = (unit: BootUnit | undefined): number | null =>
	unit?.attempts.find(({upSeconds}) => upSeconds !== null)?.upSeconds ?? unit?.upSeconds ?? null;

/** A box is in service about when it starts, or later where a launch hook waits: a boot that starts long after is another. */
const isFirstBoot = ({startedAtUs}: Boot, start: number): boolean =>
	startedAtUs !== null && startedAtUs / 1000 < start + 180_000;

/** The 99th percentile by nearest rank, which is the slowest one of up to a hundred; null of none. */
export const slowest = (values: readonly number[]): number | null => {
	const sorted = values.toSorted((one, other) => one - other);
	return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? null;
};
