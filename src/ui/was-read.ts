/** A key that was on its way before the question stood there is no answer (threats.md T7). */
import type {ProcessMs} from '../base/clock.ts';
import type {Ui} from './ui.ts';

const readAfterMs = 300;

export const wasRead = ({processClock}: Pick<Ui, 'processClock'>, paintedAt: ProcessMs | null): boolean =>
	paintedAt !== null && processClock.now() - paintedAt >= readAfterMs;
