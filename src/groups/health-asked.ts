/** Where the target groups of a group ask a box for its health. */
import type {TargetGroup} from '../aws/types.ts';
import type {Hostile} from '../base/text.ts';
import type {Box, GroupDetail} from './types.ts';

export type HealthAsked = {
	readonly port: number;
	/** null where it is not asked by HTTP. */
	readonly scheme: 'http' | 'https' | null;
	readonly path: Hostile;
};

/** One a target group, without repeats; none where the group has no target group. */
export const healthAsked = (box: Box, {targetGroups}: GroupDetail): readonly HealthAsked[] => {
	const all = targetGroups.flatMap(group => {
		const port = portOf(group, box);
		return port === null ? [] : [{port, scheme: schemeOf(group), path: group.healthCheckPath ?? '/'}];
	});
	return all.filter(
		(one, index) => all.findIndex(({port, path}) => port === one.port && path === one.path) === index,
	);
};

/** `traffic-port` is the port under which the box was registered. */
const portOf = ({healthCheckPort, port}: TargetGroup, {target}: Box): number | null => {
	if (healthCheckPort !== null && /^\d{1,5}$/.test(healthCheckPort)) return Number(healthCheckPort);
	return target?.port ?? port;
};

const schemeOf = ({healthCheckProtocol, healthCheckPath}: TargetGroup): HealthAsked['scheme'] => {
	if (healthCheckPath === null) return null;
	if (healthCheckProtocol === 'HTTPS') return 'https';
	return healthCheckProtocol === 'HTTP' || healthCheckProtocol == null ? 'http' : null;
};
