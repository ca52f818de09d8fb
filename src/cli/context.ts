/** What a command gets: settings, and AWS and holds made when first asked for, since loading them costs start-up time. */
import inspector from 'node:inspector';
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {UnflapError} from '../base/errors.ts';
import type {Ending} from '../base/exit.ts';
import type {Settings} from '../base/settings.ts';
import type {Holds} from '../hold/types.ts';
import type {CommandContext, Printer} from './command.ts';

type ContextOptions = {
	readonly settings: Settings;
	readonly environment: NodeJS.ProcessEnv;
	readonly out: Printer;
	readonly ending: Ending;
	readonly rerun: CommandContext['rerun'];
};

export type ContextHandle = {readonly context: CommandContext; readonly close: () => Promise<void>};

export const createContext = ({settings, environment, out, ending, rerun}: ContextOptions): ContextHandle => {
	const aws = once(() => makeAws(settings));
	const holds = once(async () => makeHolds(await aws(), settings, environment));
	return {
		context: {
			settings,
			readOnly: settings.readOnly,
			aws,
			holds,
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

const makeAws = async (_settings: Settings): Promise<Aws> => {
	throw new UnflapError('bug', 'The gateway to AWS is not built in');
};

const makeHolds = async (_aws: Aws, _settings: Settings, _environment: NodeJS.ProcessEnv): Promise<Holds> => {
	// A debugger on this process could read credentials and keep the keep loop from running.
	if (inspector.url() !== undefined)
		throw new UnflapError('refused', 'A debugger is open on this process, so it starts no hold', {
			next: ['start unflap without --inspect (look at NODE_OPTIONS)'],
		});
	createProcessClock();
	throw new UnflapError('bug', 'Holds are not built in');
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
