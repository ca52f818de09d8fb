/**
 * Widths that terminals agree on. A cluster whose width they dispute (joined emoji, modifiers, spacing marks, unassigned
 * and private characters, very wide ligatures) becomes `�`, one cell.
 */

import stringWidth from 'string-width';
import {graphemesOf} from './graphemes.ts';

const replacement = '\ufffd';
const maxMarks = 4;

/** Text in which each grapheme cluster has a known width: 0 marks too many, nothing disputed. */
export const settledClusters = (text: string): string => {
	let settled = '';
	for (const cluster of graphemesOf(text)) settled += settledCluster(cluster);
	return settled;
};

/** Cells of one cluster that came out of `settledClusters`. */
export const widthOfCluster = (cluster: string): number => {
	if (cluster.length === 1 && cluster >= ' ' && cluster <= '~') return 1;
	const known = widths.get(cluster);
	if (known !== undefined) return known;
	const cells = stringWidth(cluster);
	// Bounded by forgetting all: a log in one script uses a few thousand clusters.
	if (widths.size > 4096) widths.clear();
	widths.set(cluster, cells);
	return cells;
};

const widths = new Map<string, number>();

const settledCluster = (cluster: string) => {
	if (cluster.length === 1 && cluster >= '\t' && cluster <= '~') return cluster;
	// Selectors choose between a text and an emoji form, whose widths differ: the plain character has one width.
	const [base, ...rest] = cluster.replace(/[\ufe00-\ufe0f]/g, '');
	if (base === undefined || disputed(base)) return replacement;
	if (rest.length === 0) return base;
	if (!rest.every(mark => /^\p{M}$/u.test(mark) && !/^\p{Mc}$/u.test(mark))) return replacement;
	return base + rest.slice(0, maxMarks).join('');
};

/** Ligatures and signs that fonts draw over many cells, and what has no width of its own to begin a cluster with. */
const disputed = (character: string) =>
	/[\p{M}\p{Cn}\p{Co}\p{Cs}\p{Cf}\u0600-\u0605\u06dd\u{fdf0}-\u{fdfd}\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\u{12000}-\u{1247f}\u{1100}-\u{11ff}\u{a960}-\u{a97f}\u{d7b0}-\u{d7ff}\u2e3a\u2e3b\ua9c5\u0bf8\u0bf5]/u.test(
		character,
	);
