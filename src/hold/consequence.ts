/** What a deed on one box will lead to, in one plain sentence, from the group as it is (aws-facts.md 1.6, 2.1, 2.2, 2.4). */
import type {Group} from '../aws/types.ts';
import type {Deed} from './care-types.ts';

export const consequenceOf = (deed: Deed, {suspended}: Pick<Group, 'suspended'>): string => {
	const launches = !suspended.some(({process}) => process === 'Launch');
	switch (deed) {
		case 'healthy':
			return 'Clears the mark, so that a release does not replace the box; a load balancer check that still fails marks it again after the release.';
		case 'standby':
			return launches
				? 'Leaves the load balancer and the health checks but stays in the group, running and billed; Auto Scaling launches another in its place.'
				: 'Leaves the load balancer and the health checks but stays in the group, running and billed; nothing is launched in its place, and it cannot come back, while Launch is suspended.';
		case 'detach':
			return launches
				? 'Leaves the group for good and lives on outside of it, billed until you terminate it; Auto Scaling launches another in its place.'
				: 'Leaves the group for good and lives on outside of it, billed until you terminate it; nothing is launched in its place while Launch is suspended.';
		case 'abandon':
			return launches
				? 'Ends the launch hook: AWS terminates the box at once and launches another.'
				: 'Ends the launch hook: AWS terminates the box at once; nothing is launched in its place while Launch is suspended.';
	}
};

/** What coming back from Standby leads to. */
export const returnConsequence = ({
	suspended,
	desired,
	instances,
}: Pick<Group, 'suspended' | 'desired' | 'instances'>): string => {
	const off = new Set(suspended.map(({process}) => process));
	if (off.has('Launch')) return 'Cannot come back while Launch is suspended.';
	const serving = instances.filter(({lifecycleState}) => lifecycleState === 'InService').length;
	if (serving >= desired && !off.has('Terminate'))
		return 'Goes back to the load balancer; the group then has one box too many and terminates one by its policy, which may be this one.';
	return 'Goes back to the load balancer with a new grace period; its health checks count again after it.';
};
