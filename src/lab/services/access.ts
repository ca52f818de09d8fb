/** How each service says that the caller may not, and which IAM action an operation is. */
import {LabRefusal} from '../types.ts';

/** Of all services of the lab the signing name is the prefix in IAM too. */
export const iamAction = (service: string, operation: string): string => `${service}:${operation}`;

const jsonServices = new Set(['ssm', 'kms', 'codedeploy', 'cloudtrail']);

export const accessDenied = (
	service: string,
	{
		operation,
		principal,
		resource = '*',
	}: {readonly operation: string; readonly principal: string; readonly resource?: string},
): LabRefusal => {
	const action = iamAction(service, operation);
	const message = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
	if (service === 'ec2')
		return new LabRefusal(
			'UnauthorizedOperation',
			`You are not authorized to perform this operation. ${message}`,
			403,
		);
	return jsonServices.has(service)
		? new LabRefusal('AccessDeniedException', message, 400)
		: new LabRefusal('AccessDenied', message, 403);
};

/** Codes by which a fault rule of kind `error` denies, as far as the policy simulator is concerned. */
export const isDenial = (code: string): boolean =>
	code.startsWith('AccessDenied') || code === 'UnauthorizedOperation';
