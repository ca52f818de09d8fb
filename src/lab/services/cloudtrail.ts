/** cloudtrail: looking up who called what. */
import {LabRefusal} from '../types.ts';
import {awsJson} from '../wire/protocol.ts';
import {number, text, trees} from '../wire/query-params.ts';
import type {Region} from '../world/region.ts';
import type {TrailRecord} from '../world/trail.ts';
import {type Operation, page, type Service} from './service.ts';

const lookupEvents: Operation = ({params, region}) => {
	const attributes = trees(params, 'LookupAttributes') ?? [];
	if (attributes.length > 1)
		throw new LabRefusal(
			'InvalidLookupAttributesException',
			'You can only specify one lookup attribute per call.',
		);
	const matches = matcherOf(
		text(attributes[0] ?? {}, 'AttributeKey'),
		text(attributes[0] ?? {}, 'AttributeValue'),
	);
	const from = (number(params, 'StartTime') ?? 0) * 1000;
	const to = (number(params, 'EndTime') ?? Number.POSITIVE_INFINITY) * 1000;
	const found = region.trail
		.visible()
		.filter(record => record.at >= from && record.at <= to && matches(record));
	const {items, nextToken} = page(found, params, {name: 'MaxResults', fallback: 50, most: 50});
	return {Events: items.map(record => eventShape(region, record)), NextToken: nextToken};
};

const matcherOf = (
	key: string | undefined,
	value: string | undefined,
): ((record: TrailRecord) => boolean) => {
	switch (key) {
		case undefined:
			return () => true;
		case 'EventName':
			return ({name}) => name === value;
		case 'EventSource':
			return ({source}) => source === value;
		case 'Username':
			return ({userName}) => userName === value;
		case 'AccessKeyId':
			return ({keyId}) => keyId === value;
		case 'EventId':
			return ({id}) => id === value;
		case 'ReadOnly':
			return () => value === 'false';
		case 'ResourceName':
			return ({resources}) => resources.some(({name}) => name === value);
		case 'ResourceType':
			return ({resources}) => resources.some(({type}) => type === value);
		default:
			throw new LabRefusal(
				'InvalidLookupAttributesException',
				`The lookup attribute ${key} is not valid for this operation.`,
			);
	}
};

const eventShape = ({name: regionName, accountId}: Region, record: TrailRecord) => ({
	EventId: record.id,
	EventName: record.name,
	ReadOnly: 'false',
	EventTime: Math.floor(record.at / 1000),
	EventSource: record.source,
	Username: record.userName,
	...(record.keyId === null ? {} : {AccessKeyId: record.keyId}),
	Resources: record.resources.map(({type, name}) => ({ResourceType: type, ResourceName: name})),
	CloudTrailEvent: JSON.stringify({
		eventVersion: '1.09',
		userIdentity: {
			type: 'IAMUser',
			arn: record.userArn,
			accountId,
			...(record.keyId === null ? {} : {accessKeyId: record.keyId}),
			userName: record.userName,
			...(record.invokedBy === null ? {} : {invokedBy: record.invokedBy}),
		},
		eventTime: `${new Date(record.at).toISOString().slice(0, 19)}Z`,
		eventSource: record.source,
		eventName: record.name,
		awsRegion: regionName,
		sourceIPAddress: record.invokedBy ?? '203.0.113.9',
		...(record.error === null ? {} : {errorCode: record.error.code, errorMessage: record.error.message}),
		requestParameters: record.request,
		responseElements: record.response,
		eventID: record.id,
		readOnly: false,
		eventType: 'AwsApiCall',
		managementEvent: true,
		recipientAccountId: accountId,
		eventCategory: 'Management',
	}),
});

export const cloudtrail: Service = {
	protocol: awsJson('CloudTrail_20131101'),
	operations: {LookupEvents: lookupEvents},
	throttle: {code: 'ThrottlingException', status: 400, message: 'Rate exceeded'},
	unknownAction: () => new LabRefusal('UnknownOperationException', ''),
};
