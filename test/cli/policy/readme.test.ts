import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {policyOf} from '../../../src/cli/policy.ts';
import {statementsOf} from '../../../src/cli/policy-statements.ts';
import {repositoryRoot} from '../../shared-folder.ts';

test('the policies in the README are those the program prints', () => {
	const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
	const blocks = [...readme.matchAll(/```json\n(\{"Version": "2012-10-17".*?)\n```/gs)].map(([, text]) =>
		JSON.parse(text ?? ''),
	);
	const place = {
		partition: 'aws',
		account: 'ACCOUNT',
		tag: {key: 'environment', values: ['dev', 'staging']},
		fuseRoleArn: null,
	};
	expect(blocks).toEqual([policyOf(statementsOf('look', place)), policyOf(statementsOf('hold', place))]);
});
