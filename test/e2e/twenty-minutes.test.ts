/** The whole story in one: a box is caught, its verdict read, a file edited, the unit run again, and the group given back. */
import {expect, onTestFinished, test} from 'vitest';
import {key, openScreen} from '../stories/harness.ts';
import {isGivenBack, suspendedOf, thirdParty} from './hold-steps.ts';
import {openLab} from './open-lab.ts';

const group = 'web-prod';
const file = '/etc/instance-metadata/env.sh';

test('from catch --hold to the verdict, an edit, a retry, a healthy target and the release, on one terminal', async () => {
	const lab = await openLab('--scenario', 'S05-s3-access-denied', '--seed', '11', '--speed', '20');
	onTestFinished(() => lab.close());
	await thirdParty(lab, 'suspend', group, ['AZRebalance']);
	const before = await suspendedOf(lab, group);
	const environment = {
		PATH: process.env['PATH'],
		HOME: lab.home,
		TERM: 'xterm-256color',
		...lab.env,
		EDITOR: 'sed -i s/foo-app-config-prod/foo-app-config/',
	};
	const catching = openScreen({
		args: ['catch', group, '--hold', '--for', '4h', '--quiet'],
		environment,
		columns: 160,
	});
	const text = () => catching.bytes();
	const says = async (pattern: RegExp, seconds = 60) => {
		for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(50)) {
			const found = pattern.exec(text());
			if (found !== null) return found;
		}
		throw new Error(`never said: ${pattern}\n${text()}`);
	};
	const [, box = ''] = await says(/caught (i-[0-9a-f]{17})/);
	await says(/■ HELD/);
	await says(/may not s3:ListBucket on bucket foo-app-config-prod/);
	const edited = await lab.run(['edit', box, file, '--yes'], {environment: {EDITOR: environment.EDITOR}});
	expect(edited.stdout).toMatch(/is written on/);
	const retried = await lab.run(['retry', box, 's3-config-sync.service']);
	expect(retried.stdout).toMatch(/✔ foo-app\.service +up/);
	expect(retried.code).toBe(0);
	await isHealthy(lab, box);
	const living = await boxesOf(lab);
	expect(living).toContain(box);
	catching.write(key.ctrlC);
	expect((await catching.ended(60)).exitCode).toBe(130);
	expect(text()).toMatch(/released: .*verified/);
	await isGivenBack(lab, group, before);
	expect(before).toEqual(['AZRebalance']);
	expect(await boxesOf(lab)).toContain(box);
}, 240_000);

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

type Lab = Awaited<ReturnType<typeof openLab>>;

const boxesOf = async (lab: Lab): Promise<readonly string[]> =>
	((await lab.groups()).find(({name}) => name === group)?.instances ?? []).map(({instanceId}) => instanceId);

const isHealthy = async (lab: Lab, box: string): Promise<void> => {
	for (const end = Date.now() + 60_000; Date.now() < end; await pause(300)) {
		const {stdout} = await lab.run(['show', group, '-o', 'json']);
		const {boxes} = JSON.parse(stdout) as {
			readonly boxes: readonly {
				readonly instanceId: string;
				readonly target: {readonly state: string} | null;
			}[];
		};
		if (boxes.find(({instanceId}) => instanceId === box)?.target?.state === 'healthy') return;
	}
	throw new Error(`${box} never became healthy`);
};
