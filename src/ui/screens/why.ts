/** Screen 5, plain for now: what is known of why boxes die, each line from what AWS or the journal said. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import {formatDuration, formatTime} from '../format.ts';
import {emptyNote, type Pane} from '../frame.ts';
import type {Model} from '../model.ts';
import {blank, type Row, row, span} from '../span.ts';

export const whyPanes = (model: Model): readonly Pane[] => {
	const rows = evidence(model);
	return [
		{
			id: 'verdict',
			title: [span(ours`Evidence`, 'text', true)],
			note: [span(ours`from AWS and from the journal; no verdict is drawn yet`, 'dim')],
			ideal: rows.length,
			rows: () => rows,
		},
	];
};

const evidence = ({detail, boxes}: Model): readonly Row[] => {
	if (detail === null) return [emptyNote(ours`Reading the group.`)];
	const {flaps} = detail.view;
	const faults = boxes.flatMap(({instanceId, boot}) => {
		if (boot === null || boot.firstFault === null) return [];
		const cancelled = boot.units.filter(({state}) => state === 'cancelled');
		return [{instanceId, firstFault: boot.firstFault, cancelled}];
	});
	return [
		blank,
		row(
			span(ours`  ASG      `, 'dim'),
			span(flaps.lastDeath === null ? ours`nobody died in what was read` : shown(flaps.lastDeath.rawCause)),
		),
		...(flaps.lastDeath === null
			? []
			: [
					row(
						span(ours`           `),
						span(
							ours`${flaps.causes.get(flaps.lastDeath.cause) ?? 0} of ${flaps.deaths} deaths are of this class; the last at ${formatTime(flaps.lastDeath.at)} UTC`,
							'dim',
						),
					),
				]),
		...(flaps.lifeMedianSeconds === null
			? []
			: [
					row(
						span(ours`  life     `, 'dim'),
						span(
							ours`${formatDuration(flaps.lifeMedianSeconds)} ±${formatDuration(flaps.lifeSpreadSeconds ?? 0)}`,
						),
					),
				]),
		...detail.boxes.flatMap(({instanceId, target}) =>
			target === null || target.state === 'healthy'
				? []
				: [
						row(
							span(ours`  ELB      `, 'dim'),
							span(
								ours`${shown(hostile(instanceId))} ${shown(hostile(target.reason ?? target.state))} ${target.description === null ? ours`` : shown(target.description)}`,
							),
						),
					],
		),
		...faults.flatMap(({instanceId, firstFault, cancelled}) => [
			blank,
			row(
				span(ours`  systemd  `, 'dim'),
				span(ours`${shown(hostile(instanceId))} `),
				span(ours`✖ ${shown(firstFault.unit)}`, 'bad'),
				span(
					ours` ${shown(hostile(firstFault.result))}${firstFault.exitCode === null ? ours`` : ours`, exit ${firstFault.exitCode}`}`,
				),
			),
			row(span(ours`           `), span(shown(firstFault.message), 'bad')),
			...cancelled.map(({name}) =>
				row(span(ours`           `), span(ours`${shown(name)} was cancelled by it and never started`, 'dim')),
			),
		]),
		...(faults.length === 0
			? [blank, emptyNote(ours`No failing unit was seen on a watched box yet. 3 opens the boot of one.`)]
			: []),
	];
};
