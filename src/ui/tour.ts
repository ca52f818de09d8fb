/**
 * A tour: the screen plays itself, a line at the bottom explains each step. Its keys go the way of a person's keys, and
 * each step stands on what the step before it brought about: nothing here is timed but the reading.
 */
import {ours} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {press} from './keys/dispatch.ts';
import {releaseAndLeave} from './leaving.ts';
import type {Model} from './model.ts';
import type {Ui} from './ui.ts';

export type TourStep = {
	readonly says: Shown;
	/** Pressed one after the other while the line is already there to read. */
	readonly keys: (model: Model) => readonly string[];
	/** True once that stands on the screen which the line speaks of. */
	readonly until: (model: Model) => boolean;
	/** How long it is left to read after that, in seconds of process time. */
	readonly seconds: number;
};

/** What the bottom row says of the tour. */
export type TourState = {
	readonly step: number;
	readonly steps: number;
	readonly says: Shown;
	readonly paused: boolean;
};

/** How it ended: `taken` when a person took the keys over; `stuck` when a step never came about, with what it waited for. */
export type TourEnd =
	| {readonly kind: 'played'}
	| {readonly kind: 'taken'}
	| {readonly kind: 'stuck'; readonly says: Shown};

export type TourPlayer = {
	/** A person's key: true where the tour takes it. */
	readonly key: (key: string) => boolean;
	readonly play: () => Promise<TourEnd>;
};

const keyEveryMs = 350;
const lookEveryMs = 100;
/** A step that has not come about by then never will. */
const patienceMs = 45_000;

export const createTour = (ui: Ui, steps: readonly TourStep[]): TourPlayer => {
	let taken = false;
	const {processClock} = ui;
	const say = (part: Partial<TourState>) => {
		const {tour} = ui.state();
		if (tour !== null) ui.set({tour: {...tour, ...part}});
	};
	const isPaused = () => ui.state().tour?.paused === true;
	/** Time in which the tour is paused does not count. */
	const rest = async (ms: number) => {
		let left = ms;
		while (!taken && left > 0) {
			const now = processClock.now();
			await processClock.sleep(lookEveryMs);
			if (!isPaused()) left -= processClock.now() - now;
		}
	};
	const comesAbout = async ({until}: TourStep) => {
		let left = patienceMs;
		while (!taken && left > 0) {
			if (!isPaused() && until(ui.model())) return true;
			const now = processClock.now();
			await processClock.sleep(lookEveryMs);
			if (!isPaused()) left -= processClock.now() - now;
		}
		return false;
	};
	const playStep = async (step: TourStep, index: number): Promise<boolean> => {
		ui.set({tour: {step: index + 1, steps: steps.length, says: step.says, paused: false}});
		for (const key of step.keys(ui.model())) {
			await rest(keyEveryMs);
			if (taken) return true;
			press(ui, key);
		}
		const came = await comesAbout(step);
		await rest(step.seconds * 1000);
		return came || taken;
	};
	return {
		key: key => {
			if (taken || ui.state().tour === null) return false;
			// Leaving goes the usual way, with the release that belongs to it.
			if (key === 'ctrl-c' || key === 'ctrl-z') return false;
			if (key === 'space') say({paused: !isPaused()});
			else if (key === 'esc' || key === 'q') {
				taken = true;
				ui.set({tour: null});
				ui.toast(ours`the tour is over: the keys are yours, ? lists them`);
			} else ui.toast(ours`the tour plays by itself: space pauses it, esc gives you the keys`);
			return true;
		},
		play: async () => {
			for (const [index, step] of steps.entries()) {
				const came = await playStep(step, index);
				if (taken) return {kind: 'taken'};
				if (!came) return {kind: 'stuck', says: step.says};
			}
			return {kind: 'played'};
		},
	};
};

/** After the last step everything is given back, whatever became of the step before it. */
export const leaveAfterTour = async (ui: Ui, end: TourEnd): Promise<void> => {
	if (end.kind === 'taken') return;
	await releaseAndLeave(ui, end.kind === 'played' ? 0 : 1);
};
