/** From x to a unit that runs again: whom it touches and what is done stand there first, and a key that was read after it. */
import {UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile, Shown} from '../base/text.ts';
import {isWell, retried, runsOf} from '../boot/retried.ts';
import type {Boot} from '../boot/types.ts';
import {unitsToStart} from '../boot/units-to-start.ts';
import {readBlastRadius} from '../hold/blast-radius.ts';
import {retryUnit} from '../stream/retry-unit.ts';
import type {RetryOverlay} from './app-state.ts';
import {shortId} from './format.ts';
import {tellNews} from './hold-news.ts';
import {boxOf} from './model.ts';
import {problemOf} from './problem.ts';
import type {Ui} from './ui.ts';
import {wasRead} from './was-read.ts';

type Wanted = {readonly instanceId: string; readonly group: Hostile | null; readonly unit: Hostile};

/** `x`. */
export const openRetry = (ui: Ui, {instanceId, group, unit}: Wanted, boot: Boot) => {
	ui.set({
		overlay: {
			kind: 'retry',
			instanceId,
			group,
			unit,
			orphans: unitsToStart(boot, unit),
			radius: null,
			problem: null,
			paintedAt: null,
		},
	});
	void readWhom(ui, group, instanceId);
};

const openOn = (ui: Ui, instanceId: string): RetryOverlay | null => {
	const {overlay} = ui.state();
	return overlay?.kind === 'retry' && overlay.instanceId === instanceId ? overlay : null;
};

const readWhom = async (ui: Ui, name: Hostile | null, instanceId: string): Promise<void> => {
	const aws = ui.services()?.aws;
	if (aws === undefined) return;
	try {
		const groups = name === null ? [] : await aws.polling.groups({names: [name]});
		const group = groups.find(one => one.name === name);
		const says =
			group === undefined
				? `${instanceId} is in no Auto Scaling group`
				: (await readBlastRadius(aws, {group, instanceId})).says;
		const overlay = openOn(ui, instanceId);
		if (overlay !== null) ui.set({overlay: {...overlay, radius: says, paintedAt: null}});
	} catch (error) {
		const overlay = openOn(ui, instanceId);
		if (overlay !== null) ui.set({overlay: {...overlay, problem: problemOf(error)}});
	}
};

/** Enter. What happens then is seen in the waterfall, run by run. */
export const confirmRetry = (ui: Ui, overlay: RetryOverlay) => {
	if (overlay.radius === null || overlay.problem !== null || !wasRead(ui, overlay.paintedAt)) return;
	ui.set({overlay: null, selected: {...ui.state().selected, unit: overlay.unit}});
	ui.toast(ours`${shown(overlay.unit)} runs again on ${shortId(hostile(overlay.instanceId))}`);
	void run(ui, overlay);
};

const run = async (ui: Ui, {instanceId, unit, orphans}: RetryOverlay): Promise<void> => {
	const services = ui.services();
	if (services === null) return;
	const boot = () => boxOf(ui.model(), instanceId)?.boot ?? null;
	const units = [unit, ...orphans];
	const runs = new Map(units.map(name => [name, runsOf(boot(), name)]));
	let words: Hostile = '';
	let jobs = 0;
	try {
		const end = await retryUnit({
			aws: services.aws,
			instanceId,
			unit,
			orphans,
			processClock: ui.processClock,
			stateFolder: ui.settings.paths.state,
			onJob: ({status}) => {
				if (status === 0) jobs += 1;
			},
			onWords: line => {
				words ||= line;
			},
			signal: new AbortController().signal,
		});
		// The journal says a moment later what the manager has said already.
		await ui.processClock.sleep(journalMs);
		const now = boot();
		const isDone = end.kind === 'exited' && jobs === units.length;
		const well = now !== null && units.every(name => isWell(retried(now, name, runs.get(name) ?? 0)));
		tellNews(ui, outcome({unit, orphans, instanceId}, isDone && well, words));
	} catch (error) {
		if (!(error instanceof UnflapError)) throw error;
		tellNews(ui, ours`${shown(unit)} could not be run again: ${shown(error.message)}`);
	}
};

const journalMs = 2500;

const outcome = (
	{unit, orphans, instanceId}: Pick<RetryOverlay, 'unit' | 'orphans' | 'instanceId'>,
	well: boolean,
	words: Hostile,
): Shown => {
	const box = shortId(hostile(instanceId));
	if (well)
		return orphans.length === 0
			? ours`${shown(unit)} is well on ${box}`
			: ours`${shown(unit)} is well on ${box}, and so is what it had cancelled`;
	return ours`${shown(unit)} is not well yet on ${box}${words === '' ? ours`` : ours`: ${shown(words)}`}`;
};
