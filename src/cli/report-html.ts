/**
 * One self-contained page: no script, no links, nothing loaded. All text goes through one escaper, and a content security
 * policy in the file forbids everything but its own style and the two pictures (threats.md R1).
 */
import {createHash} from 'node:crypto';
import {markup} from '../base/markup.ts';
import {masked} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {outsideMarks} from '../boot/outside-marks.ts';
import {bootSvg} from './boot-svg.ts';
import {extracts, groupFacts, type Report, sentenceOf} from './report-facts.ts';

const style = `
:root{color-scheme:light dark;--line:#d0d7de;--dim:#59636e;--bad:#cf222e;--paper:#fff;--ink:#1f2328}
@media(prefers-color-scheme:dark){:root{--line:#3d444d;--dim:#9198a1;--bad:#ff7b72;--paper:#0d1117;--ink:#e6edf3}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
.verdict{font-size:1.25rem;line-height:1.4;margin:1rem 0;padding:.75rem 1rem;border-left:4px solid var(--bad);overflow-wrap:anywhere}
.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0;overflow-wrap:anywhere}
th{font-weight:normal;color:var(--dim);white-space:nowrap;width:1%}
pre,code{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.75rem;border:1px solid var(--line)}
img{max-width:100%;height:auto;background:#fff;border:1px solid var(--line)}
ol,ul{padding-left:1.5rem}li{overflow-wrap:anywhere;margin:.25rem 0}
@media print{body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}pre,img,tr{break-inside:avoid}}
@media(max-width:600px){body{padding:1rem}th{white-space:normal}}
`;

export const reportHtml = (report: Report): string => {
	const {boot} = report;
	const name = report.detail.view.group.name;
	const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;
	return [
		'<!doctype html>',
		'<html lang="en"><head>',
		`<meta http-equiv="Content-Security-Policy" content="${policy}">`,
		'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
		`<title>${text(name)}: why it flaps</title>`,
		`<style>${style}</style>`,
		'</head><body>',
		`<h1>${text(name)}: why it flaps</h1>`,
		`<p class="verdict">${text(sentenceOf(report))}</p>`,
		...(boot === null
			? []
			: [
					`<p class="dim">${text(boot.instanceId)} · ${text(boot.verdict.confidence)}${boot.verdict.rule === null ? '' : ` · rule ${text(boot.verdict.rule)}`}</p>`,
				]),
		heading('Deaths in the last two hours, five minutes each'),
		picture(timelineSvg(report), `${report.detail.view.flaps.deaths} deaths`),
		heading('The group'),
		table(groupFacts(report)),
		...bootParts(report),
		...extracts(report).flatMap(({unit, lines}) => [
			heading(`Last words of ${unit}`),
			`<pre>${lines.map(text).join('\n')}</pre>`,
		]),
		'<p class="dim">Made by unflap; it changed nothing in AWS.</p>',
		'</body></html>',
		'',
	].join('\n');
};

const bootParts = ({boot}: Report): readonly string[] => {
	if (boot === null) return [];
	const {verdict} = boot;
	const outside = boot.boot === null || boot.outside === null ? [] : outsideMarks(boot.boot, boot.outside);
	return [
		...(boot.boot === null
			? []
			: [
					heading('The boot'),
					picture(bootSvg(boot.boot, {subject: boot.instanceId, outside}), 'boot waterfall'),
				]),
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

/** A picture of its own: what is in it can reach nothing outside. */
const picture = (svg: string, alternative: string): string =>
	`<img alt="${text(alternative)}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;

const barWidth = 28;
const chartHeight = 90;

const timelineSvg = ({detail}: Report): string => {
	const {bins} = detail.view.flaps;
	const most = Math.max(1, ...bins);
	const width = bins.length * barWidth;
	const bars = bins.map((deaths, index) => {
		const height = Math.round((deaths / most) * (chartHeight - 20));
		const x = index * barWidth;
		const label =
			deaths === 0
				? ''
				: `<text x="${x + barWidth / 2}" y="${chartHeight - height - 4}" text-anchor="middle" fill="#1f2328">${deaths}</text>`;
		return `<rect x="${x + 3}" y="${chartHeight - height}" width="${barWidth - 6}" height="${Math.max(1, height)}" fill="${deaths === 0 ? '#d0d7de' : '#cf222e'}"/>${label}`;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${chartHeight + 18}" viewBox="0 0 ${width} ${chartHeight + 18}" font-family="sans-serif" font-size="11">`,
		`<rect width="${width}" height="${chartHeight + 18}" fill="#ffffff"/>`,
		...bars,
		`<text x="3" y="${chartHeight + 14}" fill="#59636e">2 h ago</text>`,
		`<text x="${width - 3}" y="${chartHeight + 14}" text-anchor="end" fill="#59636e">now</text>`,
		'</svg>',
	].join('');
};
