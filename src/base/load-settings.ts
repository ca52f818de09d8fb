/** Settings in force: flags over environment over config file over defaults. Read once, before anything else happens. */

import type {ConfigValues} from './config-rules.ts';
import {isLoopbackUrl, parseEndpoint} from './endpoint.ts';
import {UnflapError} from './errors.ts';
import {pathsOf} from './paths.ts';
import {type ConfigFile, readConfig} from './read-config.ts';
import type {Settings} from './settings.ts';

/** Values of the global flags, as given. */
export type SettingsFlags = {
	readonly profile?: string | undefined;
	readonly region?: string | undefined;
	readonly endpointUrl?: string | undefined;
	readonly readOnly?: boolean | undefined;
	readonly noColor?: boolean | undefined;
	readonly config?: string | undefined;
	readonly ascii?: boolean | undefined;
};

type Source<T> = readonly [value: T | undefined, origin: string];

/**
 * Throws `config` or `usage` (exit 2) on the first thing that is wrong. Prints nothing, opens the config file alone.
 * Without a terminal on stdout there is no colour, unless it is forced.
 */
export const loadSettings = (
	flags: SettingsFlags,
	environment: Readonly<NodeJS.ProcessEnv>,
	isTerminal = false,
): Settings => {
	const paths = pathsOf(environment);
	const named = flags.config ?? filled(environment['UNFLAP_CONFIG']);
	const configPath = named ?? paths.configFile;
	const config = readConfig(configPath, named !== undefined);
	const origin: Record<string, string> = {
		config: flags.config !== undefined ? 'flag --config' : named !== undefined ? 'UNFLAP_CONFIG' : 'default',
	};
	const choose: Choose = (key, sources, fallback) => {
		const chosen = sources.find(([value]) => value !== undefined);
		origin[key] = chosen?.[1] ?? 'default';
		return chosen?.[0] ?? fallback;
	};
	const places: Places = {flags, environment, config, choose};
	const settings = {
		...awsSettings(places),
		...holdSettings(places),
		...viewSettings(places),
		colour: choose<boolean>('colour', colourSources(flags, environment), isTerminal),
		ascii: choose<boolean>('ascii', [[flags.ascii, 'flag --ascii']], false),
	};
	if (settings.endpointUrl !== null) parseEndpoint(settings.endpointUrl, origin['endpointUrl'] ?? '');
	refuseScaledTime(settings.awsTimeRate, settings.endpointUrl);
	return {
		...settings,
		paths: {config: configPath, state: paths.state, cache: paths.cache, spool: paths.spool},
		origin,
	};
};

type Choose = <T>(key: string, sources: readonly Source<T>[], fallback: T) => T;
type Places = {
	readonly flags: SettingsFlags;
	readonly environment: Readonly<NodeJS.ProcessEnv>;
	readonly config: ConfigFile;
	readonly choose: Choose;
};

const awsSettings = ({flags, environment, config, choose}: Places) => {
	const variable = (name: string): Source<string> => [filled(environment[name]), name];
	return {
		profile: choose<string | null>(
			'profile',
			[[flags.profile, 'flag --profile'], variable('AWS_PROFILE'), configured(config, 'profile')],
			null,
		),
		region: choose<string | null>(
			'region',
			[
				[flags.region, 'flag --region'],
				variable('AWS_REGION'),
				variable('AWS_DEFAULT_REGION'),
				configured(config, 'region'),
			],
			null,
		),
		endpointUrl: choose<string | null>(
			'endpointUrl',
			[[flags.endpointUrl, 'flag --endpoint-url'], variable('AWS_ENDPOINT_URL')],
			null,
		),
		// The three are OR-ed: no place can take back what another one forbids.
		readOnly: choose<boolean>(
			'readOnly',
			[
				[onlyTrue(flags.readOnly), 'flag --read-only'],
				[onlyTrue(isYes(environment['UNFLAP_READ_ONLY'])), 'UNFLAP_READ_ONLY'],
				[onlyTrue(config.values.readOnly), configured(config, 'readOnly')[1]],
			],
			false,
		),
		awsTimeRate: choose<number>('awsTimeRate', [timeRate(environment['UNFLAP_AWS_TIME_RATE'])], 1),
		transport: choose<Settings['transport']>('transport', [configured(config, 'transport')], 'native'),
	};
};

