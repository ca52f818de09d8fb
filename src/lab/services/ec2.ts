/** ec2 as far as the main job asks: instances, their status, user data, console, templates, images. */

import {pipeline} from '../scenarios/trail-history.ts';
import type {Boxes, LabInstance} from '../types.ts';
import {LabRefusal} from '../types.ts';
import {ec2Query} from '../wire/protocol.ts';
import {flag, number, type Params, text, texts, trees} from '../wire/query-params.ts';
import type {XmlRecord} from '../wire/xml.ts';
import type {LabBox, LabGroup} from '../world/model.ts';
import type {Region} from '../world/region.ts';
import {type Call, type Operation, page, type Service} from './service.ts';

const describeInstances: Operation = ({params, region}) => {
	const boxes = chosenBoxes(params, region);
	const matching = boxes.filter(matchesFilters(params));
	const {items, nextToken} = page(matching, params, {
		name: 'MaxResults',
		fallback: 1000,
		most: 1000,
		least: 5,
	});
	return {
		reservationSet: items.map(box => ({
			reservationId: `r-0${box.instanceId.slice(3, 19)}`,
			ownerId: region.accountId,
			groupSet: [],
			instancesSet: [instanceShape(region, box)],
		})),
		nextToken,
	};
};

/** EC2 refuses the whole call for one unknown id. */
const chosenBoxes = (params: Params, region: Region): readonly LabBox[] => {
	const ids = texts(params, 'InstanceId');
	if (ids === undefined || ids.length === 0) return [...region.boxes.values()];
	if (number(params, 'MaxResults') !== undefined)
		throw new LabRefusal(
			'InvalidParameterCombination',
			'The parameter instancesSet cannot be used with the parameter maxResults',
		);
	return ids.map(id => knownBox(region, id));
};

const knownBox = (region: Region, id: string): LabBox => {
	if (!/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id))
		throw new LabRefusal('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
	const box = region.boxes.get(id);
	if (box === undefined)
		throw new LabRefusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
	return box;
};

const matchesFilters = (params: Params): ((box: LabBox) => boolean) => {
	const filters = (trees(params, 'Filter') ?? []).map(filter => ({
		name: text(filter, 'Name') ?? '',
		values: (texts(filter, 'Value') ?? []).map(globOf),
	}));
	return box =>
		filters.every(({name, values}) => {
			const found = fieldOf(box, name);
			return found !== undefined && values.some(value => value.test(found));
		});
};

const fieldOf = (box: LabBox, name: string): string | undefined => {
	if (name.startsWith('tag:')) return tagsOf(box).find(({key}) => key === name.slice(4))?.value;
	const fields: Readonly<Record<string, string>> = {
		'instance-id': box.instanceId,
		'instance-state-name': box.ec2State,
		'private-ip-address': box.privateIp,
		'availability-zone': box.zone.name,
		'image-id': box.imageId,
	};
	if (!Object.hasOwn(fields, name))
		throw new LabRefusal('InvalidParameterValue', `The filter '${name}' is invalid`);
	return fields[name];
};

/** EC2's filters know `*` and `?`. */
const globOf = (value: string): RegExp =>
	new RegExp(
		`^${value
			.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
			.replaceAll('*', '.*')
			.replaceAll('?', '.')}$`,
		's',
	);

const tagsOf = (box: LabBox): readonly {readonly key: string; readonly value: string}[] => {
	const {group} = box;
	if (group === null) return [{key: 'Name', value: 'detached'}];
	return [
		{key: 'aws:autoscaling:groupName', value: group.name},
		...[...group.tags].filter(([, tag]) => tag.propagate).map(([key, {value}]) => ({key, value})),
	];
};

const stateCodes = {pending: 0, running: 16, 'shutting-down': 32, terminated: 48} as const;

