/** `unflap info`: version, paths, and the settings in force with where each came from. Values of secrets are not shown. */
import {maskUserinfo} from '../base/endpoint.ts';
import type {Settings} from '../base/settings.ts';
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Command, CommandContext} from './command.ts';
import {version} from './version.ts';

export const infoCommand: Command = {
	name: 'info',
	summary: 'version, paths, and each setting in force with where it came from',
	usage: 'unflap info',
	example: 'unflap info -o json | jq .settings.region',
	flags: {},
	outputs: ['text', 'json'],
	mostWords: 0,
	run: async (context, {output}) => {
		const info = infoOf(context);
		if (output === 'json') context.out.json(info, 1);
		else printText(info, context);
		return 0;
	},
};

export type Info = {
	readonly version: string;
	readonly node: string;
	readonly platform: string;
	readonly paths: Settings['paths'];
	readonly settings: Readonly<Record<string, {readonly value: unknown; readonly origin: string}>>;
	/** Names of variables that change what unflap does; never their values. */
	readonly environment: readonly string[];
};

const infoOf = ({settings, environment}: CommandContext): Info => {
	const {paths, origin, ...values} = settings;
	return {
		version,
		node: process.versions.node,
		platform: `${process.platform} ${process.arch}`,
		paths,
		settings: Object.fromEntries(
			Object.entries(values).map(([name, value]) => [
				name,
				{value: harmless(value), origin: origin[name] ?? 'default'},
			]),
		),
		environment: Object.keys(environment)
			.filter(name => /^(?:UNFLAP_|AWS_|(?:HTTPS?|NO|ALL)_PROXY$|NO_COLOR$|FORCE_COLOR$|XDG_)/i.test(name))
			.toSorted(),
	};
};

/** An endpoint or a notify command may carry user and password. */
const harmless = (value: unknown): unknown => {
	if (typeof value === 'string') return maskUserinfo(value);
	if (Array.isArray(value)) return value.map(harmless);
	return value;
};

const printText = (info: Info, {out}: CommandContext) => {
	const own = (text: string) => shown(hostile(text));
	const row = (name: string, value: string, origin = '') =>
		out.line(ours`  ${pad(own(name), 18)} ${own(value)}${own(origin === '' ? '' : `  (${origin})`)}`);
	out.line(ours`unflap ${own(info.version)}, Node.js ${own(info.node)} on ${own(info.platform)}`);
	out.line(ours``);
	out.line(ours`Paths`);
	for (const [name, path] of Object.entries(info.paths)) row(name, path);
	out.line(ours``);
	out.line(ours`Settings in force`);
	for (const [name, {value, origin}] of Object.entries(info.settings))
		row(name, typeof value === 'string' ? value : JSON.stringify(value), origin);
	out.line(ours``);
	out.line(ours`Variables that matter here (names only)`);
	if (info.environment.length === 0) out.line(ours`  none`);
	for (const name of info.environment) out.line(ours`  ${own(name)}`);
};
