/** The verdict as text: the sentence first, then what it stands on, what was ruled out, and what to try. */
import {hostile, ours, pad, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {formatClock} from '../boot/boot-time.ts';
import {templateLines} from '../verdict/template-text.ts';
import type {Evidence, Finding, Verdict} from '../verdict/types.ts';
import type {WithBackground} from './background-beside.ts';
import type {Printer} from './command.ts';
import {createPaint, type PaintStyle} from './paint.ts';

const styles: Readonly<Record<Verdict['kind'], PaintStyle>> = {
	fault: 'red',
	end: 'yellow',
	'nothing-wrong': 'green',
	'still-booting': 'bold',
	'cannot-be-judged': 'yellow',
};

type VerdictOptions = {readonly out: Printer; readonly beside: WithBackground | null};

export const printVerdict = (subject: Hostile, verdict: Verdict, {out, beside}: VerdictOptions): void => {
	const paint = createPaint(out.colour);
	const title = (text: string) => paint('bold', shown(hostile(text)));
	out.line(paint(styles[verdict.kind], shown(verdict.sentence)));
	out.line(
		ours`${paint('dim', ours`${shown(subject)} · ${verdict.confidence === 'unknown' ? ours`not judged` : shown(hostile(verdict.confidence))}${verdict.rule === null ? ours`` : ours` · rule ${shown(hostile(verdict.rule))}`}`)}`,
	);
	const part = (name: string, lines: readonly Shown[]) => {
		if (lines.length === 0) return;
		out.line(ours``);
		out.line(title(name));
		for (const line of lines) out.line(ours`  ${line}`);
	};
	part('Evidence', verdict.evidence.map(evidenceLine));
	part('Also seen', verdict.others.flatMap(otherLines));
	const template = beside?.background.template ?? null;
	if (beside !== null && template !== null)
		part('Launch template', templateLines(template, beside.detail.view));
	part(
		'Ruled out',
		verdict.ruledOut.map(text => ours`✔ ${shown(text)}`),
	);
	part(
		'Not judged',
		verdict.notJudged.map(text => ours`? ${shown(text)}`),
	);
	part(
		'Try, cheapest first',
		verdict.try.flatMap(({text, command}, index) => [
			ours`${index + 1}  ${shown(text)}`,
			...(command === null ? [] : [ours`   ${paint('dim', shown(hostile(command)))}`]),
		]),
	);
};

const evidenceLine = ({source, text, atSeconds}: Evidence): Shown =>
	ours`${pad(atSeconds === null ? ours`` : shown(hostile(formatClock(atSeconds))), 7, 'right')}  ${pad(shown(hostile(source)), 13, 'left')}  ${shown(text)}`;

/** What a deployment said goes with it: it stands nowhere else. */
const otherLines = ({kind, sentence, evidence}: Finding): readonly Shown[] => [
	ours`${pad(shown(hostile(kind)), 7, 'left')} ${shown(sentence)}`,
	...evidence.filter(({source}) => source === 'CodeDeploy').map(({text}) => ours`          ${shown(text)}`),
];
