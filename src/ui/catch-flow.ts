/** From C to a box: what the catch will do is read first, a key that was read after it arms it, and the box is offered. */
import type {Group} from '../aws/types.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import type {CatchNews} from '../hold/catch-news.ts';
import {presetProcesses} from '../hold/processes.ts';
import type {HoldRequest} from '../hold/types.ts';
import type {CatchOverlay} from './app-state.ts';
import {shortId} from './format.ts';
import {loadedHolds} from './hold-flow.ts';
import {tellNews} from './hold-news.ts';
import {usualSeconds} from './lease.ts';
import {goTo} from './navigate.ts';
import {problemOf} from './problem.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

/** `C`: arms a catch after a preview, or ends the one that is armed. */
export const catchOrEnd = (ui: Ui, group: Hostile) => {
	const catches = ui.services()?.catches;
	const armed = catches?.views().find(view => view.group === group);
	if (armed === undefined) return openCatch(ui, group);
	catches?.disarm(group);
	ui.toast(
		armed.box === null
			? ours`${shown(group)} is waited for no more`
			: ours`${shortId(hostile(armed.box.instanceId))} is let go: no more heartbeats`,
	);
};

export const openCatch = (ui: Ui, group: Hostile) => {
	ui.set({
		overlay: {kind: 'catch', group, read: null, hold: false, preview: null, problem: null, paintedAt: null},
	});
	void read(ui, group);
};

const openOn = (ui: Ui, group: Hostile): CatchOverlay | null => {
	const {overlay} = ui.state();
	return overlay?.kind === 'catch' && overlay.group === group ? overlay : null;
};

const read = async (ui: Ui, name: Hostile): Promise<void> => {
	const aws = ui.services()?.aws;
	if (aws === undefined) return;
	try {
		const [groups, hooks] = await Promise.all([aws.polling.groups({names: [name]}), aws.polling.hooks(name)]);
		const group = groups.find(one => one.name === name);
		if (group === undefined) throw new Error('there is no group of exactly this name any more');
		const radius = await readBlastRadius(aws, {group});
		const overlay = openOn(ui, name);
		if (overlay === null) return;
		const launchHooks = hooks.filter(({transition}) => transition.endsWith('EC2_INSTANCE_LAUNCHING'));
		ui.set({overlay: {...overlay, read: {group, launchHooks, radius}, paintedAt: null}});
	} catch (error) {
		const overlay = openOn(ui, name);
		if (overlay !== null) ui.set({overlay: {...overlay, problem: problemOf(error)}});
	}
};

/** `h`: with a hold, whose preview then stands beside. */
export const toggleCatchHold = (ui: Ui, overlay: CatchOverlay) => {
	ui.set({overlay: {...overlay, hold: !overlay.hold, paintedAt: null}});
	if (!overlay.hold && overlay.preview === null) void readHold(ui, overlay.group);
};

const readHold = async (ui: Ui, group: Hostile): Promise<void> => {
	const holds = await loadedHolds(ui);
	if (holds === null) return notLoaded(ui, group);
	const [settled] = await Promise.allSettled([holds.preview(group, 'freeze', usualSeconds)]);
	const overlay = openOn(ui, group);
	if (overlay === null) return;
	if (settled.status === 'rejected')
		return ui.set({overlay: {...overlay, hold: false, problem: problemOf(settled.reason)}});
	ui.set({overlay: {...overlay, preview: settled.value, paintedAt: null}});
};

const notLoaded = (ui: Ui, group: Hostile): void => {
	const overlay = openOn(ui, group);
	if (overlay !== null) ui.set({overlay: {...overlay, hold: false}});
	ui.toast(ours`the hold is still being loaded: try again`);
};

/** Enter: arms it, once all that was asked stood on the screen. */
export const confirmCatch = (ui: Ui, overlay: CatchOverlay) => {
	const {read: facts, hold, preview, problem} = overlay;
	if (facts === null || problem !== null || !wasRead(ui, overlay.paintedAt)) return;
	if (hold && (preview === null || preview.refusal !== null)) return;
	const services = ui.services();
	const holds = services?.holds() ?? null;
	if (services === null || holds === null) return ui.toast(ours`the hold is still being loaded: try again`);
	services.catches.arm({
		holds,
		group: facts.group,
		hasLaunchHook: facts.launchHooks.length > 0,
		hold: hold ? holdOf(facts.group) : null,
		now: ui.model().now,
	});
	ui.set({overlay: null});
	ui.toast(ours`waiting for the next box of ${shown(overlay.group)}; C ends it`);
};

const holdOf = ({name}: Group): HoldRequest => ({
	group: name,
	processes: presetProcesses('freeze'),
	preset: 'freeze',
	forSeconds: usualSeconds,
	reason: 'catch',
	net: 'fuse',
	interactive: true,
});

const bell = '\u0007';

/** What a catch says; its box opens by itself where nothing else is open. */
export const hearCatch = (ui: Ui, group: Hostile, news: CatchNews) => {
	const name = shown(group);
	if (news.event === 'caught') {
		ui.write(bell);
		tellNews(ui, ours`caught ${shortId(hostile(news.instanceId))} of ${name}: it is pinned`);
		return offer(ui, group, news.instanceId);
	}
	if (news.event === 'state' && news.to.startsWith('Terminating')) {
		ui.write(bell);
		return tellNews(
			ui,
			ours`${shortId(hostile(news.instanceId))} of ${name} is dying (${shown(hostile(news.to))})`,
		);
	}
	if (news.event === 'hold-begins') tellNews(ui, ours`holding ${name}: a hold keeps the caught box now`);
	if (news.event === 'let-go' && news.why === 'time')
		tellNews(ui, ours`${shortId(hostile(news.instanceId))} of ${name}: its hour is over, heartbeats end`);
	if (news.event === 'warning') tellNews(ui, ours`catch of ${name}: ${shown(news.message)}`);
};

/** A person who types or reads something is not taken away from it. */
const offer = (ui: Ui, group: Hostile, instanceId: string) => {
	const {overlay, field} = ui.state();
	const {screen, group: here} = ui.model().place;
	const isElsewhere = screen !== 'fleet' && (screen !== 'group' || here !== group);
	if (overlay === null && field === null && !isElsewhere) goTo(ui, {screen: 'boot', group, box: instanceId});
};
