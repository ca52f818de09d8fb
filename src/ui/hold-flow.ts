/** From H to held: a preview first, then a key that was read after it stood on the screen. */

import type {ScalingProcess} from '../aws/types.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {presetProcesses} from '../hold/processes.ts';
import type {HoldPreview, HoldRequest, HoldSession, Holds, Preset} from '../hold/types.ts';
import type {HoldOverlay, PresetChoice, Problem} from './app-state.ts';
import {shortId} from './format.ts';
import {secondsOf, usualSeconds} from './lease.ts';
import {boxesToHeal, previewOf} from './overlays/hold-facts.ts';
import {openPatient, patientsOn, takeOut} from './patient-flow.ts';
import {problemOf} from './problem.ts';
import {openRelease} from './release-flow.ts';
import {sessionOn} from './sessions.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

const orders: readonly PresetChoice[] = ['freeze', 'no-replace', 'quiet', 'one-patient'];

/** `H`: hold, or release with a preview; a box that was taken out is brought back first. */
export const holdOrRelease = (ui: Ui, group: string, seconds = usualSeconds) => {
	const session = sessionOn(ui, group);
	if (session !== undefined) return openSession(ui, session);
	const [patient] = patientsOn(ui, group);
	if (patient !== undefined) return openPatient(ui, patient, 'stay');
	openHoldPreview(ui, group, {wanted: seconds});
};

/** A hold that asks something is answered first. */
const openSession = (ui: Ui, session: HoldSession) => {
	if (session.view().question === null) return openRelease(ui, session, 'stay');
	ui.set({overlay: {kind: 'question', session, paintedAt: null}});
};

/** `adopt`: strays that a typed yes made ours to resume. `wanted`: seconds. */
export const openHoldPreview = (
	ui: Ui,
	group: string,
	{adopt = [], wanted = usualSeconds}: {readonly adopt?: readonly ScalingProcess[]; readonly wanted?: number},
) => {
	const {preset} = ui.settings;
	ui.set({
		overlay: {
			kind: 'hold',
			group,
			presets: orders,
			preset,
			previews: {},
			// Whoever adopts a stray has chosen to suspend.
			chosen: adopt.length > 0,
			problem: null,
			asked: false,
			setHealthy: false,
			net: 'fuse',
			wanted,
			typed: '',
			hint: null,
			adopt,
			patient: {instanceId: null, way: 'standby'},
			busy: false,
			paintedAt: null,
		},
	});
	void readPreview(ui, group, preset);
};

const openHold = (ui: Ui, group: string): HoldOverlay | null => {
	const {overlay} = ui.state();
	return overlay?.kind === 'hold' && overlay.group === group ? overlay : null;
};

const readPreview = async (ui: Ui, group: string, preset: Preset): Promise<void> => {
	const holds = await loadedHolds(ui);
	if (holds === null)
		return problem(ui, group, {message: ours`the hold is still being loaded`, next: [ours`try again`]});
	try {
		const wanted = openHold(ui, group)?.wanted ?? usualSeconds;
		const preview = await holds.preview(group, preset, wanted);
		const overlay = openHold(ui, group);
		if (overlay === null) return;
		const previews = {...overlay.previews, [preset]: preview};
		ui.set({overlay: {...overlay, previews, ...suggested(overlay, preview), paintedAt: null}});
	} catch (error) {
		problem(ui, group, problemOf(error));
	}
};

const loadEveryMs = 50;
const loadPatienceMs = 10_000;

/** The hold's code comes shortly after the first frame: a key that was faster waits for it. */
export const loadedHolds = async (ui: Ui): Promise<Holds | null> => {
	for (const end = ui.processClock.now() + loadPatienceMs; ui.processClock.now() < end; ) {
		const holds = ui.services()?.holds() ?? null;
		if (holds !== null) return holds;
		await ui.processClock.sleep(loadEveryMs);
	}
	return null;
};

/** Where boxes are healthy, the preset that leaves them alone comes first. */
const suggested = ({chosen}: HoldOverlay, {healthyBoxes}: HoldPreview): Partial<HoldOverlay> =>
	chosen || healthyBoxes === 0
		? {}
		: {presets: ['one-patient', 'freeze', 'no-replace', 'quiet'], preset: 'one-patient'};

