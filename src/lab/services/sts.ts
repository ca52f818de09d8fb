/** sts: who the caller is. */
import {LabRefusal} from '../types.ts';
import {awsQuery} from '../wire/protocol.ts';
import {callerArn, type Service} from './service.ts';

export const sts: Service = {
	protocol: awsQuery('https://sts.amazonaws.com/doc/2011-06-15/'),
	operations: {
		GetCallerIdentity: ({region, callerKeyId}) => ({
			Arn: callerArn(region, callerKeyId),
			UserId: callerKeyId.replace(/^AKIA/, 'AIDA'),
			Account: region.accountId,
		}),
	},
	throttle: {code: 'Throttling', status: 400, message: 'Rate exceeded'},
	unknownAction: operation =>
		new LabRefusal('InvalidAction', `Could not find operation ${operation} for version 2011-06-15`),
};
