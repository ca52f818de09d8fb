import {createHash} from 'node:crypto';
import {join, resolve, sep} from 'node:path';
import {expect, test} from 'vitest';
import {markup} from '../../src/base/markup.ts';
import {idSegment, segment} from '../../src/base/segment.ts';
import {hostile} from '../../src/base/terminal-text.ts';
import {corpus} from '../hostile/corpus.ts';

const arnOf = (name: string) =>
	`arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:${createHash('sha256').update(name).digest('hex').slice(0, 8)}:autoScalingGroupName/${name}`;

test.each(corpus)('P1 stays below the root, in 100 bytes: $name', ({text}) => {
	const root = '/state/unflap/spool';
	const made = segment(hostile(text), arnOf(text));
	expect(made).toMatch(/^[a-z0-9][a-z0-9-]{0,31}-[0-9a-f]{12}$/);
	expect(Buffer.byteLength(made)).toBeLessThanOrEqual(100);
	expect(resolve(join(root, made)).startsWith(root + sep)).toBe(true);
});

test('P1 names that fold together stay distinct', () => {
	const names = ['Web', 'web', 'WEB', 'we b', 'we-b', 'wéb', ...corpus.map(({text}) => text)];
	const made = names.map(name => segment(hostile(name), arnOf(name)).toLowerCase());
	expect(new Set(made).size).toBe(new Set(names).size);
});

test('P1 ids that are no ids make no path', () => {
	expect(idSegment('boot', '0123456789abcdef0123456789abcdef')).toHaveLength(32);
	expect(idSegment('instance', 'i-0f3c9a117d21aa80e')).toBe('i-0f3c9a117d21aa80e');
	expect(idSegment('region', 'us-gov-west-1')).toBe('us-gov-west-1');
	for (const {text} of corpus)
		for (const kind of ['boot', 'instance', 'account', 'region', 'hold'] as const)
			expect(() => idSegment(kind, text)).toThrow();
});

test.each(corpus)('markup leaves nothing that begins or ends anything: $name', ({text}) => {
	const made = markup(hostile(text));
	expect(made).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
	expect(made).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\ufffe\uffff]/);
});