const holdSettings = ({config, choose}: Places) => ({
	preset: choose<Settings['preset']>('preset', [configured(config, 'preset')], 'freeze'),
	leaseMinutes: choose<number>('leaseMinutes', [configured(config, 'leaseMinutes')], 30),
	lingerMinutes: choose<number>('lingerMinutes', [configured(config, 'lingerMinutes')], 2),
	denyNoFuse: choose<boolean>('denyNoFuse', [configured(config, 'denyNoFuse')], false),
	fuseRoleArn: choose<string | null>('fuseRoleArn', [configured(config, 'fuseRoleArn')], null),
	notify: choose<readonly string[] | null>('notify', [configured(config, 'notify')], null),
});

const viewSettings = ({config, choose}: Places) => ({
	units: choose<Settings['units']>('units', [configured(config, 'units')], {}),
	theme: choose<Settings['theme']>('theme', [configured(config, 'theme')], null),
	keys: choose<Settings['keys']>('keys', [configured(config, 'keys')], {}),
	spoolMaxMegabytes: choose<number>('spoolMaxMegabytes', [configured(config, 'spoolMaxMegabytes')], 512),
	redact: choose<readonly string[]>('redact', [configured(config, 'redact')], []),
});

/** A value of the config file, with its line. */
const configured = <K extends keyof ConfigValues>(
	{values, origin}: ConfigFile,
	key: K,
): Source<ConfigValues[K]> => [values[key], origin[key] ?? 'config'];

const onlyTrue = (value: boolean | undefined) => (value === true ? true : undefined);

/** https://no-color.org: any non-empty value; FORCE_COLOR=0 means no. A flag beats both. */
const colourSources = (
	flags: SettingsFlags,
	environment: Readonly<NodeJS.ProcessEnv>,
): readonly Source<boolean>[] => {
	const forced = environment['FORCE_COLOR'];
	return [
		[flags.noColor === true ? false : undefined, 'flag --no-color'],
		[filled(environment['NO_COLOR']) === undefined ? undefined : false, 'NO_COLOR'],
		[forced === undefined ? undefined : forced !== '0' && forced !== 'false', 'FORCE_COLOR'],
		[environment['TERM'] === 'dumb' ? false : undefined, 'TERM'],
	];
};

const timeRate = (text: string | undefined): Source<number> => {
	if (filled(text) === undefined) return [undefined, 'UNFLAP_AWS_TIME_RATE'];
	const rate = Number(text);
	if (!(rate > 0 && rate <= 100_000))
		throw new UnflapError('usage', `UNFLAP_AWS_TIME_RATE must be a number above 0, not "${text}"`, {
			next: ['unset it: only the lab sets it'],
		});
	return [rate, 'UNFLAP_AWS_TIME_RATE'];
};

/** A scaled clock against the real AWS would stretch or end leases. */
const refuseScaledTime = (rate: number, endpointUrl: string | null) => {
	if (rate === 1 || (endpointUrl !== null && isLoopbackUrl(endpointUrl))) return;
	throw new UnflapError('usage', `UNFLAP_AWS_TIME_RATE is ${rate}, and the endpoint is not on this machine`, {
		meaning: 'That setting belongs to the lab; with AWS itself it would make leases and ages wrong.',
		next: [
			'unset UNFLAP_AWS_TIME_RATE',
			'or give the lab as endpoint: AWS_ENDPOINT_URL=http://127.0.0.1:PORT',
		],
	});
};

const filled = (text: string | undefined) => (text === undefined || text === '' ? undefined : text);
const isYes = (text: string | undefined) =>
	filled(text) === undefined ? undefined : !/^(?:0|false|no|off)$/i.test(text ?? '');
