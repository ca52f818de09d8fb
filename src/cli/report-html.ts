/**
 * One self-contained page: no script, no links, nothing loaded. All text goes through one escaper, and a content security
 * policy in the file forbids everything but its own style and the two pictures (threats.md R1).
 */
import {createHash} from 'node:crypto';
import {markup} from '../base/markup.ts';
import {masked} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {outsideMarks} from '../boot/outside-marks.ts';
import type {Boot} from '../boot/types.ts';
import type {OutsideMark} from '../boot/waterfall.ts';
import {bootSvg} from './boot-svg.ts';
import {editLines, extracts, groupFacts, ownChanges, type Report, sentenceOf} from './report-facts.ts';
import {reportStyle} from './report-style.ts';
import {timelineSvg} from './report-timeline.ts';

export const reportHtml = (report: Report): string => {
	const {boot} = report;
	const name = report.detail.view.group.name;
	const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(reportStyle).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;
	return [
		'<!doctype html>',
		'<html lang="en"><head>',
		`<meta http-equiv="Content-Security-Policy" content="${policy}">`,
		'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
		`<title>${text(name)}: why it flaps</title>`,
		`<style>${reportStyle}</style>`,
		'</head><body>',
		`<h1>${text(name)}: why it flaps</h1>`,
		`<p class="verdict">${text(sentenceOf(report))}</p>`,
		...(boot === null
			? []
			: [
					`<p class="dim">${text(boot.instanceId)} · ${text(boot.verdict.confidence)}${boot.verdict.rule === null ? '' : ` · rule ${text(boot.verdict.rule)}`}</p>`,
				]),
		heading('The last two hours'),
		...pictures(`${report.detail.view.flaps.deaths} deaths`, {wide: 1120, medium: 720, narrow: 360}, width =>
			timelineSvg(report, width),
		),
		heading('The group'),
		table(groupFacts(report)),
		...list('Changed by unflap, and not given back yet', ownChanges(report)),
		...bootParts(report),
		...editParts(report),
		...extracts(report).flatMap(({unit, lines}) => [
			heading(`Last words of ${unit}`),
			`<pre>${lines.map(text).join('\n')}</pre>`,
		]),
		'<p class="dim">Made by unflap; it changed nothing in AWS.</p>',
		'</body></html>',
		'',
	].join('\n');
};

const editParts = (report: Report): readonly string[] => {
	const edits = editLines(report);
	return edits.length === 0
		? []
		: [
				heading('Edited on boxes: patches for the image'),
				...edits.flatMap(([what, lines]) => [
					`<p>${text(what)}</p>`,
					`<pre>${lines.map(text).join('\n')}</pre>`,
				]),
			];
};

const bootParts = ({boot}: Report): readonly string[] => {
	if (boot === null) return [];
	const {verdict} = boot;
	const outside = boot.boot === null || boot.outside === null ? [] : outsideMarks(boot.boot, boot.outside);
	return [
		...(boot.boot === null ? [] : [heading('The boot'), ...waterfalls(boot.boot, boot.instanceId, outside)]),
		heading('Evidence'),
		table(
			verdict.evidence.map(({source, text: seen, atSeconds}) => [
				`${source}${atSeconds === null ? '' : ` at ${atSeconds.toFixed(1)} s`}`,
				seen,
			]),
		),
		...list(
			'Also seen',
			verdict.others.map(({kind, sentence}) => `${kind}: ${sentence}`),
		),
		...list('Ruled out', verdict.ruledOut),
		...list('Not judged', verdict.notJudged),
		...(verdict.try.length === 0
			? []
			: [
					heading('Try, cheapest first'),
					`<ol>${verdict.try.map(({text: what, command}) => `<li>${text(what)}${command === null ? '' : `<br><code>${text(command)}</code>`}</li>`).join('')}</ol>`,
				]),
	];
};

/** Masked and escaped: no text of a box reaches the page otherwise. */
const text = (from: Hostile): string => markup(masked(from));
const heading = (title: Hostile): string => `<h2>${text(title)}</h2>`;
const list = (title: string, items: readonly Hostile[]): readonly string[] =>
	items.length === 0
		? []
		: [heading(title), `<ul>${items.map(item => `<li>${text(item)}</li>`).join('')}</ul>`];
const table = (rows: readonly (readonly [Hostile, Hostile])[]): string =>
	`<table>${rows.map(([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`).join('')}</table>`;

const waterfalls = (boot: Boot, instanceId: Hostile, outside: readonly OutsideMark[]): readonly string[] => {
	const fault = boot.firstFault;
	const told = fault === null ? 'no fault' : `${fault.unit} ${fault.result}`;
	return pictures(
		`Waterfall of the boot of ${instanceId}: ${told}`,
		{wide: 138, medium: 88, narrow: 54},
		columns => bootSvg(boot, {subject: instanceId, outside, columns}),
	);
};

type Sizes = {readonly wide: number; readonly medium: number; readonly narrow: number};

/**
 * The same picture for a wide window, for paper, and for a telephone: the style shows one of them. What is in a picture
 * can reach nothing outside of it.
 */
const pictures = (alternative: Hostile, sizes: Sizes, draw: (size: number) => string): readonly string[] =>
	Object.entries(sizes).map(
		([name, size]) =>
			`<img class="${name}" alt="${text(alternative)}" src="data:image/svg+xml;base64,${Buffer.from(draw(size)).toString('base64')}">`,
	);
