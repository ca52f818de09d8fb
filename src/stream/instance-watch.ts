/** Which boxes EC2 knows as gone: one call for all streams that ask, at most every few seconds. */
import type {Aws, Ec2Instance} from '../aws/types.ts';

export type InstanceWatch = {
	/** The instance as of a reading that began after this call; null when EC2 does not know it. Rejects when EC2 cannot be asked. */
	readonly look: (instanceId: string) => Promise<Ec2Instance | null>;
};

const gatherMs = 50;

const watches = new WeakMap<object, InstanceWatch>();

/** The one watch of this gateway. */
export const instanceWatchOf = (aws: Pick<Aws, 'polling'>): InstanceWatch => {
	const known = watches.get(aws);
	if (known !== undefined) return known;
	const made = createInstanceWatch(aws);
	watches.set(aws, made);
	return made;
};

const createInstanceWatch = (aws: Pick<Aws, 'polling'>): InstanceWatch => {
	let next: {readonly ids: Set<string>; readonly answer: Promise<readonly Ec2Instance[]>} | null = null;
	const gather = () => {
		const ids = new Set<string>();
		const answer = new Promise<void>(resolve => {
			setTimeout(resolve, gatherMs);
		}).then(() => {
			next = null;
			return aws.polling.instances([...ids]);
		});
		next = {ids, answer};
		return next;
	};
	return {
		look: async instanceId => {
			const reading = next ?? gather();
			reading.ids.add(instanceId);
			const instances = await reading.answer;
			return instances.find(instance => instance.instanceId === instanceId) ?? null;
		},
	};
};