const instanceShape = (region: Region, box: LabBox): XmlRecord => {
	const template = (box.group ?? undefined)?.template;
	const gone = box.ec2State === 'terminated';
	return {
		instanceId: box.instanceId,
		imageId: box.imageId,
		instanceState: {code: stateCodes[box.ec2State], name: box.ec2State},
		privateDnsName: gone ? '' : `ip-${box.privateIp.replaceAll('.', '-')}.${box.publicDnsSuffix}`,
		reason: gone ? `User initiated (${awsTime(box.endedAt ?? 0)})` : '',
		stateReason: gone
			? {
					code: 'Client.UserInitiatedShutdown',
					message: 'Client.UserInitiatedShutdown: User initiated shutdown',
				}
			: null,
		instanceType: template?.instanceType ?? 't3.small',
		launchTime: new Date(box.launchedAt),
		placement: {availabilityZone: box.zone.name, groupName: '', tenancy: 'default'},
		monitoring: {state: 'disabled'},
		subnetId: gone ? null : box.zone.subnetId,
		privateIpAddress: gone ? null : box.privateIp,
		architecture: 'x86_64',
		rootDeviceType: 'ebs',
		rootDeviceName: '/dev/xvda',
		virtualizationType: 'hvm',
		tagSet: tagsOf(box),
		hypervisor: 'xen',
		iamInstanceProfile:
			template === undefined ? null : {arn: template.profileArn, id: `AIPA${region.accountId}`},
		metadataOptions: {
			state: 'applied',
			httpTokens: 'required',
			httpPutResponseHopLimit: 2,
			httpEndpoint: 'enabled',
			instanceMetadataTags: 'enabled',
		},
	};
};

const awsTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} GMT`;

const describeInstanceStatus: Operation = ({params, region}) => {
	const all = flag(params, 'IncludeAllInstances') ?? false;
	const boxes = chosenBoxes(params, region).filter(box => all || box.ec2State === 'running');
	const {items, nextToken} = page(boxes, params, {name: 'MaxResults', fallback: 100, most: 1000, least: 5});
	const now = region.clock.now();
	return {
		instanceStatusSet: items.map(box => {
			const status = checkStatus(box, now);
			return {
				instanceId: box.instanceId,
				availabilityZone: box.zone.name,
				instanceState: {code: stateCodes[box.ec2State], name: box.ec2State},
				systemStatus: {status, details: [{name: 'reachability', status: detailOf(status)}]},
				instanceStatus: {status, details: [{name: 'reachability', status: detailOf(status)}]},
				eventsSet: plannedFor(box),
			};
		}),
		nextToken,
	};
};

const plannedFor = (box: LabBox): readonly XmlRecord[] => {
	const planned = box.group?.plannedEvent ?? null;
	if (planned === null || box.group?.boxes[0] !== box) return [];
	const {code, description, notBefore} = planned;
	return [
		{
			instanceEventId: `instance-event-0${box.instanceId.slice(3)}`,
			code,
			description,
			notBefore: new Date(notBefore),
		},
	];
};

const checkStatus = (box: LabBox, now: number): string => {
	if (box.ec2State !== 'running') return 'not-applicable';
	return now - box.poweredOnAt < 150_000 ? 'initializing' : 'ok';
};
const detailOf = (status: string): string => (status === 'ok' ? 'passed' : status);

const describeInstanceAttribute: Operation = ({params, region}) => {
	const box = knownBox(region, text(params, 'InstanceId') ?? '');
	const attribute = text(params, 'Attribute');
	if (attribute === 'userData')
		return {
			instanceId: box.instanceId,
			userData: {value: Buffer.from(userDataOf(box)).toString('base64')},
		};
	if (attribute === 'disableApiTermination')
		return {instanceId: box.instanceId, disableApiTermination: {value: false}};
	if (attribute === 'instanceInitiatedShutdownBehavior')
		return {instanceId: box.instanceId, instanceInitiatedShutdownBehavior: {value: 'terminate'}};
	throw new LabRefusal('InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid.`);
};

const userDataOf = (instance: LabInstance): string => instance.recording.userData;

const getConsoleOutput: Operation = ({params, region, boxes}) => {
	const box = knownBox(region, text(params, 'InstanceId') ?? '');
	return {
		instanceId: box.instanceId,
		timestamp: new Date(box.endedAt ?? region.clock.now()),
		output: Buffer.from(lastConsoleText(boxes, box), 'utf8').toString('base64'),
	};
};

