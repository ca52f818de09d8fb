/** What happens to holds of this process, said for a moment as it happens; the user's own command is told as well. */
import {hostile, joinShown, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import type {Notifier} from '../hold/notify.ts';
import type {HoldEvent, HoldSession, Holds} from '../hold/types.ts';
import type {Ui} from './ui.ts';

const mostNews = 50;

/** For a moment on the screen, and for the rest of the run in `@`. */
export const tellNews = (ui: Ui, text: Shown) => {
	ui.set({news: [...ui.state().news, {at: ui.model().now, text}].slice(-mostNews)});
	ui.toast(text);
};

export type HoldNews = {
	/** Listens to every session there is, also to later ones. */
	readonly follow: (holds: Holds) => () => void;
};

export const createHoldNews = (tell: (text: Shown) => void, notifier: Notifier): HoldNews => {
	const known = new WeakSet<HoldSession>();
	const attach = (holds: Holds) => {
		for (const session of holds.sessions()) {
			if (known.has(session)) continue;
			known.add(session);
			notifier.watch(session, '');
			session.onEvent(event => {
				const text = newsOf(event);
				if (text !== null) tell(ours`${shown(hostile(session.view().group))}: ${text}`);
			});
		}
	};
	return {
		follow: holds => {
			attach(holds);
			return holds.subscribe(() => attach(holds));
		},
	};
};

const newsOf = (event: HoldEvent): Shown | null => {
	switch (event.event) {
		case 'repaired':
			return ours`suspended again: ${names(event.processes)}; ${shown(hostile(event.message))}`;
		case 'adopted':
			return ours`its owner resumed ${names(event.processes)}: taken up by this hold`;
		case 'fuse-fired':
			return ours`its fuse ran: AWS resumed the group`;
		case 'warning':
			return shown(hostile(event.message));
		default:
			return null;
	}
};

const names = (processes: readonly string[]): Shown =>
	joinShown(
		processes.map(name => shown(hostile(name))),
		ours` `,
	);
