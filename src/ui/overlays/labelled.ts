/** Lines of an overlay with a label before the first of them. */
import type {Shown} from '../../base/text.ts';
import {type Row, row, span} from '../span.ts';

const labelCells = 18;

export const labelled = (label: Shown, lines: readonly Shown[]): readonly Row[] =>
	lines.map((line, index) =>
		row(span((index === 0 ? `  ${label}` : '').padEnd(labelCells) as Shown, 'dim'), span(line)),
	);
