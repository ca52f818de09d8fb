/** What the SDK's and the CLI's sentences say of a call to S3: who, what, on which bucket. */
import type {Hostile} from '../../base/text.ts';
import {advice, rerun} from '../advice.ts';
import type {LineMark} from '../line-marks.ts';
import type {Advice, Rule} from '../types.ts';
import {unitLineFindings} from './unit-line.ts';

/** The role may not. */
export const s3Denied: Rule = {
	name: 's3-denied',
	judge: facts =>
		unitLineFindings(
			{
				rule: 's3-denied',
				mark: 's3-denied',
				sentence: mark => {
					const {role, action, bucket} = storeWords(mark.last.text);
					const who = role === null ? 'the role of this box' : `role ${role}`;
					return `${who} may not ${action ?? 'read'}${bucket === null ? '' : ` on bucket ${bucket}`}: ${mark.unit} is refused${triesOf(mark)}`;
				},
				tries: mark => {
					const {role, action, bucket} = storeWords(mark.last.text);
					const grant = `allow ${action ?? 'the refused action'}${bucket === null ? '' : ` on ${bucket}`}${role === null ? '' : ` to role ${role}`}`;
					return [advice(grant), ...lookAt(bucket), rerun(mark.unit)];
				},
			},
			facts,
		),
};

/** Bucket or key is not there. */
export const s3Missing: Rule = {
	name: 's3-missing',
	judge: facts =>
		unitLineFindings(
			{
				rule: 's3-missing',
				mark: 's3-missing',
				sentence: mark => {
					const what = /NoSuchBucket/.test(mark.last.text) ? 'bucket' : 'object';
					return `the ${what} ${mark.unit} asks for does not exist${triesOf(mark)}`;
				},
				tries: mark => [
					advice('look for a wrong name of bucket or key in what the unit before it wrote'),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

/** Nothing answers: route, endpoint, security group. */
export const s3Unreachable: Rule = {
	name: 's3-unreachable',
	judge: facts =>
		unitLineFindings(
			{
				rule: 's3-unreachable',
				mark: 's3-unreachable',
				sentence: mark => `${mark.unit} cannot reach S3${triesOf(mark)}`,
				tries: mark => [
					advice(
						'look at the route table of the subnet and at the gateway endpoint for S3, then at outbound rules',
					),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

/** The object may be read, its key may not be used. */
export const kmsDenied: Rule = {
	name: 'kms-denied',
	judge: facts =>
		unitLineFindings(
			{
				rule: 'kms-denied',
				mark: 'kms-denied',
				sentence: mark => {
					const {role} = storeWords(mark.last.text);
					return `${role === null ? 'the role of this box' : `role ${role}`} may not use the encryption key ${mark.unit} needs`;
				},
				tries: mark => [
					advice('allow kms:Decrypt on that key to the role, in its policy or the key policy'),
					rerun(mark.unit),
				],
			},
			facts,
		),
};

const triesOf = (mark: LineMark): string => (mark.count > 1 ? `, ${mark.count} times` : '');

/** Ids of a narrow grammar only; null where the sentence does not say. */
const storeWords = (
	text: Hostile,
): {readonly role: string | null; readonly action: string | null; readonly bucket: string | null} => ({
	role: /:assumed-role\/([\w+=,.@-]{1,64})\//.exec(text)?.[1] ?? null,
	action: /\b(?:s3|kms):([A-Z][A-Za-z]{1,63})\b/.exec(text)?.[0] ?? null,
	bucket: /arn:aws[a-z-]{0,10}:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/.exec(text)?.[1] ?? null,
});

const lookAt = (bucket: string | null): readonly Advice[] =>
	bucket === null
		? []
		: [
				advice('ask for the bucket as the box does', [
					'aws',
					's3api',
					'list-objects-v2',
					'--bucket',
					bucket,
					'--max-items',
					'1',
				]),
			];
