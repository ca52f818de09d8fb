import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {effectOf, operations} from '../../src/aws/operations.ts';
import {repositoryRoot} from '../shared-folder.ts';

const sources = readdirSync(join(repositoryRoot, 'src'), {recursive: true, encoding: 'utf8'})
	.filter(path => /\.tsx?$/.test(path))
	.map(path => ({
		path: path.replaceAll('\\', '/'),
		text: readFileSync(join(repositoryRoot, 'src', path), 'utf8'),
	}));

test('O1 the table has a row for each command sent, by an SDK class or by hand, and no other', () => {
	const commands = new Set(
		sources
			.filter(({path}) => path.startsWith('aws/'))
			.flatMap(({text}) =>
				[...text.matchAll(/new ([A-Z]\w+)Command\(|\bcall\(\s*'([A-Z]\w+)'/g)].map(
					match => match[1] ?? match[2],
				),
			),
	);
	expect([...commands].toSorted()).toEqual([...operations.keys()].toSorted());
});

test('O1 the SDK is imported in aws/ alone', () => {
	const others = sources.filter(
		({path, text}) => !path.startsWith('aws/') && /from '@(?:aws-sdk|smithy)\//.test(text),
	);
	expect(others.map(({path}) => path)).toEqual([]);
});

test('O1 an operation nobody listed counts as a change', () => {
	expect(effectOf('TerminateInstanceInAutoScalingGroup')).toBe('change');
	expect(effectOf('')).toBe('change');
	expect(effectOf('constructor')).toBe('change');
});
