/** One patient: a box is taken out of service while the others serve, and brought back, or left there by name. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Box} from '../groups/types.ts';
import type {PatientView} from '../hold/care-types.ts';
import type {HoldOverlay, PatientOverlay} from './app-state.ts';
import {shortId} from './format.ts';
import type {Model} from './model.ts';
import {problemOf} from './problem.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

/** Boxes of the group that can be taken out; empty until the group is open. */
export const candidates = ({detail}: Pick<Model, 'detail'>, group: string): readonly Box[] =>
	detail?.view.group.name === group
		? detail.boxes.filter(({instance}) => instance.lifecycleState === 'InService')
		: [];

/** The one that was chosen, the one under the mark, the sickest. */
export const chosenPatient = (
	model: Pick<Model, 'detail' | 'state'>,
	{group, patient}: Pick<HoldOverlay, 'group' | 'patient'>,
): Box | undefined => {
	const boxes = candidates(model, group);
	const of = (id: string | null) => boxes.find(({instanceId}) => instanceId === id);
	return of(patient.instanceId) ?? of(model.state.selected.box) ?? boxes.find(isSick) ?? boxes[0];
};

const isSick = ({instance, target}: Box): boolean =>
	instance.healthStatus.toLowerCase() === 'unhealthy' || target?.state === 'unhealthy';

export const movePatient = (ui: Ui, overlay: HoldOverlay, by: number) => {
	const boxes = candidates(ui.model(), overlay.group);
	const at = boxes.findIndex(({instanceId}) => instanceId === chosenPatient(ui.model(), overlay)?.instanceId);
	const next = boxes[Math.max(0, Math.min(boxes.length - 1, at + by))];
	if (next === undefined || overlay.busy) return;
	ui.set({
		overlay: {...overlay, patient: {...overlay.patient, instanceId: next.instanceId}, paintedAt: null},
	});
};

export const switchWay = (ui: Ui, overlay: HoldOverlay) => {
	const way = overlay.patient.way === 'standby' ? 'detach' : 'standby';
	ui.set({overlay: {...overlay, patient: {...overlay.patient, way}, paintedAt: null}});
};

/** Enter on the preset one-patient. */
export const takeOut = (ui: Ui, overlay: HoldOverlay) => {
	const care = ui.services()?.holds()?.care;
	const box = chosenPatient(ui.model(), overlay);
	if (care === undefined || box === undefined) return;
	ui.set({overlay: {...overlay, busy: true}});
	const {instanceId} = box;
	const deed = overlay.patient.way;
	void care.act({group: overlay.group, instanceId, deed}).then(({done, says, next}) => {
		ui.services()?.group()?.nudge();
		const {overlay: open} = ui.state();
		const name = shortId(hostile(instanceId));
		if (done) ui.toast(ours`${name}: ${shown(says)}`);
		if (open?.kind !== 'hold' || open.group !== overlay.group) return;
		if (done) return ui.set({overlay: null});
		const problem = {message: ours`${name}: ${shown(says)}`, next: next.map(text => shown(text))};
		ui.set({overlay: {...open, busy: false, problem}});
	});
};

// --- coming back -----------------------------------------------------------------------------------------------------

export const patientsOn = (ui: Ui, group: string): readonly PatientView[] =>
	allPatients(ui).filter(patient => patient.group === group);

export const allPatients = (ui: Ui): readonly PatientView[] => ui.services()?.holds()?.care.patients() ?? [];

export const openPatient = (ui: Ui, patient: PatientView, then: PatientOverlay['then']) =>
	ui.set({
		overlay: {
			kind: 'patient',
			patient,
			said: null,
			next: [],
			then,
			busy: false,
			done: false,
			paintedAt: null,
		},
	});

/** Enter: ExitStandby, or the record of a detached box is closed. */
export const bringBack = (ui: Ui, overlay: PatientOverlay) => {
	if (overlay.done) return closePatient(ui, overlay);
	const care = ui.services()?.holds()?.care;
	if (care === undefined || overlay.busy || !wasRead(ui, overlay.paintedAt)) return;
	ui.set({overlay: {...overlay, busy: true}});
	void care.bringBack(overlay.patient).then(
		({done, says, next}) => tell(ui, overlay, {done, said: shown(says), next: next.map(text => shown(text))}),
		(error: unknown) => tell(ui, overlay, {done: false, said: problemOf(error).message, next: []}),
	);
};

const tell = (ui: Ui, {patient}: PatientOverlay, result: Pick<PatientOverlay, 'done' | 'said' | 'next'>) => {
	ui.services()?.group()?.nudge();
	const {overlay} = ui.state();
	if (overlay?.kind === 'patient' && overlay.patient.patientId === patient.patientId)
		ui.set({overlay: {...overlay, ...result, busy: false, paintedAt: null}});
	else if (result.said !== null) ui.toast(result.said);
};

/** `l`: it stays where it is, and is named when unflap ends. */
export const leavePatient = (ui: Ui, overlay: PatientOverlay) => {
	if (overlay.busy) return;
	ui.set({overlay: null});
	if (overlay.then === 'leave') return ui.leave(0);
	ui.toast(ours`it stays there; unflap holds names it`);
};

export const closePatient = (ui: Ui, {done, then}: PatientOverlay) => {
	ui.set({overlay: null, leaving: 'no'});
	if (!done || then !== 'leave') return;
	const [next] = allPatients(ui);
	if (next === undefined) ui.leave(0);
	else openPatient(ui, next, 'leave');
};
