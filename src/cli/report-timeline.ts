/**
 * The last two hours of a group as a picture: every life as a line, deaths in bins of five minutes below it, and where the
 * flapping began. No script, no links; all text through one escaper.
 */
import {markup} from '../base/markup.ts';
import {cut, hostile, masked, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {Life} from '../groups/types.ts';
import {whoOf} from '../verdict/change-evidence.ts';
import type {Report} from './report-facts.ts';

const spanMs = 2 * 3_600_000;
const margin = 12;
const laneHeight = 9;
const mostLanes = 12;
const chartHeight = 64;
const letter = 6.4;
const colours = {
	ink: '#1f2328',
	dim: '#59636e',
	line: '#d0d7de',
	bad: '#cf222e',
	life: '#6e7781',
	alive: '#2da44e',
};

/** @param width of the whole picture in CSS pixels. */
export const timelineSvg = (report: Report, width: number): string => {
	const {at, detail} = report;
	const start = at - spanMs;
	const x = (time: number) => margin + ((time - start) / spanMs) * (width - 2 * margin);
	const lanes = lanesOf(detail.view.lives, start, at);
	const top = margin + 18;
	const lanesEnd = top + lanes.length * laneHeight + 6;
	const binsEnd = lanesEnd + chartHeight;
	const notes = notesOf(report, start);
	const height = binsEnd + 22 + notes.length * 18 + margin / 2;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
		`<rect width="${width}" height="${height}" fill="#ffffff"/>`,
		text(margin, margin + 6, 'every life, and where it ended', colours.dim),
		...lanes.flatMap((lane, index) =>
			lane.flatMap(life => lifeLine(life, top + index * laneHeight, {x, start, at})),
		),
		...bars(detail.view.flaps.bins, {x, start, from: lanesEnd, to: binsEnd}),
		...hours(start, at, width).flatMap(time => tick(x(time), binsEnd, time, width)),
		...notes.flatMap((note, index) => noteOf(note, {x, y: binsEnd + 38 + index * 18, top, binsEnd, width})),
		'</svg>',
	].join('');
};

/** Lives that touch the span, each in the first lane that is free; those without a place are left out of the lines alone. */
const lanesOf = (lives: readonly Life[], start: number, at: number): readonly (readonly Life[])[] => {
	const lanes: Life[][] = [];
	const seen = lives
		.filter(({launchedAt, diedAt}) => (diedAt ?? at) >= start && (launchedAt ?? start) <= at)
		.toSorted((one, other) => (one.launchedAt ?? 0) - (other.launchedAt ?? 0));
	for (const life of seen) {
		const free = lanes.find(
			lane => (lane.at(-1)?.diedAt ?? Number.POSITIVE_INFINITY) <= (life.launchedAt ?? start),
		);
		if (free !== undefined) free.push(life);
		else if (lanes.length < mostLanes) lanes.push([life]);
	}
	return lanes;
};

type Scale = {readonly x: (time: number) => number; readonly start: number; readonly at: number};

const lifeLine = ({launchedAt, diedAt}: Life, y: number, {x, start, at}: Scale): readonly string[] => {
	const from = x(Math.max(start, launchedAt ?? start));
	const to = x(diedAt ?? at);
	const line = `<line x1="${round(from)}" y1="${y}" x2="${round(to)}" y2="${y}" stroke="${diedAt === null ? colours.alive : colours.life}" stroke-width="3"/>`;
	if (diedAt === null) return [line];
	const cross = [
		[-3, -3, 3, 3],
		[-3, 3, 3, -3],
	].map(
		([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) =>
			`<line x1="${round(to + x1)}" y1="${y + y1}" x2="${round(to + x2)}" y2="${y + y2}" stroke="${colours.bad}" stroke-width="1.5"/>`,
	);
	return [line, ...cross];
};

const bars = (
	bins: readonly number[],
	{
		x,
		start,
		from,
		to,
	}: {
		readonly x: (time: number) => number;
		readonly start: number;
		readonly from: number;
		readonly to: number;
	},
): readonly string[] => {
	const most = Math.max(1, ...bins);
	const binMs = spanMs / bins.length;
	return [
		`<line x1="${margin}" y1="${to}" x2="${round(x(start + spanMs))}" y2="${to}" stroke="${colours.line}"/>`,
		...bins.flatMap((deaths, index) => {
			if (deaths === 0) return [];
			const left = x(start + index * binMs);
			const width = x(start + (index + 1) * binMs) - left;
			const height = Math.round((deaths / most) * (to - from - 20));
			return [
				`<rect x="${round(left + 1.5)}" y="${to - height}" width="${round(width - 3)}" height="${height}" fill="${colours.bad}"/>`,
				text(left + width / 2, to - height - 4, `${deaths}`, colours.ink, 'middle'),
			];
		}),
	];
};

/** Round times, a quarter of an hour, half of one or a whole apart: as close as their labels allow. */
const hours = (start: number, at: number, width: number): readonly number[] => {
	const step =
		[15, 30, 60].map(minutes => minutes * 60_000).find(ms => (ms / spanMs) * width >= 60) ?? 3_600_000;
	const times: number[] = [];
	for (let time = Math.ceil(start / step) * step; time <= at; time += step) times.push(time);
	return times;
};

const tick = (x: number, y: number, time: number, width: number): readonly string[] => {
	const label = `${clock(time)} UTC`;
	const half = (label.length * letter) / 2;
	const mark = `<line x1="${round(x)}" y1="${y}" x2="${round(x)}" y2="${y + 4}" stroke="${colours.dim}"/>`;
	return x - half < margin / 2 || x + half > width - margin / 2
		? [mark]
		: [mark, text(x, y + 17, label, colours.dim, 'middle')];
};

type Note = {readonly at: number; readonly what: Hostile};

/** The beginning, and the changes before it that fall into the span. */
const notesOf = ({background}: Report, start: number): readonly Note[] => {
	if (background === undefined) return [];
	const {changes, onsetAt} = background;
	return [
		...changes.slice(-4).map(change => ({at: change.at, what: `${whoOf(change)}: ${change.what}`})),
		...(onsetAt === null ? [] : [{at: onsetAt, what: 'the flapping began'}]),
	]
		.filter(({at}) => at >= start)
		.toSorted((one, other) => one.at - other.at);
};

type Place = {
	readonly x: (time: number) => number;
	readonly y: number;
	readonly top: number;
	readonly binsEnd: number;
	readonly width: number;
};

const noteOf = ({at, what}: Note, {x, y, top, binsEnd, width}: Place): readonly string[] => {
	const place = round(x(at));
	const cells = Math.floor((width - 2 * margin) / (letter + 0.6));
	return [
		`<line x1="${place}" y1="${top - 6}" x2="${place}" y2="${binsEnd}" stroke="${colours.ink}" stroke-dasharray="3 3"/>`,
		text(margin, y, `${clock(at)}  ${what}`, colours.ink, 'start', cells),
	];
};

const clock = (time: number): string => new Date(time).toISOString().slice(11, 16);
const round = (value: number): number => Math.round(value * 10) / 10;

const text = (
	x: number,
	y: number,
	content: Hostile,
	fill: string,
	anchor: 'start' | 'middle' = 'start',
	cells = 200,
): string =>
	`<text x="${round(x)}" y="${y}" fill="${fill}" text-anchor="${anchor}">${markup(hostile(cut(shown(masked(content)), cells)))}</text>`;
