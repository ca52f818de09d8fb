/** The line that says whom a change touches, before the first change. */
import {expect, test} from 'vitest';
import {UnflapError} from '../../src/base/errors.ts';
import {blastRadius, readBlastRadius} from '../../src/hold/blast-radius.ts';

const box = (instanceId: string, lifecycleState: string) => ({
	instanceId,
	lifecycleState,
	healthStatus: 'Healthy',
	zone: 'eu-west-1a',
	protectedFromScaleIn: false,
	instanceType: 't3.small',
	template: null,
});
const arn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web-tg/0123456789abcdef';
const [one, other] = ['i-0123456789abcdef0', 'i-0123456789abcdef1'] as const;
const group = (targetGroupArns: readonly string[]) =>
	({
		name: 'web-prod',
		instances: [box(one, 'InService'), box(other, 'Pending:Wait')],
		targetGroupArns,
	}) as unknown as Parameters<typeof blastRadius>[0]['group'];

test('of a group it counts boxes, and those that serve production traffic now', () => {
	const {says} = blastRadius({group: group([arn]), serving: new Set([one])});
	expect(says).toBe(
		'touches web-prod (2 boxes, 1 in service); target group web-tg: 1 healthy box serves traffic now',
	);
});

test('of one box it says whether that one serves', () => {
	const serving = new Set([one]);
	expect(blastRadius({group: group([arn]), instanceId: one, serving}).says).toMatch(
		/^touches i-0123456789abcdef0 alone, of web-prod .* this one among them$/,
	);
	const {says, boxServes} = blastRadius({group: group([arn]), instanceId: other, serving});
	expect(says).toMatch(/this one not$/);
	expect(boxServes).toBe(false);
});

test('without a target group, and with nobody serving, it says so', () => {
	expect(blastRadius({group: group([]), serving: new Set()}).says).toMatch(
		/no target group sends it traffic$/,
	);
	expect(blastRadius({group: group([arn]), serving: new Set()}).says).toMatch(/no box serves traffic now$/);
});

test('target health that may not be read is unknown, not zero', async () => {
	const polling = {targetHealth: () => Promise.reject(new UnflapError('denied', 'no'))};
	const radius = await readBlastRadius({polling} as unknown as Parameters<typeof readBlastRadius>[0], {
		group: group([arn]),
	});
	expect(radius.healthy).toBeNull();
	expect(radius.says).toMatch(/could not be read$/);
});
