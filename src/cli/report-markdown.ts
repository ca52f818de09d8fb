/** The report for a ticket: data in fences and code spans alone (threats.md R2). */
import {ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {fence, section, span} from '../verdict/markdown.ts';
import {editLines, extracts, groupFacts, ownChanges, type Report, sentenceOf} from './report-facts.ts';

export const reportMarkdown = (report: Report): readonly Shown[] => {
	const {boot} = report;
	return [
		ours`# ${span(report.detail.view.group.name)}: why it flaps`,
		ours``,
		...fence([sentenceOf(report)]),
		...section(
			'The group',
			groupFacts(report).map(([name, value]) => `${name.padEnd(16)} ${value}`),
		),
		...section('Changed by unflap, and not given back yet', ownChanges(report)),
		...timeline(report),
		...(boot === null
			? []
			: [
					...section(
						'Evidence',
						boot.verdict.evidence.map(
							({source, text, atSeconds}) =>
								`${atSeconds === null ? '' : `${atSeconds.toFixed(1)} s  `}${source}: ${text}`,
						),
					),
					...section(
						'Also seen',
						boot.verdict.others.map(({kind, sentence}) => `${kind}: ${sentence}`),
					),
					...section('Ruled out', boot.verdict.ruledOut),
					...section('Not judged', boot.verdict.notJudged),
					...section(
						'Try, cheapest first',
						boot.verdict.try.flatMap(({text, command}) =>
							command === null ? [text] : [text, `    ${command}`],
						),
					),
				]),
		...editSections(report),
		...extracts(report).flatMap(({unit, lines}) => section('Last words', [unit, ...lines])),
		ours``,
		ours`Made by unflap; it changed nothing in AWS.`,
	];
};

const editSections = (report: Report): readonly Shown[] => {
	const edits = editLines(report);
	return edits.length === 0
		? []
		: [
				ours``,
				ours`### Edited on boxes: patches for the image`,
				...edits.flatMap(([what, lines]) => [ours``, ...fence([what, '', ...lines])]),
			];
};

const bars = '▁▂▃▄▅▆▇█';

const timeline = ({detail}: Report): readonly Shown[] => {
	const {bins} = detail.view.flaps;
	const most = Math.max(1, ...bins);
	const line = bins.map(deaths => bars[Math.ceil((deaths / most) * (bars.length - 1))] ?? '▁').join('');
	return section('Deaths in the last two hours, five minutes each', [line]);
};
