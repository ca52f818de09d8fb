import {expect, onTestFinished, test} from 'vitest';
import {createAws} from '../../src/aws/create-aws.ts';
import {loadGroup} from '../../src/groups/load-group.ts';
import {healthDeathAt, predictedDeathAt} from '../../src/groups/predicted-death.ts';
import {openLab} from '../lab/open-lab.ts';

const webProd = async () => {
	const {lab} = await openLab();
	const aws = await createAws(
		{
			region: 'eu-west-1',
			endpointUrl: lab.endpoint,
			readOnly: true,
			timeRate: 1,
			credentials: {
				accessKeyId: lab.env['AWS_ACCESS_KEY_ID'] ?? '',
				secretAccessKey: lab.env['AWS_SECRET_ACCESS_KEY'] ?? '',
			},
		},
		{environment: {}},
	);
	onTestFinished(() => aws.close());
	return loadGroup(aws, 'web-prod', {});
};

test('a box that fails its check is predicted to die when the lab then kills it, within half a minute', async () => {
	const detail = await webProd();
	const died = detail.view.lives.filter(({diedAt, cause}) => diedAt !== null && cause === 'elb');
	expect(died.length).toBeGreaterThan(5);
	for (const {instanceId, diedAt} of died) {
		const at = healthDeathAt(detail, instanceId);
		if (at === null) throw new Error(`no launch of ${instanceId}`);
		expect(Math.abs(at - (diedAt ?? 0)) / 1000).toBeLessThanOrEqual(30);
	}
});

test('nothing is predicted where nothing takes a box out for its health', async () => {
	const detail = await webProd();
	const [box] = detail.boxes;
	if (box === undefined) throw new Error('no box');
	const failing = {...box, target: {...box.target, state: 'unhealthy'} as NonNullable<typeof box.target>};
	const known = detail.view.lives.find(({diedAt}) => diedAt !== null)?.instanceId ?? '';
	const of = (group: Partial<typeof detail.view.group>) =>
		healthDeathAt({...detail, view: {...detail.view, group: {...detail.view.group, ...group}}}, known);
	expect(of({})).not.toBeNull();
	expect(of({healthCheckTypes: ['EC2']})).toBeNull();
	expect(of({suspended: [{process: 'ReplaceUnhealthy', reason: ''}]})).toBeNull();
	expect(healthDeathAt({...detail, targetGroups: []}, known)).toBeNull();
	expect(healthDeathAt(detail, 'i-0123456789abcdef0')).toBeNull();
	expect(predictedDeathAt(detail, {...failing, target: null})).toBeNull();
	expect(predictedDeathAt(detail, {...failing, instanceId: known})).toBe(healthDeathAt(detail, known));
});
