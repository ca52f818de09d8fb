/** `s3://bucket/key` from a person or from a line of a box, in the grammar of S3's own names (threats.md T9). */
import type {StoreTarget} from './box-probe-types.ts';

const bucketGrammar = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Narrower than S3's own: what a path of configuration is made of. */
const keyGrammar = /^(?!-)[A-Za-z0-9!_.*'()/=+@,:-]{0,512}$/;

/** null for anything else. A key with a `/` at its end, or none at all, stands for all keys that begin so. */
export const storeTarget = (text: string): StoreTarget | null => {
	const [, bucket = '', key = ''] = /^s3:\/\/([^/]{3,63})(?:\/(.*))?$/.exec(text) ?? [];
	if (!bucketGrammar.test(bucket) || !keyGrammar.test(key)) return null;
	return {bucket, key, isObject: key !== '' && !key.endsWith('/')};
};

/** As it is written: the way back. */
export const storeAddress = ({bucket, key}: StoreTarget): string => `s3://${bucket}/${key}`;
