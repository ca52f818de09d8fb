/** kms: data keys of encrypted sessions. The agents of boxes open them again. */
import {LabRefusal} from '../types.ts';
import {awsJson} from '../wire/protocol.ts';
import {number, type Params, text} from '../wire/query-params.ts';
import type {Operation, Service} from './service.ts';

const generateDataKey: Operation = ({params, boxes}) => {
	const keyId = text(params, 'KeyId') ?? '';
	const bytes = number(params, 'NumberOfBytes') ?? 32;
	if (keyId === '') throw new LabRefusal('NotFoundException', 'The key is missing.');
	if (!Number.isInteger(bytes) || bytes < 1 || bytes > 1024)
		throw new LabRefusal('ValidationException', `Value '${bytes}' at 'numberOfBytes' is not 1 to 1024`);
	const key = boxes.dataKey(keyId, bytes, contextOf(params));
	return {
		KeyId: key.keyId,
		Plaintext: key.plaintext.toString('base64'),
		CiphertextBlob: key.ciphertext.toString('base64'),
	};
};

const contextOf = (params: Params): Readonly<Record<string, string>> => {
	const given = params['EncryptionContext'];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
	const tree = given as Params;
	return Object.fromEntries(Object.keys(tree).map(name => [name, text(tree, name) ?? '']));
};

export const kms: Service = {
	protocol: awsJson('TrentService'),
	operations: {GenerateDataKey: generateDataKey},
	throttle: {code: 'ThrottlingException', status: 400, message: 'Rate exceeded'},
	unknownAction: () => new LabRefusal('UnknownOperationException', ''),
};
