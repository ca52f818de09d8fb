/** The EC2 calls of one lane, in our types. */
import {
	DescribeInstanceAttributeCommand,
	DescribeInstanceStatusCommand,
	DescribeInstancesCommand,
	DescribeLaunchTemplateVersionsCommand,
	DescribeRegionsCommand,
	EC2Client,
	GetConsoleOutputCommand,
	type Instance,
	type LaunchTemplateVersion,
	type InstanceStatus as SdkInstanceStatus,
} from '@aws-sdk/client-ec2';
import type {Hostile} from '../base/text.ts';
import {AwsCallError} from './call-error.ts';
import type {Lane} from './lane.ts';
import {abortable, allPages, chunks} from './paging.ts';
import type {CallOptions, Ec2Instance, InstanceStatus, ReadCalls, TemplateVersion} from './types.ts';

export type Ec2Calls = Pick<
	ReadCalls,
	'instances' | 'instanceStatus' | 'consoleOutput' | 'userData' | 'regions' | 'templateVersions'
>;

const idsPerCall = 200;
const statusIdsPerCall = 100;

export const createEc2 = (lane: Lane): Ec2Calls => {
	const client = new EC2Client(lane.clientOptions('ec2'));
	lane.door.attach(client.middlewareStack, 'ec2', lane.gate('ec2'));
	return {
		instances: async (ids, options = {}) => {
			// By filter, not by id: an unknown id among ids is an error for all of them.
			const lists = await Promise.all(
				chunks(ids, idsPerCall).map(Values =>
					allPages(options, async NextToken => {
						const page = await client.send(
							new DescribeInstancesCommand({
								Filters: [{Name: 'instance-id', Values}],
								MaxResults: 1000,
								...(NextToken === undefined ? {} : {NextToken}),
							}),
							abortable(options),
						);
						const items = (page.Reservations ?? []).flatMap(({Instances = []}) => Instances);
						return {items, next: page.NextToken};
					}),
				),
			);
			return lists.flat().map(toInstance);
		},
		instanceStatus: async (ids, options = {}) => {
			const lists = await Promise.all(
				chunks(ids, statusIdsPerCall).map(part => readStatus(client, part, options)),
			);
			return lists.flat().map(toStatus);
		},
		consoleOutput: async (instanceId, options = {}) => {
			const read = async (latest: boolean) => {
				const {Output, Timestamp} = await client.send(
					new GetConsoleOutputCommand({InstanceId: instanceId, ...(latest ? {Latest: true} : {})}),
					abortable(options),
				);
				return {text: decoded(Output), at: Timestamp?.getTime() ?? null};
			};
			try {
				return await read(true);
			} catch (error) {
				// Latest output is for Nitro alone; the others keep what was posted around state changes.
				if (
					error instanceof AwsCallError &&
					/^(?:UnsupportedOperation|InvalidParameterCombination)$/.test(error.code)
				)
					return read(false);
				throw error;
			}
		},
		userData: async (instanceId, options = {}) => {
			const {UserData} = await client.send(
				new DescribeInstanceAttributeCommand({InstanceId: instanceId, Attribute: 'userData'}),
				abortable(options),
			);
			return UserData?.Value === undefined ? null : decoded(UserData.Value);
		},
		templateVersions: async (LaunchTemplateName, Versions, options = {}) => {
			const {LaunchTemplateVersions = []} = await client.send(
				new DescribeLaunchTemplateVersionsCommand({LaunchTemplateName, Versions: [...Versions]}),
				abortable(options),
			);
			return LaunchTemplateVersions.map(toTemplateVersion);
		},
		regions: async (options = {}) => {
			const {Regions = []} = await client.send(new DescribeRegionsCommand({}), abortable(options));
			return Regions.flatMap(({RegionName}) => (RegionName === undefined ? [] : [RegionName])).toSorted();
		},
	};
};

/** An id that EC2 has forgotten is an error for all of them: those it names are left out then. */
const readStatus = async (
	client: EC2Client,
	InstanceIds: readonly string[],
	options: CallOptions,
): Promise<readonly SdkInstanceStatus[]> => {
	try {
		const command = new DescribeInstanceStatusCommand({InstanceIds: [...InstanceIds]});
		return (await client.send(command, abortable(options))).InstanceStatuses ?? [];
	} catch (error) {
		if (!(error instanceof AwsCallError) || error.code !== 'InvalidInstanceID.NotFound') throw error;
		const known = InstanceIds.filter(id => !error.answer.includes(id));
		if (known.length === InstanceIds.length) throw error;
		return known.length === 0 ? [] : readStatus(client, known, options);
	}
};

const toStatus = (status: SdkInstanceStatus): InstanceStatus => ({
	instanceId: status.InstanceId ?? '',
	system: status.SystemStatus?.Status ?? '',
	instance: status.InstanceStatus?.Status ?? '',
	scheduled: (status.Events ?? []).map(({Code, Description, NotBefore}) => ({
		code: Code ?? '',
		description: Description ?? '',
		notBefore: NotBefore?.getTime() ?? null,
	})),
});

const decoded = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString('utf8');

const toTemplateVersion = (version: LaunchTemplateVersion): TemplateVersion => {
	const {UserData, ...data} = version.LaunchTemplateData ?? {};
	return {
		version: version.VersionNumber ?? 0,
		createdAt: version.CreateTime?.getTime() ?? null,
		createdBy: version.CreatedBy ?? null,
		settings: new Map(flattened(data, '')),
		userData: UserData === undefined ? null : decoded(UserData),
	};
};

/** Every value that is no object, by its path. */
const flattened = (value: unknown, path: string): readonly (readonly [Hostile, Hostile])[] => {
	if (value === null || value === undefined) return [];
	if (typeof value !== 'object') return [[path, String(value)]];
	return Object.entries(value).flatMap(([name, part]) =>
		flattened(part, path === '' ? name : `${path}.${name}`),
	);
};

const toInstance = (instance: Instance): Ec2Instance => ({
	instanceId: instance.InstanceId ?? '',
	state: instance.State?.Name ?? '',
	stateReason: instance.StateReason?.Message ?? null,
	launchedAt: instance.LaunchTime?.getTime() ?? null,
	privateIp: instance.PrivateIpAddress ?? null,
	imageId: instance.ImageId ?? null,
	instanceType: instance.InstanceType ?? null,
	profileArn: instance.IamInstanceProfile?.Arn ?? null,
	nameTag: instance.Tags?.find(({Key}) => Key === 'Name')?.Value ?? null,
	httpTokens: instance.MetadataOptions?.HttpTokens ?? null,
	metadataTags: instance.MetadataOptions?.InstanceMetadataTags ?? null,
	hopLimit: instance.MetadataOptions?.HttpPutResponseHopLimit ?? null,
});
