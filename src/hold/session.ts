/** One hold of this process: the pure core driven against AWS, the ledger and a guardian, and what is seen of it. */
import {randomBytes} from 'node:crypto';
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {newHold, takenUpHold} from './core.ts';
import {createDriver} from './core-driver.ts';
import type {Told} from './core-events.ts';
import {leaveTo} from './core-leave.ts';
import type {CoreOutcome, HoldFacts, HoldState, LedgerPhase, Ownership} from './core-state.ts';
import type {Fuses} from './fuse.ts';
import type {Guardian, WarmGuardian} from './guardian-process.ts';
import type {Ledger} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {ownersOf} from './other-owners.ts';
import {createPerform, seenGroup} from './perform.ts';
import {type MachineIdentity, type ProcessIdentity, readProcess} from './process-identity.ts';
import {isScalingProcess} from './processes.ts';
import {type ReleasePreviewInputs, readRelease} from './release-preview.ts';
import {endEvent, eventOf, incomplete, outcomeOf, viewOf} from './session-view.ts';
import {newTokenSeed} from './token-seed.ts';
import type {HoldEvent, HoldOutcome, HoldRequest, HoldSession, HoldView} from './types.ts';

/** Where a hold runs; `prepare` finds out, or refuses with an UnflapError. */
export type SessionGround = {
	readonly ledger: Ledger;
	readonly place: HoldPlace;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
};

/** A hold whose guardian kept it for a lost terminal. */
export type TakenUp = {
	readonly entry: LedgerEntry;
	/** The new guardian is up: the old one may go. */
	readonly letGo: () => Promise<void>;
};

export type SessionOptions = {
	readonly request: HoldRequest;
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly owner: string;
	readonly leaseMs: number;
	readonly fuses: Fuses;
	/** The fuse acts as a role of its own: the user's credentials may expire before it. */
	readonly fuseHasRole: boolean;
	/** Throws where no hold can be started at all: before anything is. */
	readonly refuse: () => void;
	readonly prepare: (group: string) => Promise<SessionGround>;
	/** Starts at once, beside the preflight. */
	readonly warmGuardian: () => WarmGuardian;
	readonly onChange: () => void;
	readonly takenUp?: TakenUp;
};

const patienceMs = 180_000;
/** AWS time. */
const credentialsEveryMs = 60_000;

