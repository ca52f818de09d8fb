/** Makes a box of a group: everything about it is drawn from its own random stream. */
import type {Random} from '../random.ts';
import type {LabMs, Recording} from '../types.ts';
import type {LabBox, LabGroup, Zone} from './model.ts';
import type {Region} from './region.ts';

export type NewBox = {
	readonly group: LabGroup;
	readonly launchedAt: LabMs;
	readonly recording?: string;
	readonly zone?: Zone;
	readonly templateVersion?: number;
};

/** A Pending box that is not yet in its group's list; the region knows it from now on. */
export const makeBox = (region: Region, made: NewBox): {readonly box: LabBox; readonly random: Random} => {
	const {group, launchedAt} = made;
	group.launched += 1;
	const random = region.random.fork(`box/${group.name}/${group.launched}`);
	const zone = made.zone ?? emptiestZone(group, random);
	const recording = recordingNamed(region, made.recording ?? group.behaviour.recording);
	const privateIp = freeAddress(region, zone, random);
	const box: LabBox = {
		instanceId: `i-0${random.hex(16)}`,
		group,
		groupName: group.name,
		recording,
		seed: random.integer(1, 0x7fffffff),
		zone,
		privateIp,
		launchedAt,
		poweredOnAt: launchedAt + Math.round(random.between(group.behaviour.powerOn) * 1000),
		templateVersion: made.templateVersion ?? group.template.version,
		imageId: group.template.imageId,
		publicDnsSuffix: `${region.name}.compute.internal`,
		lifecycle: 'Pending',
		health: 'Healthy',
		markedBy: null,
		ec2State: 'pending',
		inServiceAt: null,
		endedAt: null,
		wait: null,
		protectedFromScaleIn: false,
		launchActivity: null,
		state: () => box.ec2State,
		terminatedAt: () => box.endedAt,
	};
	region.boxes.set(box.instanceId, box);
	return {box, random};
};

/** Auto Scaling keeps its zones balanced. */
const emptiestZone = ({zones, boxes}: LabGroup, random: Random): Zone => {
	const counts = zones.map(zone => boxes.filter(box => box.zone === zone).length);
	const [first, ...rest] = zones.filter((_, index) => counts[index] === Math.min(...counts));
	return random.pick([first ?? zones[0], ...rest]);
};

const recordingNamed = (region: Region, name: string): Recording => {
	const recording = region.recordings.get(name);
	if (recording === undefined) throw new Error(`the lab has no recording ${name}`);
	return recording;
};

/** An address of the zone's /20 that no living box has. */
const freeAddress = (region: Region, zone: Zone, random: Random): string => {
	for (;;) {
		const address = `${zone.network}.${random.integer(zone.third, zone.third + 15)}.${random.integer(4, 254)}`;
		if (region.addresses.has(address)) continue;
		region.addresses.add(address);
		return address;
	}
};
