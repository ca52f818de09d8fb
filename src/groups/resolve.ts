/** From what a person types to a group or a box. */
import type {Aws, Group} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {loneInstance, makeBoxes} from './boxes.ts';
import {noSuchGroup} from './load-group.ts';
import type {Box} from './types.ts';

type Reading = Pick<Aws, 'polling'>;
type ResolveOptions = {readonly signal?: AbortSignal};

/**
 * A group by its name, or by any unique part of it; with `exact` by the whole name alone, byte for byte: what changes
 * AWS takes that. Throws `not-found` and `ambiguous`.
 */
export const resolveGroup = async (
	aws: Reading,
	text: string,
	{exact = false, ...options}: ResolveOptions & {exact?: boolean} = {},
): Promise<Group> => {
	if (text === '') throw noSuchGroup('without a name');
	const [named] = (await aws.polling.groups({...options, names: [text]})).filter(({name}) => name === text);
	if (named !== undefined) return named;
	const all = await aws.polling.groups(options);
	const found = all.filter(({name}) => name.toLowerCase().includes(text.toLowerCase()));
	if (exact) throw notExact(text, found);
	const [only, ...others] = found;
	if (only === undefined) throw noSuchGroup(text);
	if (others.length > 0)
		throw ambiguous(
			`${text} is part of several group names`,
			found.map(({name}) => name),
		);
	return only;
};

/** A box by its instance id, by any unique part of one, or as GROUP/N, where 1 is the oldest. */
export const resolveBox = async (aws: Reading, text: string, options: ResolveOptions = {}): Promise<Box> => {
	const numbered = /^(.+)\/(\d{1,4})$/.exec(text);
	if (numbered) return boxOfGroup(aws, numbered[1] ?? '', Number(numbered[2]), options);
	const part = text.toLowerCase().replace(/^i-/, '');
	if (!/^[0-9a-f]{1,17}$/.test(part)) throw noBox(text);
	const groups = await aws.polling.groups(options);
	const isWhole = /^i-[0-9a-f]{8,17}$/i.test(text);
	const found = groups.flatMap(group =>
		group.instances
			.filter(({instanceId}) => instanceId === text.toLowerCase() || instanceId.slice(2).includes(part))
			.map(({instanceId}) => ({group, instanceId})),
	);
	const whole = found.filter(({instanceId}) => instanceId === text.toLowerCase());
	const [only, ...others] = whole.length > 0 ? whole : found;
	if (only === undefined)
		return isWhole ? standAlone(aws, text.toLowerCase(), options) : Promise.reject(noBox(text));
	if (others.length > 0)
		throw ambiguous(
			`${text} is part of several instance ids`,
			found.map(({instanceId}) => instanceId),
		);
	const box = (await boxesOf(aws, only.group, options)).find(
		({instanceId}) => instanceId === only.instanceId,
	);
	return box ?? Promise.reject(noBox(text));
};

const boxOfGroup = async (
	aws: Reading,
	groupText: string,
	number: number,
	options: ResolveOptions,
): Promise<Box> => {
	const group = await resolveGroup(aws, groupText, options);
	const boxes = await boxesOf(aws, group, options);
	const box = boxes[number - 1];
	if (box !== undefined) return box;
	throw new UnflapError('not-found', `${group.name} has no box ${number}: it has ${boxes.length}`, {
		next: [`unflap show ${group.name} lists them`],
	});
};

/** Age comes from EC2, which Auto Scaling does not tell. */
const boxesOf = async (aws: Reading, group: Group, options: ResolveOptions) => {
	const ids = group.instances.map(({instanceId}) => instanceId);
	const instances = await aws.polling.instances(ids, options);
	return makeBoxes(group, {lives: [], instances, ssm: [], targets: []});
};

/** One that stands in no group, or not any more. */
const standAlone = async (aws: Reading, instanceId: string, options: ResolveOptions): Promise<Box> => {
	const [instance] = await aws.polling.instances([instanceId], options);
	if (instance === undefined) throw noBox(instanceId);
	const {launchedAt, privateIp, nameTag} = instance;
	return {
		instanceId,
		group: '',
		number: 1,
		instance: loneInstance(instance),
		target: null,
		ssm: null,
		launchedAt,
		privateIp,
		nameTag,
	};
};

const noBox = (text: string) =>
	new UnflapError('not-found', `There is no box ${text}`, {
		meaning: 'A box is an instance id, a unique part of one, or GROUP/N where 1 is the oldest.',
		next: ['unflap show GROUP lists its boxes'],
	});

const notExact = (text: string, found: readonly Group[]) =>
	new UnflapError('not-found', `There is no group with exactly the name ${text}`, {
		meaning: 'What changes AWS takes the whole name.',
		next: found.slice(0, 5).map(({name}) => `did you mean ${name}?`),
	});

const ambiguous = (message: string, candidates: readonly Hostile[]) =>
	new UnflapError(
		'ambiguous',
		`${message}: ${candidates.slice(0, 8).join(', ')}${candidates.length > 8 ? ', …' : ''}`,
		{
			next: ['give more of it'],
		},
	);
