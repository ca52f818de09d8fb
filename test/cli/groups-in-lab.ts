/** A lab in this process, and the built program in its environment. */
import {onTestFinished} from 'vitest';
import {type Lab, type LabOptions, startLab} from '../../src/lab/create-lab.ts';
import {createFakeBoxes} from '../lab/fake-boxes.ts';
import {makeHome, type RunOptions, runProgram} from '../run-program.ts';

export const openRegion = async (options: LabOptions = {}) => {
	const lab = await startLab({seed: 7, createBoxes: createFakeBoxes, ...options});
	const {home, forget} = await makeHome();
	onTestFinished(async () => {
		await lab.close();
		await forget();
	});
	const run = (
		args: readonly string[],
		environment: Readonly<NodeJS.ProcessEnv> = {},
		more: RunOptions = {},
	) => runProgram(args, {home, environment: {...lab.env, ...environment}, ...more});
	return {lab, run, control: controlOf(lab), home};
};

export const json = async <T>(
	run: Promise<{stdout: string; stderr: string; code: number | null}>,
): Promise<T> => {
	const {stdout, stderr, code} = await run;
	if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
	return JSON.parse(stdout) as T;
};

/** What arrived at the lab, in order. */
export const operationsOf = async (control: ReturnType<typeof controlOf>): Promise<readonly string[]> => {
	const answer = await control('GET', 'requests');
	const requests = (Array.isArray(answer) ? answer : (answer['requests'] ?? [])) as {operation?: string}[];
	return requests.map(({operation}) => operation ?? '');
};

const controlOf =
	({control}: Lab) =>
	async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
		const response = await fetch(`${control.endpoint}/${path}`, {
			method,
			headers: {authorization: `Bearer ${control.token}`},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		if (!response.ok) throw new Error(`${method} /${path}: ${response.status} ${await response.text()}`);
		return (await response.json()) as Record<string, unknown>;
	};