/** EC2 keeps the last 64 KiB. */
const lastConsoleText = (boxes: Boxes, box: LabBox): string => {
	const bytes = Buffer.from(boxes.consoleText(box), 'utf8');
	return bytes.subarray(Math.max(0, bytes.length - 65_536)).toString('utf8');
};

const describeLaunchTemplateVersions: Operation = ({params, region}) => {
	const [id, name] = [text(params, 'LaunchTemplateId'), text(params, 'LaunchTemplateName')];
	const group = [...region.groups.values()].find(
		({template}) => template.id === id || (name !== undefined && template.name === name),
	);
	if (group === undefined)
		throw new LabRefusal(
			'InvalidLaunchTemplateId.NotFound',
			`The specified launch template, with template ID ${id ?? name}, does not exist.`,
		);
	const asked = texts(params, 'LaunchTemplateVersion') ?? ['$Latest'];
	return {
		launchTemplateVersionSet: [group.template.version, group.template.version - 1]
			.filter(version => version > 0 && asks(asked, version, group.template.version))
			.map(version => templateShape(group, version, region)),
	};
};

const asks = (asked: readonly string[], version: number, latest: number): boolean =>
	asked.some(
		one => one === String(version) || ((one === '$Latest' || one === '$Default') && version === latest),
	);

const templateShape = ({template, behaviour}: LabGroup, version: number, region: Region): XmlRecord => {
	const isLatest = version === template.version;
	const userData = region.recordings.get(behaviour.recording)?.userData ?? '';
	return {
		launchTemplateId: template.id,
		launchTemplateName: template.name,
		versionNumber: version,
		createTime: new Date(isLatest ? template.createdAt : template.createdAt - 9 * 86_400_000),
		createdBy: `arn:aws:iam::${region.accountId}:user/${pipeline}`,
		defaultVersion: isLatest,
		launchTemplateData: {
			imageId: isLatest ? template.imageId : template.previousImageId,
			instanceType: template.instanceType,
			iamInstanceProfile: {arn: template.profileArn},
			userData: Buffer.from(userData).toString('base64'),
			metadataOptions: {httpTokens: 'required', httpPutResponseHopLimit: 2, instanceMetadataTags: 'enabled'},
		},
	};
};

const describeImages: Operation = ({params, region}) => {
	const ids = texts(params, 'ImageId');
	const images = new Map(
		[...region.groups.values()].flatMap(({template}) => [
			[template.imageId, template] as const,
			[template.previousImageId, template] as const,
		]),
	);
	for (const id of ids ?? [])
		if (!images.has(id))
			throw new LabRefusal('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
	return {
		imagesSet: [...images]
			.filter(([id]) => ids?.includes(id) ?? true)
			.map(([imageId, template]) => ({
				imageId,
				imageState: 'available',
				imageOwnerId: region.accountId,
				name: `${template.name}-${imageId.slice(-6)}`,
				creationDate: new Date(template.createdAt - 3_600_000).toISOString(),
				architecture: 'x86_64',
				rootDeviceType: 'ebs',
			})),
	};
};

const describeRegions: Operation = ({region}: Call) => ({
	regionInfo: [region.name].map(regionName => ({
		regionName,
		regionEndpoint: `ec2.${regionName}.amazonaws.com`,
		optInStatus: 'opt-in-not-required',
	})),
});

export const ec2: Service = {
	protocol: ec2Query,
	operations: {
		DescribeInstances: describeInstances,
		DescribeInstanceStatus: describeInstanceStatus,
		DescribeInstanceAttribute: describeInstanceAttribute,
		GetConsoleOutput: getConsoleOutput,
		DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
		DescribeImages: describeImages,
		DescribeRegions: describeRegions,
	},
	throttle: {code: 'RequestLimitExceeded', status: 503, message: 'Request limit exceeded.'},
	unknownAction: operation =>
		new LabRefusal('InvalidAction', `The action ${operation} is not valid for this web service.`),
};
