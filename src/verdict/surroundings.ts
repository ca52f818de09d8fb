/** What AWS says around the box: EC2's own checks and plans, an instance refresh under way. Evidence, or ruled out. */
import type {Hostile} from '../base/text.ts';
import type {Evidence, Facts} from './types.ts';

/** 'initializing' and what nobody knows yet is no complaint. */
export const isWell = (status: string): boolean => status !== 'impaired';

export const surroundingsEvidence = ({ec2, refresh}: Facts): readonly Evidence[] => [
	...(ec2 === null || (isWell(ec2.system) && isWell(ec2.instance))
		? []
		: [said('EC2', `status checks: system ${ec2.system}, instance ${ec2.instance}`, null)]),
	...(ec2?.scheduled ?? []).map(({code, description, notBefore}) =>
		said('EC2', `${code} is planned: ${description}`, notBefore),
	),
	...(refresh === null
		? []
		: [
				said(
					'Auto Scaling',
					`an instance refresh is ${refresh.status}${refresh.percentage === null ? '' : ` at ${refresh.percentage}%`}`,
					refresh.startedAt,
				),
			]),
];

export const surroundingsRuledOut = ({ec2}: Facts): readonly Hostile[] =>
	ec2?.system === 'ok' && ec2.instance === 'ok' ? ["the machine: both of EC2's status checks are well"] : [];

const said = (source: string, text: Hostile, at: number | null): Evidence => ({
	source,
	text,
	atSeconds: null,
	at,
});
