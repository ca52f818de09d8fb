/** What a user may get wrong with AWS alone; test/e2e/bad-input.test.ts has the rest, command by command. */
import {expect, test} from 'vitest';
import {openRegion, operationsOf} from './groups-in-lab.ts';

const changes = /^(?:Suspend|Resume|Create|Delete|Set|Put|Update|Terminate)/;

type Case = {
	readonly name: string;
	readonly args: readonly string[];
	readonly environment?: Readonly<NodeJS.ProcessEnv>;
	readonly fault?: object;
	readonly code: number;
	readonly says: RegExp;
	readonly todo: RegExp;
};

const cases: readonly Case[] = [
	{
		name: 'credentials AWS does not know',
		args: ['ls'],
		environment: {AWS_ACCESS_KEY_ID: 'AKIAUNKNOWNUNKNOWN00'},
		code: 1,
		says: /does not know these credentials/,
		todo: /AWS_PROFILE/,
	},
	{
		name: 'a region that is none',
		args: ['ls', '--region', 'Europe!'],
		code: 2,
		says: /no AWS region/,
		todo: /eu-west-1/,
	},
	{
		name: 'a denied call',
		args: ['ls'],
		fault: {
			kind: 'error',
			operation: 'DescribeAutoScalingGroups',
			code: 'AccessDenied',
			message: 'User: arn:aws:iam::123456789012:user/ana is not authorized',
			status: 403,
		},
		code: 1,
		says: /Not allowed: DescribeAutoScalingGroups/,
		todo: /autoscaling:DescribeAutoScalingGroups/,
	},
];

test.each(cases)(
	'$name: one clear message with what to do, the right code, nothing changed',
	async ({args, environment, fault, code, says, todo}) => {
		const {run, control} = await openRegion();
		if (fault !== undefined) await control('POST', 'faults', fault);
		const answer = await run(args, environment);
		expect(answer.stderr).toMatch(says);
		expect(answer.stderr).toMatch(todo);
		expect(answer.stderr).not.toMatch(/\n\s+at |node:internal|\$metadata|Exception:/);
		expect(answer).toMatchObject({code, stdout: ''});
		expect((await operationsOf(control)).filter(operation => changes.test(operation))).toEqual([]);
	},
);
