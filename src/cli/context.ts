/** What a command gets: settings, and AWS and holds made when first asked for, since loading them costs start-up time. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import type {Ending} from '../base/exit.ts';
import type {Settings} from '../base/settings.ts';
import type {Holds} from '../hold/types.ts';
import type {CommandContext, OpenedPlace, Printer} from './command.ts';

const processClock = createProcessClock();

type ContextOptions = {
	readonly settings: Settings;
	readonly environment: NodeJS.ProcessEnv;
	readonly out: Printer;
	readonly ending: Ending;
	readonly rerun: CommandContext['rerun'];
};

export type ContextHandle = {readonly context: CommandContext; readonly close: () => Promise<void>};

export const createContext = ({settings, environment, out, ending, rerun}: ContextOptions): ContextHandle => {
	const aws = once(() => makeAws(settings, environment));
	const holds = once(async () => makeHolds(await aws(), settings, environment));
	return {
		context: {
			settings,
			readOnly: settings.readOnly,
			aws,
			holds,
			openPlace: wanted => openPlace(settings, wanted, environment),
			out,
			signal: ending.signal,
			environment,
			ending,
			rerun,
		},
		close: async () => {
			if (aws.made() !== undefined) (await aws()).close();
		},
	};
};

/** The profile and region of a person's choice, in a process that began with others. */
const openPlace = async (
	before: Settings,
	{profile, region}: {readonly profile: string | null; readonly region: string | null},
	environment: NodeJS.ProcessEnv,
): Promise<OpenedPlace> => {
	const chosen = 'chosen on screen';
	const settings = {...before, profile, region, origin: {...before.origin, profile: chosen, region: chosen}};
	const aws = await makeAws(settings, environment);
	return {
		aws,
		holds: once(() => makeHolds(aws, settings, environment)),
		settings,
		close: async () => aws.close(),
	};
};

const makeAws = async (settings: Settings, environment: NodeJS.ProcessEnv): Promise<Aws> => {
	const {createAws} = await import('../aws/create-aws.ts');
	const {region, profile, endpointUrl, readOnly, awsTimeRate} = settings;
	return createAws(
		{
			...(region === null ? {} : {region}),
			...(profile === null ? {} : {profile}),
			...(endpointUrl === null ? {} : {endpointUrl}),
			readOnly,
			timeRate: awsTimeRate,
		},
		{environment, processClock},
	);
};

const makeHolds = async (aws: Aws, settings: Settings, environment: NodeJS.ProcessEnv): Promise<Holds> => {
	const {createHolds} = await import('../hold/create-holds.ts');
	return createHolds({aws, settings, environment, processClock});
};

/** Made once, and again only after a failure. */
const once = <T>(make: () => Promise<T>) => {
	let made: Promise<T> | undefined;
	const get = () => {
		made ??= make().catch((error: unknown) => {
			made = undefined;
			throw error;
		});
		return made;
	};
	return Object.assign(get, {made: () => made});
};
