/** Keys in the overlays of holds: the previews, a box that was taken out, a hold that asks, actions. */
import {ours} from '../../base/terminal-text.ts';
import type {
	CatchOverlay,
	HoldOverlay,
	PatientOverlay,
	QuestionOverlay,
	ReleaseOverlay,
} from '../app-state.ts';
import {confirmCatch, openCatch, toggleCatchHold} from '../catch-flow.ts';
import {confirmHold, nextPreset, openHoldPreview, toggleNet} from '../hold-flow.ts';
import {bringBack, closePatient, leavePatient, movePatient, switchWay} from '../patient-flow.ts';
import {
	askDeed,
	closeRelease,
	confirmRelease,
	keepHolding,
	moveTarget,
	openRelease,
	toggleAlsoResume,
	typeIntoRelease,
} from '../release-flow.ts';
import type {Ui} from '../ui.ts';
import {wasRead} from '../was-read.ts';
import {typedBy} from './key-name.ts';

const close = (ui: Ui) => ui.set({overlay: null});

const stepOf = (key: string): number | null =>
	key === 'up' || key === 'k' ? -1 : key === 'down' || key === 'j' ? 1 : null;

export const pressInHold = (ui: Ui, overlay: HoldOverlay, key: string) => {
	if (overlay.busy) return;
	if (overlay.net === 'none' && overlay.problem === null) return pressInName(ui, overlay, key);
	if (key === 'esc' || key === 'q') return close(ui);
	if (key === 'tab') return nextPreset(ui, overlay);
	if (key === 'enter') return confirmHold(ui, overlay);
	if (key === 'n') return toggleNet(ui, overlay);
	if (key === 'C') return openCatch(ui, overlay.group);
	if (overlay.problem !== null) return;
	if (overlay.preset === 'one-patient') {
		const step = stepOf(key);
		if (step !== null) movePatient(ui, overlay, step);
		if (key === 'w') switchWay(ui, overlay);
	} else if (key === 'h') ui.set({overlay: {...overlay, setHealthy: !overlay.setHealthy}});
};

/** Without a net every letter is one of the group's name. */
const pressInName = (ui: Ui, overlay: HoldOverlay, key: string) => {
	if (key === 'esc') return toggleNet(ui, overlay);
	if (key === 'tab') return nextPreset(ui, {...overlay, net: 'fuse', typed: ''});
	if (key === 'enter') return confirmHold(ui, overlay);
	const typed = key === 'backspace' ? [...overlay.typed].slice(0, -1).join('') : null;
	const text = typedBy(key);
	if (typed === null && text === null) return;
	ui.set({overlay: {...overlay, typed: typed ?? `${overlay.typed}${text ?? ''}`.slice(0, 255), hint: null}});
};

export const pressInCatch = (ui: Ui, overlay: CatchOverlay, key: string) => {
	if (key === 'esc' || key === 'q' || key === 'C') return close(ui);
	if (key === 'h' && overlay.problem === null) return toggleCatchHold(ui, overlay);
	if (key === 'enter') confirmCatch(ui, overlay);
};

export const pressInRelease = (ui: Ui, overlay: ReleaseOverlay, key: string) => {
	if (key === 'enter') return confirmRelease(ui, overlay);
	if (overlay.busy && overlay.session.view().outcome === null) return;
	if (key === 'esc') return closeRelease(ui, overlay);
	if (overlay.session.view().outcome !== null) return closeRelease(ui, overlay);
	if (key === 'backspace')
		return ui.set({overlay: {...overlay, typed: overlay.typed.slice(0, -1), hint: null}});
	if (/^\d$/.test(key)) return typeIntoRelease(ui, overlay, key);
	const step = stepOf(key);
	if (step !== null) return moveTarget(ui, overlay, step);
	if (key === 'h') return askDeed(ui, overlay, 'healthy');
	if (key === 's') return askDeed(ui, overlay, 'standby');
	if (key === 'd') return askDeed(ui, overlay, 'detach');
	if (key === 'r') return toggleAlsoResume(ui, overlay);
	if (key === 'm') keepHolding(ui, overlay);
};

export const pressInPatient = (ui: Ui, overlay: PatientOverlay, key: string) => {
	if (key === 'enter') return bringBack(ui, overlay);
	if (overlay.busy) return;
	if (overlay.done || key === 'esc') return closePatient(ui, overlay);
	if (key === 'l') return leavePatient(ui, overlay);
	// The box may stay out while the group is held as well.
	if (key === 'H' && overlay.then === 'stay') openHoldPreview(ui, overlay.patient.group, {});
};

/** A hold that had to repair itself twice in ten minutes: somebody works against it. */
export const pressInQuestion = (ui: Ui, {session, paintedAt}: QuestionOverlay, key: string) => {
	if (!wasRead(ui, paintedAt)) return;
	if (key === 'enter') {
		session.answer(true);
		close(ui);
		return ui.toast(ours`keeps holding`);
	}
	if (key === 'r') return openRelease(ui, session, 'stay');
	if (key === 'esc') close(ui);
};
