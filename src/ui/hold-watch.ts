/**
 * What is watched for whoever holds: nobody at the keys for 30 minutes, the last five minutes of a hold, a hold that asks
 * something. Called every second and with every key; rings the bell.
 */
import type {AwsMs} from '../base/clock.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {HoldSession} from '../hold/types.ts';
import {formatCountdown} from './format.ts';
import {liveSessions} from './sessions.ts';
import type {Ui} from './ui.ts';

export type HoldWatch = {
	/** A key arrived. True where it only woke the screen, and is to do nothing else. */
	readonly key: () => boolean;
	readonly tick: () => void;
};

/** AWS seconds without a key, as hold.md says; then one more minute before leases are renewed no more. */
const idleSeconds = 30 * 60;
const warnedSeconds = 60;
const lastMs = 5 * 60_000;
const bell = '\u0007';

export const createHoldWatch = (ui: Ui): HoldWatch => {
	let keyAt = ui.processClock.now();
	/** Ends that were warned of, per hold: a hold that was extended is warned of again. */
	const warnedOf = new Map<string, AwsMs>();
	const askedOf = new Map<string, string>();
	const held = () => liveSessions(ui).filter(session => session.view().phase === 'held');
	return {
		key: () => {
			keyAt = ui.processClock.now();
			const {idle} = ui.state();
			if (idle === 'no') return false;
			if (idle === 'not-renewing') for (const session of held()) session.renewals(true);
			ui.set({idle: 'no'});
			ui.toast(ours`welcome back: leases are renewed again`);
			return true;
		},
		tick: () => {
			const sessions = held();
			lookAtKeys(ui, sessions, keyAt);
			for (const session of sessions) {
				lookAtEnd(ui, session, warnedOf);
				lookAtQuestion(ui, session, askedOf);
			}
		},
	};
};

const lookAtKeys = (ui: Ui, sessions: readonly HoldSession[], keyAt: number) => {
	const {idle} = ui.state();
	if (sessions.length === 0) return idle === 'no' ? undefined : ui.set({idle: 'no'});
	const seconds = ((ui.processClock.now() - keyAt) / 1000) * ui.model().rate;
	if (idle === 'no' && seconds >= idleSeconds) {
		ui.write(bell);
		ui.set({idle: 'warned'});
		ui.toast(ours`no key for 30 minutes: leases are soon renewed no more; any key goes on`);
	}
	if (idle === 'warned' && seconds >= idleSeconds + warnedSeconds) {
		ui.write(bell);
		for (const session of sessions) session.renewals(false);
		ui.set({idle: 'not-renewing'});
	}
};

/** Five minutes before the end: the bell, and who will die of it. */
const lookAtEnd = (ui: Ui, session: HoldSession, warnedOf: Map<string, AwsMs>) => {
	const {holdId, group, until} = session.view();
	const left = until - ui.model().now;
	if (left > lastMs || left <= 0 || warnedOf.get(holdId) === until) return;
	warnedOf.set(holdId, until);
	ui.write(bell);
	ui.toast(
		ours`${shown(hostile(group))} ends in ${formatCountdown(left / 1000)}: + keeps it 15 minutes longer`,
	);
	void readDying(ui, session);
};

const readDying = async (ui: Ui, session: HoldSession) => {
	const [settled] = await Promise.allSettled([session.releasePreview()]);
	// What could not be read is said where the release preview is: here nobody is named.
	if (settled.status === 'rejected') return;
	const {terminate, judge} = settled.value;
	const ids = [...terminate, ...judge].map(({instanceId}) => hostile(instanceId));
	ui.set({dying: {...ui.state().dying, [session.view().holdId]: ids}});
};

/** The question opens by itself only where nothing else is open. */
const lookAtQuestion = (ui: Ui, session: HoldSession, askedOf: Map<string, string>) => {
	const {holdId, group, question} = session.view();
	if (question === null) return askedOf.delete(holdId);
	if (askedOf.get(holdId) === question) return;
	askedOf.set(holdId, question);
	ui.write(bell);
	const {overlay, field} = ui.state();
	if (overlay === null && field === null)
		return ui.set({overlay: {kind: 'question', session, paintedAt: null}});
	ui.toast(ours`${shown(hostile(group))} asks whether to go on: H answers`);
};
