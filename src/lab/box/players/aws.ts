/** The AWS CLI of a lab box: what its role may do with the bucket of its recording, in the words that were recorded. */
import {bucketOf} from '../box-world.ts';
import {readableBucket} from '../mending.ts';
import {OptionError, type OptionTable, type Player, type PlayerCall, parseOptions} from './player.ts';
import {refuse} from './small.ts';

const table: OptionTable = {
	bucket: 'value',
	key: 'value',
	prefix: 'value',
	range: 'value',
	'max-keys': 'value',
	'max-items': 'value',
	region: 'value',
	'cli-connect-timeout': 'value',
	'cli-read-timeout': 'value',
};

const operations: Readonly<Record<string, string>> = {
	'get-object': 'GetObject',
	'list-objects-v2': 'ListObjectsV2',
};

export const aws: Player = async call => {
	const parsed = optionsOf(call.args);
	const [service, verb = ''] = parsed?.operands ?? [];
	const operation = Object.hasOwn(operations, verb) ? operations[verb] : undefined;
	const bucket = parsed?.values.get('bucket')?.at(-1);
	if (service === 's3' && verb === 'ls' && parsed?.operands.length === 2) return buckets(call);
	if (service !== 's3api' || operation === undefined || bucket === undefined) return refuse('aws')(call);
	const {name, refusal} = bucketOf(call.box);
	const failed = (code: string, words: string) => {
		call.io.complain(`\nAn error occurred (${code}) when calling the ${operation} operation: ${words}\n`);
		return 254;
	};
	if (bucket !== readableBucket && name !== bucket)
		return failed('NoSuchBucket', 'The specified bucket does not exist');
	if (refusal !== null && bucket !== readableBucket)
		return failed(
			refusal.code,
			operation === 'GetObject' ? refusal.words.replaceAll('s3:ListBucket', 's3:GetObject') : refusal.words,
		);
	await call.io.write(
		operation === 'GetObject'
			? '{\n    "ContentLength": 1\n}\n'
			: '{\n    "Contents": [\n        {"Key": "config.json", "Size": 412}\n    ]\n}\n',
	);
	return 0;
};

/** What there is in the account, the one this role may read among them. */
const buckets = async ({box, io}: PlayerCall): Promise<number> => {
	const {name} = bucketOf(box);
	const names = [...new Set([readableBucket, ...(name === null ? [] : [name])])];
	await io.write(names.map(one => `2025-03-11 09:14:07 ${one}\n`).join(''));
	return 0;
};

const optionsOf = (args: readonly string[]) => {
	try {
		return parseOptions(args, table, {});
	} catch (error) {
		if (error instanceof OptionError) return null;
		throw error;
	}
};
