/** A file of a box, or the difference that an editor made of it. */
import {hostile, ours, shown} from '../../base/terminal-text.ts';
import type {Shown} from '../../base/text.ts';
import type {FileOverlay} from '../app-state.ts';
import {shortId} from '../format.ts';
import {blank, type Row, row, type Span, span, type Token} from '../span.ts';
import type {OverlayView} from './overlay-view.ts';
import {wrapWords} from './wrap.ts';

export const fileView = (overlay: FileOverlay): OverlayView => {
	const path = overlay.paths[overlay.at] ?? '';
	return {
		title: [span(ours`${shown(hostile(path))} on ${shortId(hostile(overlay.instanceId))}`, 'accent', true)],
		look: 'light',
		rows: [blank, ...rowsOf(overlay)],
		asks: [blank, row(...asks(overlay)), blank],
		scroll: overlay.scroll,
	};
};

const rowsOf = ({read, draft, problem, busy}: FileOverlay): readonly Row[] => {
	if (problem !== null)
		return [
			...wrapWords(problem.message, 70).map(line => row(span(ours`  ${line}`, 'bad'))),
			...problem.next.map(line => row(span(ours`  ▸ `, 'accent'), span(line))),
		];
	if (read === null) return [row(span(ours`  reading it from the box …`, 'busy'))];
	if (busy) return [row(span(ours`  putting it back …`, 'busy'))];
	if (draft !== null)
		return [
			...wrapWords(shown(draft.whom), 70).map(line => row(span(ours`  ${line}`))),
			blank,
			...(draft.patch === null
				? [row(span(ours`  it is no text: its difference is not shown`, 'dim'))]
				: draft.patch.trimEnd().split('\n').slice(2).map(diffRow)),
		];
	const lines = read.content.toString('utf8').split('\n');
	return lines.slice(0, mostLines).map(line => row(span(ours` │ `, 'dim'), span(shown(hostile(line)))));
};

const mostLines = 2000;

const diffRow = (line: string): Row => {
	const token: Token = line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : 'dim';
	return row(span(ours` │ `, 'dim'), span(shown(hostile(line)), token));
};

const asks = ({read, draft, paths, problem, busy}: FileOverlay): readonly Span[] => {
	const esc = [span(ours`  esc`, 'accent'), span(draft === null ? ours` closes` : ours` sends nothing`)];
	if (read === null || busy || problem !== null) return esc;
	const enter = (does: Shown) => [span(ours`  enter`, 'accent'), span(ours` ${does}  `)];
	if (draft !== null) return [...enter(ours`puts it back`), ...esc];
	const more =
		paths.length > 1 ? [span(ours` tab`, 'accent'), span(ours` next of ${paths.length} files  `)] : [];
	return [...enter(ours`edits it`), ...more, ...esc];
};
