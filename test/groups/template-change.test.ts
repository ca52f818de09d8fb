import {expect, test} from 'vitest';
import {AwsCallError} from '../../src/aws/call-error.ts';
import type {TemplateVersion} from '../../src/aws/types.ts';
import {readTemplateChange, secondsBeforeOnset, templateChange} from '../../src/groups/template-change.ts';

const version = (
	number: number,
	settings: Record<string, string>,
	userData: string | null,
): TemplateVersion => ({
	version: number,
	createdAt: Date.UTC(2026, 10, 22, 10, number),
	createdBy: 'arn:aws:iam::123456789012:user/ana',
	settings: new Map(Object.entries(settings)),
	userData,
});

const old = version(
	8,
	{ImageId: 'ami-1', InstanceType: 't3.small', 'SecurityGroupIds.0': 'sg-1'},
	'a\nb\nc\nd',
);
const fresh = version(9, {ImageId: 'ami-2', InstanceType: 't3.small', KeyName: 'k'}, 'a\nB\nB2\nc\nd');

test('each setting that differs is told with what it was and is, and of user data the lines that differ', () => {
	expect(templateChange('web', old, fresh)).toMatchObject({version: 9, before: 8});
	expect(templateChange('web', old, fresh).differences).toEqual([
		{what: 'ImageId', before: 'ami-1', after: 'ami-2'},
		{what: 'KeyName', before: null, after: 'k'},
		{what: 'SecurityGroupIds.0', before: 'sg-1', after: null},
		{what: 'user data from line 2', before: 'b', after: 'B\nB2'},
	]);
	expect(templateChange('web', old, {...old, version: 9}).differences).toEqual([]);
	expect(templateChange('web', {...old, userData: null}, old).differences).toEqual([
		{what: 'user data from line 1', before: null, after: 'a\nb\nc\nd'},
	]);
	expect(templateChange('web', old, {...old, userData: 'a\nb\nd'}).differences).toEqual([
		{what: 'user data from line 3', before: 'c', after: null},
	]);
});

const readWith = (answer: (asked: string) => readonly TemplateVersion[], template = 'web') =>
	readTemplateChange(
		{
			polling: {templateVersions: async (_name: string, [asked = '']: readonly string[]) => answer(asked)},
		} as unknown as Parameters<typeof readTemplateChange>[0],
		{template: template === '' ? null : {name: template, version: '$Latest'}},
	);

test('the version that is launched is compared with the one before it', async () => {
	const asked: string[] = [];
	const change = await readWith(text => {
		asked.push(text);
		return text === '$Latest' ? [fresh] : [old];
	});
	expect(asked).toEqual(['$Latest', '8']);
	expect(change?.differences).toHaveLength(4);
});

test('a first version, a deleted one before it, and a group without a template have no change to tell', async () => {
	expect(await readWith(() => [], '')).toBeNull();
	expect(await readWith(() => [version(1, {}, null)])).toBeNull();
	const facts = {region: 'eu-west-1', profile: null, endpoint: null, readOnly: false};
	const gone = {
		kind: 'aws' as const,
		code: 'InvalidLaunchTemplateId.VersionNotFound',
		status: 400,
		message: 'gone',
		requestId: 'r',
		answered: true,
	};
	const answer = (text: string) => {
		if (text === '$Latest') return [fresh];
		throw new AwsCallError('DescribeLaunchTemplateVersions', gone, facts);
	};
	expect(await readWith(answer)).toBeNull();
});

test('it is put beside the onset only where it was made within the hour before', () => {
	const change = templateChange('web', old, fresh);
	const at = change.createdAt ?? 0;
	expect(secondsBeforeOnset(change, at + 540_000)).toBe(540);
	expect(secondsBeforeOnset(change, at - 1)).toBeNull();
	expect(secondsBeforeOnset(change, at + 3_600_001)).toBeNull();
	expect(secondsBeforeOnset(change, null)).toBeNull();
});