const problem = (ui: Ui, group: string, found: Problem) => {
	const overlay = openHold(ui, group);
	if (overlay !== null) ui.set({overlay: {...overlay, problem: found, busy: false}});
};

export const nextPreset = (ui: Ui, overlay: HoldOverlay) => {
	if (overlay.busy || overlay.problem !== null) return;
	const at = overlay.presets.indexOf(overlay.preset);
	const preset = overlay.presets[(at + 1) % overlay.presets.length] ?? 'freeze';
	ui.set({overlay: {...overlay, preset, chosen: true, asked: false, paintedAt: null}});
	if (preset !== 'one-patient' && overlay.previews[preset] === undefined)
		void readPreview(ui, overlay.group, preset);
	if (preset === 'one-patient' && overlay.previews.freeze === undefined)
		void readPreview(ui, overlay.group, 'freeze');
};

/** `n`: without a server-side net, for fifteen minutes; the group's name is then typed. Also where no fuse could be armed. */
export const toggleNet = (ui: Ui, overlay: HoldOverlay) => {
	if (overlay.busy || overlay.preset === 'one-patient') return;
	if (ui.settings.denyNoFuse) return ui.toast(ours`denyNoFuse is configured: no hold without a net`);
	if (overlay.preset === 'quiet') return ui.toast(ours`quiet is never held without a net`);
	const net = overlay.net === 'fuse' ? 'none' : 'fuse';
	ui.set({overlay: {...overlay, net, typed: '', hint: null, problem: null, asked: false, paintedAt: null}});
};

/** Enter in the hold preview. */
export const confirmHold = (ui: Ui, overlay: HoldOverlay) => {
	const preview = previewOf(overlay);
	const {preset, net} = overlay;
	if (overlay.busy || overlay.problem !== null || preview === null) return;
	if (!wasRead(ui, overlay.paintedAt)) return;
	if (preset === 'one-patient') return takeOut(ui, overlay);
	if (preview.refusal !== null && overlay.adopt.length === 0) return;
	if (net === 'none' && overlay.typed !== overlay.group)
		return ui.set({overlay: {...overlay, hint: ours`type the whole name`}});
	if (preset === 'quiet' && !overlay.asked)
		return ui.set({overlay: {...overlay, asked: true, paintedAt: null}});
	const holds = ui.services()?.holds() ?? null;
	if (holds === null) return;
	const healing = overlay.setHealthy ? boxesToHeal(ui.model(), overlay) : [];
	ui.set({overlay: {...overlay, busy: true, hint: null}});
	const request: HoldRequest = {
		group: overlay.group,
		processes: presetProcesses(preset),
		preset,
		forSeconds: secondsOf(overlay),
		reason: '',
		net,
		interactive: true,
		...(overlay.adopt.length === 0 ? {} : {adopt: overlay.adopt}),
	};
	void hold(ui, holds, request, healing);
};

const hold = async (ui: Ui, holds: Holds, request: HoldRequest, healing: readonly string[]) => {
	const {group} = request;
	const session = holds.hold(request);
	const view = await session.settled;
	ui.services()?.group()?.nudge();
	void ui.services()?.fleet.refresh();
	if (view.outcome?.kind === 'refused') {
		const {message, next} = view.outcome;
		return problem(ui, group, {message: shown(message), next: next.map(text => shown(hostile(text)))});
	}
	if (openHold(ui, group) !== null) ui.set({overlay: null});
	ui.toast(ours`holding ${shown(hostile(group))}`);
	await markHealthy(ui, holds, {group, ids: healing});
};

/** After the hold: a mark may be sticky, and then it is said. */
const markHealthy = async (
	ui: Ui,
	{care}: Holds,
	{group, ids}: {readonly group: string; readonly ids: readonly string[]},
) => {
	for (const instanceId of ids) {
		const {done, says} = await care.act({group, instanceId, deed: 'healthy'});
		ui.toast(ours`${shortId(hostile(instanceId))}: ${shown(says)}`);
		if (!done) break;
	}
	if (ids.length > 0) ui.services()?.group()?.nudge();
};
