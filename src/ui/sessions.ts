/** Holds of this process, as keys need them. */
import type {HoldSession} from '../hold/types.ts';
import {isOn} from './model.ts';
import type {Ui} from './ui.ts';

export const liveSessions = (ui: Ui): readonly HoldSession[] =>
	ui
		.services()
		?.holds()
		?.sessions()
		.filter(session => session.view().outcome === null) ?? [];

export const sessionOn = (ui: Ui, group: string | null): HoldSession | undefined =>
	liveSessions(ui).find(session => session.view().group === group && isOn(session.view()));
