import {expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {describeError} from '../../src/cli/print-error.ts';
import {corpus} from '../hostile/corpus.ts';

test('an error says what happened, what it means and what to do next', () => {
	const error = new UnflapError('denied', 'autoscaling:SuspendProcesses was denied', {
		meaning: 'Nothing of ours is suspended.',
		next: ['ask for the policy: unflap policy hold'],
	});
	expect(describeError(error)).toEqual([
		'unflap: autoscaling:SuspendProcesses was denied',
		'  Nothing of ours is suspended.',
		'  → ask for the policy: unflap policy hold',
	]);
});

test('S2 an error object is never printed whole: no answer, no cause, no stack', () => {
	const error = Object.assign(new Error('the call failed'), {
		code: 'EPROTO',
		$response: {body: 'TokenValue=canary-token'},
		cause: new Error('canary-cause'),
	});
	const text = describeError(error).join('\n');
	expect(text).toContain('Error EPROTO: the call failed');
	expect(text).not.toContain('canary');
	expect(text).not.toContain(' at ');
});

test('S2 a secret inside a message is masked', () => {
	const error = new UnflapError('aws', `bad answer {"TokenValue":"canary-token-12345"} password=hunter2`);
	expect(describeError(error).join('\n')).not.toMatch(/canary-token|hunter2/);
});

test.each(corpus)('T2 words of others drive no terminal and end: $name', ({text}) => {
	for (const error of [new UnflapError('aws', text, {meaning: text, next: [text]}), new Error(text), text]) {
		for (const line of describeError(error)) {
			expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u200b]/);
			expect(line.length).toBeLessThan(2200);
		}
	}
});
