/** Units that failed by themselves: not cancelled, not ended by the shutdown. */

import {isDistributionUnit} from '../../boot/distribution-units.ts';
import type {Boot, BootUnit} from '../../boot/types.ts';
import type {Facts} from '../types.ts';

/** A unit of the distribution that fails is no reason for the app, unless the chain needs it. */
export const failedUnits = ({boot}: Facts): readonly {readonly boot: Boot; readonly unit: BootUnit}[] =>
	boot === null
		? []
		: boot.units
				.filter(
					unit =>
						(unit.state === 'failed' || unit.attempts.some(isBad)) &&
						!unit.endedByShutdown &&
						!unit.recovered,
				)
				.filter(
					unit => boot.chain.includes(unit.name) || !isDistributionUnit(unit.name, unit.facts ?? undefined),
				)
				.map(unit => ({boot, unit}));

export const isBad = (attempt: BootUnit['attempts'][number]): boolean =>
	attempt.result !== null && attempt.result !== 'success';

/** How often it was started in vain; a run that ended well and was started again counts too. */
export const vainStarts = (unit: BootUnit): number =>
	unit.attempts.filter(attempt => attempt.endSeconds !== null).length;
