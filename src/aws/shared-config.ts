/** What the shared config files offer to choose from: names and regions of profiles. The SDK reads the files; no secret leaves here. */
import {loadSharedConfigFiles} from '@smithy/core/config';
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';

export type SharedProfile = {
	readonly name: Hostile;
	/** The region it names, or null. */
	readonly region: Hostile | null;
	/** How its credentials come about, in a word or two. */
	readonly kind: 'single sign-on' | 'role' | 'process' | 'web identity' | 'keys' | 'other';
};

/** By name. @throws {UnflapError} `config` when a file cannot be read. */
export const listProfiles = async (
	environment: Readonly<NodeJS.ProcessEnv>,
): Promise<readonly SharedProfile[]> => {
	const credentials = environment['AWS_SHARED_CREDENTIALS_FILE'];
	const config = environment['AWS_CONFIG_FILE'];
	try {
		const {configFile, credentialsFile} = await loadSharedConfigFiles({
			ignoreCache: true,
			...(credentials === undefined ? {} : {filepath: credentials}),
			...(config === undefined ? {} : {configFilepath: config}),
		});
		const names = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)]);
		return [...names]
			.filter(name => !isSection(name))
			.toSorted()
			.map(name => profileOf(name, {...credentialsFile[name], ...configFile[name]}));
	} catch (error) {
		throw new UnflapError('config', 'The AWS config or credentials file cannot be read', {
			next: ['check ~/.aws/config and ~/.aws/credentials, or what AWS_CONFIG_FILE names'],
			cause: error,
		});
	}
};

/** `[sso-session NAME]` and `[services NAME]` are no profiles. */
const isSection = (name: string): boolean => /^(?:sso-session|services)\./.test(name);

type Values = Readonly<Record<string, string | undefined>>;

const profileOf = (name: string, values: Values): SharedProfile => ({
	name,
	region: values['region'] ?? null,
	kind: kindOf(values),
});

const kindOf = (values: Values): SharedProfile['kind'] => {
	if (values['web_identity_token_file'] !== undefined) return 'web identity';
	if (values['role_arn'] !== undefined) return 'role';
	if (values['sso_session'] !== undefined || values['sso_start_url'] !== undefined) return 'single sign-on';
	if (values['credential_process'] !== undefined) return 'process';
	return values['aws_access_key_id'] === undefined ? 'other' : 'keys';
};