export const createSession = (options: SessionOptions): HoldSession => {
	const {request, aws, processClock, takenUp} = options;
	const holdId = takenUp?.entry.holdId ?? randomBytes(4).toString('hex');
	const listeners = new Set<() => void>();
	const eventListeners = new Set<(event: HoldEvent) => void>();
	const settled = Promise.withResolvers<HoldView>();
	const done = Promise.withResolvers<HoldOutcome>();
	const fallbackUntil = aws.clock.now() + request.forSeconds * 1000;
	let ground: SessionGround | null = null;
	let warm: WarmGuardian | null = null;
	let guardian: Guardian | null = null;
	let group: Group | null = null;
	let warnings: readonly string[] = [];
	let outcome: HoldOutcome | null = null;
	let handedOver = false;
	let shown: HoldView | null = null;

	const driver = createDriver({
		state: initialState(),
		perform: createPerform({
			aws,
			fuses: options.fuses,
			processClock,
			group: request.group,
			holdId,
			note,
			removeNote,
			startGuardian,
			onGroup: seen => {
				group = seen;
			},
			clearsBroken: true,
		}),
		awsClock: aws.clock,
		processClock,
		onTold,
		onFinish,
		onChange: changed,
	});

	void begin();

	function initialState(): HoldState {
		const facts: HoldFacts = {
			holdId,
			group: request.group,
			owner: options.owner,
			reason: request.reason,
			aim: request.processes,
			forMs: request.forSeconds * 1000,
			leaseMs: options.leaseMs,
			patienceMs,
			net: request.net,
			tokenSeed: newTokenSeed(),
			interactive: request.interactive ?? false,
			adopt: request.adopt ?? [],
		};
		if (takenUp === undefined) return newHold(facts);
		return takenUpHold(facts, takenUp.entry.own, takenUp.entry.own.since);
	}

	/** The guardian loads while the preflight runs: the hold waits for the slower of the two, not for both. */
	async function begin() {
		try {
			options.refuse();
			warm = options.warmGuardian();
			ground = await options.prepare(request.group);
			await sayCredentials();
			driver.send(takenUp === undefined ? {on: 'begin'} : {on: 'take-up'});
		} catch (error) {
			conclude({
				kind: 'refused',
				message: error instanceof Error ? error.message : 'the hold could not be prepared',
				next: error instanceof UnflapError ? error.next : [],
				clean: true,
			});
		}
	}

	function entryOf(phase: LedgerPhase, own: Ownership): LedgerEntry {
		if (ground === null) throw new Error('A hold notes nothing before it is prepared');
		const {place, machine, self} = ground;
		const {group: name, reason} = request;
		const known = guardian?.identity ?? null;
		return {
			version: 3,
			holdId,
			place,
			group: name,
			machine,
			owner: options.owner,
			reason,
			phase,
			own,
			process: self,
			guardian: known,
			linger: null,
		};
	}

	/** The guardian hears it first: it must know more than the ledger, never less. */
	async function note(phase: LedgerPhase, own: Ownership) {
		const entry = entryOf(phase, own);
		const leaseMs = Math.max(0, (own.leaseUntil - aws.clock.now()) / aws.clock.rate);
		if (guardian !== null) await tellGuardian(guardian, entry, leaseMs);
		await ground?.ledger.write(entry);
	}

	async function tellGuardian(current: Guardian, entry: LedgerEntry, leaseMs: number) {
		try {
			await current.tell(entry, leaseMs);
		} catch (error) {
			// Without its guardian nothing goes on, except the release, which is why it is there.
			if (driver.state().release === null) throw error;
		}
	}

	async function removeNote() {
		await ground?.ledger.remove(holdId);
	}

	async function startGuardian() {
		if (ground === null) throw new Error('A guardian needs a prepared hold');
		const {own, heldAt} = driver.state();
		const phase = heldAt === null ? 'intent' : 'held';
		// One that failed, or was lost, is started anew.
		const started = warm ?? options.warmGuardian();
		warm = null;
		const current = await started.ready;
		guardian = current;
		await note(phase, own);
		current.onLost(() => {
			if (guardian !== current) return;
			guardian = null;
			driver.send({on: 'guardian-lost'});
		});
		void renewCredentials(current);
		await takenUp?.letGo();
		// The core does not listen for the loss of a guardian whose start it still waits for: this answer says it.
		if (guardian !== current) throw new Error('it ended as it began');
	}

	/** What a fuse is armed with ends with the user's own credentials, unless it has a role. */
	async function sayCredentials() {
		const {expiration} = await aws.credentials();
		driver.send({on: 'credentials', until: options.fuseHasRole ? null : (expiration ?? null)});
	}

	async function renewCredentials(current: Guardian) {
		let last = '';
		while (guardian === current && outcome === null) {
			try {
				const credentials = await aws.credentials();
				const text = JSON.stringify(credentials);
				if (last !== '' && text !== last) await current.renewCredentials(credentials);
				if (text !== last) await sayCredentials();
				last = text;
			} catch (error) {
				// The calls of the hold fail for the same reason and say so; here it is tried again later.
				if (!(error instanceof Error)) throw error;
			}
			await processClock.sleep(Math.max(1000, credentialsEveryMs / aws.clock.rate));
		}
	}

	function onTold(told: Told, state: HoldState) {
		const event = eventOf(told, state);
		if (event.event === 'warning') warnings = [...warnings, event.message].slice(-20);
		emit(event);
	}

	function onFinish(result: CoreOutcome, state: HoldState) {
		conclude(outcomeOf({outcome: result, state, at: aws.clock.now()}, aws.facts));
	}

	function conclude(result: HoldOutcome) {
		if (outcome !== null) return;
		outcome = result.kind === 'incomplete' ? {...result, guardian: guardian !== null} : result;
		driver.stop();
		warm?.cancel();
		emit(endEvent(outcome));
		changed();
		void leaveGuardian(outcome).then(() => outcome && done.resolve(outcome));
	}

	/** Incomplete: the guardian goes on where we gave up. */
	async function leaveGuardian(result: HoldOutcome) {
		const current = guardian;
		guardian = null;
		if (current === null) return;
		if (result.kind === 'incomplete') current.letRelease();
		else
			await current.dismiss().catch(() => {
				// It is gone already, and there was nothing left for it to do.
			});
	}

	function handOver(): HoldOutcome {
		if (outcome !== null) return outcome;
		handedOver = true;
		driver.stop();
		const left = incomplete(request.group, driver.state().own.wanted, aws.facts);
		conclude(left);
		return outcome ?? left;
	}

	/** Only a hold that stands is kept: one that is not there yet, or is being given back, is given back. */
	async function linger(ms: number): Promise<HoldOutcome> {
		const current = guardian;
		const {release: releasing, heldAt} = driver.state();
		if (outcome !== null || current === null || releasing !== null || heldAt === null || ms <= 0)
			return handOver();
		driver.stop();
		await current.letLinger(ms, 'the terminal of the hold was lost').catch(() => {
			// It ended this moment: the fuse is left, and the next start of unflap.
		});
		return handOver();
	}

	/** Later, so that a listener that throws cannot keep a command of the core from being carried out. */
	function emit(event: HoldEvent) {
		for (const listener of eventListeners) queueMicrotask(() => listener(event));
	}

	function changed() {
		shown = null;
		const current = view();
		if (current.phase === 'held' || current.outcome !== null) settled.resolve(current);
		for (const listener of [...listeners, options.onChange]) queueMicrotask(listener);
	}

	function view(): HoldView {
		shown ??= viewOf({
			state: driver.state(),
			group,
			others: group === null ? [] : ownersOf(group, holdId),
			warnings,
			outcome,
			handedOver,
			fallbackUntil,
			fuseHasRole: options.fuseHasRole,
		});
		return shown;
	}

	function release({alsoResume = []}: {readonly alsoResume?: readonly string[]} = {}): Promise<HoldOutcome> {
		if (ground === null) conclude({kind: 'refused', message: 'ended before it began', next: [], clean: true});
		else
			driver.send({
				on: 'release',
				why: 'asked',
				message: 'asked for',
				alsoResume: alsoResume.filter(isScalingProcess),
			});
		return done.promise;
	}

	return {
		view,
		subscribe: listener => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		onEvent: listener => {
			eventListeners.add(listener);
		},
		settled: settled.promise,
		extend: seconds => driver.send({on: 'extend', ms: seconds * 1000}),
		releasePreview: () => readRelease({aws, ...previewInputs()}),
		release,
		answer: goOn => driver.send({on: 'answer', goOn}),
		renewals: allowed => driver.send({on: 'renewals', allowed}),
		handOver,
		linger,
		done: done.promise,
		accompany: async pid => {
			const companion = await readProcess(pid);
			if (companion !== undefined) await guardian?.accompany(companion);
		},
	};

	function previewInputs(): ReleasePreviewInputs {
		const state = driver.state();
		const {wanted, baseline, changed: changedByOther} = state.own;
		const leftToOthers = (seen: Group) => {
			const {backed, unbacked} = leaveTo(state, seenGroup(seen));
			return [...backed, ...unbacked];
		};
		return {group: request.group, holdId, wanted, baseline, changedByOther, leftToOthers};
	}
};
