/** An error as the screen says it: what happened, and what to do next. */
import {UnflapError} from '../base/errors.ts';
import {hostile, shown} from '../base/terminal-text.ts';
import type {Problem} from './app-state.ts';

export const problemOf = (error: unknown): Problem =>
	error instanceof UnflapError
		? {
				message: shown(hostile(error.message)),
				next: [...(error.meaning === undefined ? [] : [error.meaning]), ...error.next].map(text =>
					shown(hostile(text)),
				),
			}
		: {message: shown(hostile(error instanceof Error ? error.message : String(error))), next: []};
