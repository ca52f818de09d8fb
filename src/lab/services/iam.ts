/** iam: the policy simulator, answering from the fault rules that deny; roles there are none but those made by control. */
import {LabRefusal} from '../types.ts';
import {awsQuery} from '../wire/protocol.ts';
import {text, texts} from '../wire/query-params.ts';
import {type Call, callerArn, type Operation, page, requiredText, type Service} from './service.ts';

const simulatePrincipalPolicy: Operation = call => {
	const {params} = call;
	const source = requiredText(params, 'PolicySourceArn');
	const actions = texts(params, 'ActionNames') ?? [];
	if (actions.length === 0) throw invalidInput('ActionNames must name an action.');
	const caller = keyOf(call, source);
	const resources = texts(params, 'ResourceArns') ?? ['*'];
	const results = actions.flatMap(action =>
		resources.map(resource => {
			const [, operation = ''] = action.split(':');
			if (!/^[a-z0-9-]+:\w+\*?$/.test(action)) throw invalidInput(`Invalid action name: ${action}`);
			const group = groupOf(resource);
			const denied = call.isDenied(operation, {caller, ...(group === undefined ? {} : {group})});
			return {
				EvalActionName: action,
				EvalResourceName: resource,
				EvalDecision: denied ? 'implicitDeny' : 'allowed',
				MatchedStatements: [],
				MissingContextValues: [],
			};
		}),
	);
	const {items, nextToken} = page(
		results,
		{...params, NextToken: text(params, 'Marker') ?? ''},
		{
			name: 'MaxItems',
			fallback: 100,
			most: 1000,
		},
	);
	return {IsTruncated: nextToken !== undefined, Marker: nextToken, EvaluationResults: items};
};

const invalidInput = (message: string): LabRefusal => new LabRefusal('InvalidInput', message);

/** The key of the user that the ARN names; a role made by control answers by its own ARN. */
const keyOf = ({region, knownKeys}: Call, arn: string): string => {
	if (region.roles.has(arn)) return arn;
	const key = knownKeys.find(known => callerArn(region, known) === arn);
	if (key === undefined)
		throw new LabRefusal('NoSuchEntity', `The user with name ${arn.split('/').at(-1)} cannot be found.`, 404);
	return key;
};

const groupOf = (resource: string): string | undefined => /:autoScalingGroupName\/(.+)$/.exec(resource)?.[1];

const getRole: Operation = ({params, region}) => {
	const name = requiredText(params, 'RoleName');
	const found = [...region.roles].find(([arn]) => arn.endsWith(`/${name}`));
	if (found === undefined)
		throw new LabRefusal('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
	const [arn, trust] = found;
	return {
		Role: {
			Path: '/',
			RoleName: name,
			RoleId: `AROA${name
				.toUpperCase()
				.replaceAll(/[^A-Z0-9]/g, '')
				.padEnd(17, 'X')
				.slice(0, 17)}`,
			Arn: arn,
			CreateDate: new Date(region.clock.now()),
			AssumeRolePolicyDocument: encodeURIComponent(trust),
		},
	};
};

export const iam: Service = {
	protocol: awsQuery('https://iam.amazonaws.com/doc/2010-05-08/'),
	operations: {SimulatePrincipalPolicy: simulatePrincipalPolicy, GetRole: getRole},
	throttle: {code: 'Throttling', status: 400, message: 'Rate exceeded'},
	unknownAction: operation =>
		new LabRefusal('InvalidAction', `Could not find operation ${operation} for version 2010-05-08`),
};
