/** A probe of a box in its group: what its target groups ask, what EC2 says of its metadata, then the box itself. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {healthAsked} from '../groups/health-asked.ts';
import type {Box, GroupDetail} from '../groups/types.ts';
import type {BoxProbe, StoreTarget} from '../remote/box-probe-types.ts';
import {probeBox} from '../stream/probe-box.ts';
import type {CommandContext} from './command.ts';

export type ProbeThere = {
	readonly box: Box;
	/** null for a box of no group. */
	readonly detail: GroupDetail | null;
	readonly store: StoreTarget | null;
	/** Named by the person; the target groups' own otherwise. */
	readonly port: number | null;
};

export const probeThere = async (
	{settings, signal}: Pick<CommandContext, 'settings' | 'signal'>,
	aws: Aws,
	{box, detail, store, port}: ProbeThere,
): Promise<BoxProbe> => {
	const asked = detail === null ? [] : healthAsked(box, detail);
	const [instance] = await aws.polling.instances([box.instanceId], {signal});
	const named = asked.filter(one => one.port === port);
	return probeBox({
		aws,
		instanceId: box.instanceId,
		processClock: createProcessClock(),
		stateFolder: settings.paths.state,
		store,
		health: port === null ? asked : named.length > 0 ? named : [{port, scheme: null, path: ''}],
		instance: instance ?? null,
		signal,
	});
};
