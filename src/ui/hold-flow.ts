/** From H to held, and from H to released: previews first, then a key that was read after they stood on the screen. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import {presetProcesses} from '../hold/processes.ts';
import type {HoldPreview, HoldRequest, HoldSession, Holds, Preset} from '../hold/types.ts';
import type {HoldOverlay, PresetChoice, Problem, ReleaseOverlay} from './app-state.ts';
import {extensionSeconds, leaseSeconds} from './lease.ts';
import {isOn} from './model.ts';
import {previewOf} from './overlays/hold-preview.ts';
import type {Ui} from './ui.ts';

/** A key that was on its way before the question stood there is no answer (threats.md T7). */
const readAfterMs = 300;

const orders: readonly PresetChoice[] = ['freeze', 'no-replace', 'quiet', 'one-patient'];

export const liveSessions = (ui: Ui): readonly HoldSession[] =>
	ui
		.services()
		?.holds()
		?.sessions()
		.filter(session => session.view().outcome === null) ?? [];

export const sessionOn = (ui: Ui, group: string | null): HoldSession | undefined =>
	liveSessions(ui).find(session => session.view().group === group && isOn(session.view()));

/** `H`: hold, or release with a preview. */
export const holdOrRelease = (ui: Ui, group: string) => {
	const session = sessionOn(ui, group);
	if (session !== undefined) return openRelease(ui, session, 'stay');
	const {preset} = ui.settings;
	ui.set({
		overlay: {
			kind: 'hold',
			group,
			presets: orders,
			preset,
			previews: {},
			chosen: false,
			problem: null,
			asked: false,
			setHealthy: false,
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
	const holds = ui.services()?.holds() ?? null;
	if (holds === null)
		return problem(ui, group, {message: ours`the hold is still being loaded`, next: [ours`try again`]});
	try {
		const preview = await holds.preview(group, preset, leaseSeconds);
		const overlay = openHold(ui, group);
		if (overlay === null) return;
		const previews = {...overlay.previews, [preset]: preview};
		ui.set({overlay: {...overlay, previews, ...suggested(overlay, preview), paintedAt: null}});
	} catch (error) {
		problem(ui, group, problemOf(error));
	}
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

export const problemOf = (error: unknown): Problem =>
	error instanceof UnflapError
		? {
				message: shown(hostile(error.message)),
				next: [...(error.meaning === undefined ? [] : [error.meaning]), ...error.next].map(text =>
					shown(hostile(text)),
				),
			}
		: {message: shown(hostile(error instanceof Error ? error.message : String(error))), next: []};

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

const wasRead = (ui: Ui, paintedAt: number | null) =>
	paintedAt !== null && ui.processClock.now() - paintedAt >= readAfterMs;

/** Enter in the hold preview. */
export const confirmHold = (ui: Ui, overlay: HoldOverlay) => {
	const preview = previewOf(overlay);
	const {preset} = overlay;
	if (overlay.busy || overlay.problem !== null || preset === 'one-patient' || preview === null) return;
	if (preview.refusal !== null || !wasRead(ui, overlay.paintedAt)) return;
	if (preset === 'quiet' && !overlay.asked)
		return ui.set({overlay: {...overlay, asked: true, paintedAt: null}});
	const holds = ui.services()?.holds() ?? null;
	if (holds === null) return;
	ui.set({overlay: {...overlay, busy: true}});
	const request: HoldRequest = {
		group: overlay.group,
		processes: presetProcesses(preset),
		preset,
		forSeconds: leaseSeconds,
		reason: '',
	};
	void hold(ui, holds, request, overlay);
};

const hold = async (
	ui: Ui,
	holds: Holds,
	request: HoldRequest,
	{group, setHealthy, previews}: HoldOverlay,
) => {
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
	if (setHealthy)
		await markHealthy(
			ui,
			holds,
			Object.values(previews).flatMap(({marked}) => marked),
		);
};

const markHealthy = async (ui: Ui, holds: Holds, ids: readonly string[]) => {
	for (const id of new Set(ids)) {
		try {
			await holds.setHealthy(id);
		} catch (error) {
			ui.toast(problemOf(error).message);
			return;
		}
	}
	ui.services()?.group()?.nudge();
};

// --- release ---------------------------------------------------------------------------------------------------------

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
			askHealthy: null,
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
		return ui.set({overlay: {...overlay, preview: settled.value, paintedAt: null}});
	ui.set({overlay: {...overlay, problem: problemOf(settled.reason), paintedAt: null}});
};

export const typeIntoRelease = (ui: Ui, overlay: ReleaseOverlay, digit: string) => {
	if (overlay.preview === null || overlay.preview.dies === 0 || overlay.busy) return;
	ui.set({overlay: {...overlay, typed: `${overlay.typed}${digit}`.slice(0, 4), hint: null}});
};

/** Enter in the release preview: the count must be right when somebody dies of it. */
export const confirmRelease = (ui: Ui, overlay: ReleaseOverlay) => {
	const {preview, typed, askHealthy, busy, session} = overlay;
	if (session.view().outcome !== null) return closeRelease(ui, overlay);
	if (busy || !wasRead(ui, overlay.paintedAt)) return;
	if (askHealthy !== null) return void setHealthyFirst(ui, overlay, askHealthy);
	if (preview === null && overlay.problem === null) return;
	if (preview !== null && preview.dies > 0 && typed !== String(preview.dies))
		return ui.set({overlay: {...overlay, typed: '', hint: ours`type ${preview.dies}`}});
	ui.set({overlay: {...overlay, busy: true, hint: null}});
	void release(ui, overlay);
};

const release = async (ui: Ui, {session, then}: ReleaseOverlay) => {
	await session.release();
	ui.services()?.group()?.nudge();
	void ui.services()?.fleet.refresh();
	if (then === 'leave') leaveAfterRelease(ui);
};

/** The next hold is asked about; after the last one the screen ends. */
export const leaveAfterRelease = (ui: Ui) => {
	const [next] = liveSessions(ui);
	if (next !== undefined) return openRelease(ui, next, 'leave');
	ui.leave(0);
};

export const closeRelease = (ui: Ui, {askHealthy, then, session}: ReleaseOverlay) => {
	const {overlay} = ui.state();
	if (askHealthy !== null && overlay?.kind === 'release')
		return ui.set({overlay: {...overlay, askHealthy: null}});
	ui.set({overlay: null, leaving: 'no'});
	if (then === 'leave' && session.view().outcome !== null) leaveAfterRelease(ui);
};

/** `h`: asked once more, since it changes AWS. */
export const askHealthy = (ui: Ui, overlay: ReleaseOverlay) => {
	const [first] = overlay.preview?.terminate ?? [];
	if (first === undefined || overlay.busy) return;
	ui.set({overlay: {...overlay, askHealthy: hostile(first.instanceId), paintedAt: null}});
};

const setHealthyFirst = async (ui: Ui, overlay: ReleaseOverlay, instanceId: string) => {
	const holds = ui.services()?.holds() ?? null;
	if (holds === null) return;
	ui.set({overlay: {...overlay, askHealthy: null, preview: null, paintedAt: null}});
	await markHealthy(ui, holds, [instanceId]);
	await readRelease(ui, overlay.session);
};

export const keepHolding = (ui: Ui, overlay: ReleaseOverlay) => {
	overlay.session.extend(extensionSeconds);
	ui.set({overlay: null, leaving: 'no'});
	ui.toast(ours`15 more minutes`);
};
