/** From H to released: who dies is read first, single boxes can be kept, and the count is typed when somebody dies. */
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Deed} from '../hold/care-types.ts';
import type {HoldSession, ReleasePreview} from '../hold/types.ts';
import type {ReleaseOverlay} from './app-state.ts';
import {shortId} from './format.ts';
import {extensionSeconds} from './lease.ts';
import {allPatients, openPatient} from './patient-flow.ts';
import {problemOf} from './problem.ts';
import {liveSessions} from './sessions.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

export const openRelease = (ui: Ui, session: HoldSession, then: ReleaseOverlay['then']) => {
	ui.set({
		overlay: {
			kind: 'release',
			session,
			preview: null,
			problem: null,
			typed: '',
			hint: null,
			then,
			target: 0,
			ask: null,
			said: null,
			alsoResume: false,
			busy: false,
			paintedAt: null,
		},
	});
	void readRelease(ui, session);
};

const openReleaseOf = (ui: Ui, session: HoldSession): ReleaseOverlay | null => {
	const {overlay} = ui.state();
	return overlay?.kind === 'release' && overlay.session === session ? overlay : null;
};

const readRelease = async (ui: Ui, session: HoldSession) => {
	const [settled] = await Promise.allSettled([session.releasePreview()]);
	const overlay = openReleaseOf(ui, session);
	if (overlay === null) return;
	if (settled.status === 'fulfilled')
		return ui.set({overlay: {...overlay, preview: settled.value, problem: null, paintedAt: null}});
	ui.set({overlay: {...overlay, problem: problemOf(settled.reason), paintedAt: null}});
};

export const typeIntoRelease = (ui: Ui, overlay: ReleaseOverlay, digit: string) => {
	if (overlay.preview === null || overlay.preview.dies === 0 || overlay.busy) return;
	ui.set({overlay: {...overlay, typed: `${overlay.typed}${digit}`.slice(0, 4), hint: null}});
};

/** Enter in the release preview: the count must be right when somebody dies of it. */
export const confirmRelease = (ui: Ui, overlay: ReleaseOverlay) => {
	const {preview, typed, ask, busy, session} = overlay;
	if (session.view().outcome !== null) return closeRelease(ui, overlay);
	if (busy || !wasRead(ui, overlay.paintedAt)) return;
	if (ask !== null) return void careFirst(ui, overlay, ask);
	if (preview === null && overlay.problem === null) return;
	if (preview !== null && preview.dies > 0 && typed !== String(preview.dies))
		return ui.set({overlay: {...overlay, typed: '', hint: ours`type ${preview.dies}`}});
	ui.set({overlay: {...overlay, busy: true, hint: null}});
	void release(ui, overlay);
};

const release = async (ui: Ui, {session, then, alsoResume, preview}: ReleaseOverlay) => {
	const changed = preview?.changedByOther.map(({process}) => process) ?? [];
	await session.release(alsoResume ? {alsoResume: changed} : undefined);
	ui.services()?.group()?.nudge();
	void ui.services()?.fleet.refresh();
	if (then === 'leave') leaveAfterRelease(ui);
};

/** The next hold is asked about, then boxes that were taken out; after the last of them the screen ends. */
export const leaveAfterRelease = (ui: Ui) => {
	const [next] = liveSessions(ui);
	if (next !== undefined) return openRelease(ui, next, 'leave');
	const [patient] = allPatients(ui);
	if (patient !== undefined) return openPatient(ui, patient, 'leave');
	ui.leave(0);
};

export const closeRelease = (ui: Ui, {ask, then, session}: ReleaseOverlay) => {
	const {overlay} = ui.state();
	if (ask !== null && overlay?.kind === 'release') return ui.set({overlay: {...overlay, ask: null}});
	ui.set({overlay: null, leaving: 'no'});
	if (then === 'leave' && session.view().outcome !== null) leaveAfterRelease(ui);
};

/** Boxes that a release kills or may kill, in the order they stand in. */
export const endangered = ({terminate, judge}: ReleasePreview): readonly string[] =>
	[...terminate, ...judge].map(({instanceId}) => instanceId);

export const moveTarget = (ui: Ui, overlay: ReleaseOverlay, by: number) => {
	const last = overlay.preview === null ? 0 : endangered(overlay.preview).length - 1;
	if (overlay.ask === null)
		ui.set({overlay: {...overlay, target: Math.max(0, Math.min(last, overlay.target + by))}});
};

/** `h`, `s`, `d`: asked once more, since it changes AWS. */
export const askDeed = (ui: Ui, overlay: ReleaseOverlay, deed: Deed) => {
	if (overlay.preview === null || overlay.busy || overlay.ask !== null) return;
	const instanceId = endangered(overlay.preview)[overlay.target];
	if (instanceId === undefined) return;
	if (deed === 'healthy' && overlay.preview.terminate.every(one => one.instanceId !== instanceId))
		return ui.set({overlay: {...overlay, said: ours`it is not marked Unhealthy: s or d keep it`}});
	ui.set({overlay: {...overlay, ask: {deed, instanceId}, said: null, paintedAt: null}});
};

const careFirst = async (ui: Ui, overlay: ReleaseOverlay, ask: NonNullable<ReleaseOverlay['ask']>) => {
	const care = ui.services()?.holds()?.care;
	if (care === undefined) return;
	const {session} = overlay;
	ui.set({overlay: {...overlay, ask: null, preview: null, typed: '', paintedAt: null}});
	const {says, next} = await care.act({group: session.view().group, ...ask});
	ui.services()?.group()?.nudge();
	const advice = next[0] === undefined ? ours`` : ours`; ${shown(next[0])}`;
	const said = ours`${shortId(hostile(ask.instanceId))}: ${shown(says)}${advice}`;
	const open = openReleaseOf(ui, session);
	if (open === null) return ui.toast(said);
	ui.set({overlay: {...open, said, target: 0}});
	await readRelease(ui, session);
};

/** `r`: what somebody else suspended anew is theirs, unless the user says otherwise. */
export const toggleAlsoResume = (ui: Ui, overlay: ReleaseOverlay) => {
	if ((overlay.preview?.changedByOther.length ?? 0) > 0 && !overlay.busy)
		ui.set({overlay: {...overlay, alsoResume: !overlay.alsoResume, paintedAt: null}});
};

export const keepHolding = (ui: Ui, overlay: ReleaseOverlay) => {
	overlay.session.extend(extensionSeconds);
	ui.set({overlay: null, leaving: 'no'});
	ui.toast(ours`15 more minutes`);
};
