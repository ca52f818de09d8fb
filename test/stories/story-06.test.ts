import {expect, test} from 'vitest';
import {key, openLab, openScreen} from './harness.ts';
import {becomes, opensGroup, realChanges} from './steps.ts';

test('story 6: a refused hold says which permission was missing, and leaves nothing behind', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/faults', {
		kind: 'error',
		operation: 'CreateOrUpdateTags',
		code: 'AccessDenied',
		message: 'User is not authorized to perform: autoscaling:CreateOrUpdateTags',
		status: 403,
	});
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('H');
	await screen.answers(/enter .*holds/, key.enter);
	await screen.sees('refused', 15);
	await screen.sees('autoscaling:CreateOrUpdateTags');
	await screen.sees('nothing of ours is suspended');
	await screen.press(key.escape);
	expect(screen.shows(/■ HELD/)).toBe(false);
	await screen.press('!');
	await screen.sees(/CreateOrUpdateTags .*×\d+/);
	await becomes(lab, 'web-prod', []);
	expect(realChanges(await lab.requests()).map(({operation}) => operation)).not.toContain('SuspendProcesses');
});

test('story 6: a fuse that may not be armed refuses the hold, says which right is missing and what needs none', async () => {
	const lab = await openLab('--seed', '7');
	await lab.control('POST', '/faults', {
		kind: 'error',
		operation: 'StartAutomationExecution',
		code: 'AccessDeniedException',
		message: 'User is not authorized to perform: ssm:StartAutomationExecution',
		status: 400,
	});
	const screen = openScreen({environment: lab.environment});
	await opensGroup(screen);
	await screen.press('H');
	await screen.answers(/enter .*holds/, key.enter);
	await screen.sees('refused', 15);
	await screen.sees('ssm:StartAutomationExecution');
	await screen.sees('nothing of ours is suspended');
	await screen.sees('without a net, 15 minutes at most');
	await screen.press(key.escape);
	expect(screen.shows(/■ HELD/)).toBe(false);
	await screen.press('!');
	await screen.sees(/StartAutomationExecution .*×\d+/);
	await becomes(lab, 'web-prod', []);
	const operations = (await lab.requests()).map(({operation}) => operation);
	expect(operations).not.toContain('SuspendProcesses');
	expect(operations).not.toContain('CreateOrUpdateTags');
});
