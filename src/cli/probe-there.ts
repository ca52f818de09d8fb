/** A probe of a box in its group: what its target groups ask, what EC2 says of its metadata, then the box itself. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {healthAsked} from '../groups/health-asked.ts';
import type {Box, GroupDetail} from '../groups/types.ts';
import type {ProbedHealth} from '../remote/box-probe-commands.ts';
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
	const ports = port === null ? [...new Set(asked.map(one => one.port))] : [port];
	const health = asked.find(one => one.scheme !== null && (port === null || one.port === port));
	return probeBox({
		aws,
		instanceId: box.instanceId,
		processClock: createProcessClock(),
		stateFolder: settings.paths.state,
		wish: {store, health: health === undefined ? null : probedHealth(health)},
		ports,
		instance:
			instance === undefined
				? null
				: {instanceId: box.instanceId, privateIp: instance.privateIp, options: instance},
		signal,
	});
};

/** A path that could mean more than a path to a shell or to curl is not asked for. */
const probedHealth = ({port, scheme, path}: ReturnType<typeof healthAsked>[number]): ProbedHealth | null =>
	scheme === null || !/^\/[A-Za-z0-9._~/?&=%+-]{0,1023}$/.test(path) ? null : {port, scheme, path};
