/** What IAM says of permissions, without trying them. IAM is one for the whole partition: the SDK signs for its home. */
import {
	type ContextEntry,
	type EvaluationResult,
	GetRoleCommand,
	IAMClient,
	SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {UnflapError} from '../base/errors.ts';
import {AwsCallError} from './call-error.ts';
import type {Lane} from './lane.ts';
import {abortable, allPages} from './paging.ts';
import type {CallOptions, Permission, ReadCalls, Role} from './types.ts';

export type AccessManagementCalls = Pick<ReadCalls, 'role'> & {
	readonly simulate: (
		/** As STS names the caller, or the ARN of a role or user. */
		principal: string,
		asked: Asked,
		options?: CallOptions & {readonly tagKeys?: readonly string[]},
	) => Promise<readonly Permission[]>;
};

type Asked = {readonly actions: readonly string[]; readonly resource: string};

/** A hint is not worth many seconds: networks without a way to IAM are common. */
const maxAttempts = 2;

export const createAccessManagement = (lane: Lane): AccessManagementCalls => {
	const client = new IAMClient({...lane.clientOptions('iam'), maxAttempts});
	lane.door.attach(client.middlewareStack, 'iam', lane.gate('iam'));
	return {
		role: (arn, options = {}) => readRole(client, roleName(arn), options),
		simulate: async (principal, asked, {tagKeys = [], ...options} = {}) => {
			const unknown = asked.actions.map((): Permission => 'unknown');
			const source = sourceOf(principal);
			if (source === null || asked.actions.length === 0) return unknown;
			const run = (arn: string) =>
				withoutAnswer(unknown, () => simulate(client, arn, {...asked, tagKeys}, options));
			const first = await run(source.arn);
			if (first !== 'no such principal') return first;
			// The name of an assumed role leaves its path out: only IAM can say it.
			const role =
				source.role === null
					? null
					: await withoutAnswer(null, () => readRole(client, source.role ?? '', options));
			if (role === null || role === 'no such principal') return unknown;
			const second = await run(role.arn);
			return second === 'no such principal' ? unknown : second;
		},
	};
};

/** The ARN to simulate, and the role's name where the ARN is a guess; null for root and federated users. */
const sourceOf = (principal: string): {readonly arn: string; readonly role: string | null} | null => {
	const assumed = /^arn:([a-z0-9-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(principal);
	if (assumed !== null) {
		const [, partition = '', account = '', role = ''] = assumed;
		return {arn: `arn:${partition}:iam::${account}:role/${role}`, role};
	}
	return /^arn:[a-z0-9-]+:iam::\d{12}:(?:user|role)\/.+$/.test(principal)
		? {arn: principal, role: null}
		: null;
};

type Simulation = Asked & {readonly tagKeys: readonly string[]};

const simulate = async (
	client: IAMClient,
	PolicySourceArn: string,
	{actions, resource, tagKeys}: Simulation,
	options: CallOptions,
): Promise<readonly Permission[]> => {
	const ContextEntries: ContextEntry[] =
		tagKeys.length === 0
			? []
			: [
					{
						ContextKeyName: 'aws:TagKeys',
						ContextKeyType: 'stringList',
						ContextKeyValues: [...tagKeys],
					},
				];
	const results = await allPages(options, async Marker => {
		const page = await client.send(
			new SimulatePrincipalPolicyCommand({
				PolicySourceArn,
				ActionNames: [...actions],
				ResourceArns: [resource],
				...(ContextEntries.length === 0 ? {} : {ContextEntries}),
				...(Marker === undefined ? {} : {Marker}),
			}),
			abortable(options),
		);
		return {
			items: page.EvaluationResults ?? [],
			next: page.IsTruncated === true ? page.Marker : undefined,
		};
	});
	return actions.map(action =>
		permissionOf(results.find(({EvalActionName}) => EvalActionName?.toLowerCase() === action.toLowerCase())),
	);
};

/** A refusal that hangs on a value nobody gave (a tag of the group, say) is no refusal yet. */
const permissionOf = (result: EvaluationResult | undefined): Permission => {
	if (result === undefined) return 'unknown';
	if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) return 'denied';
	if (result.EvalDecision === 'allowed') return 'permitted';
	return (result.MissingContextValues ?? []).length > 0 ? 'unknown' : 'denied';
};

/** Whatever IAM does not answer leaves the question open; expired credentials and a cancelled call are no answer. */
const withoutAnswer = async <T, U>(open: U, ask: () => Promise<T>): Promise<T | U | 'no such principal'> => {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof AwsCallError)) throw error;
		if (error.code === 'NoSuchEntity') return 'no such principal';
		if (error.kind === 'expired-credentials' || error.kind === 'no-credentials') throw error;
		return open;
	}
};

const roleName = (arn: string): string => {
	const name = /^arn:[a-z0-9-]+:iam::\d{12}:role\/(?:.*\/)?([\w+=,.@-]{1,64})$/.exec(arn)?.[1];
	if (name === undefined) throw new UnflapError('bad-input', 'That is no ARN of a role');
	return name;
};

/** AWS gives the trust policy URL-encoded. */
const readRole = async (client: IAMClient, RoleName: string, options: CallOptions): Promise<Role | null> => {
	try {
		const {Role: role} = await client.send(new GetRoleCommand({RoleName}), abortable(options));
		if (role === undefined) return null;
		return {arn: role.Arn ?? '', trust: decoded(role.AssumeRolePolicyDocument ?? '')};
	} catch (error) {
		if (error instanceof AwsCallError && error.code === 'NoSuchEntity') return null;
		throw error;
	}
};

const decoded = (text: string) => {
	try {
		return decodeURIComponent(text);
	} catch (error) {
		if (error instanceof URIError) return text;
		throw error;
	}
};
