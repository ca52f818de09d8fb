/** One hold of this process: the pure core driven against AWS, the ledger and a guardian, and what is seen of it. */
import {randomBytes} from 'node:crypto';
import type {Aws, Group} from '../aws/types.ts';
import type {ProcessClock} from '../base/clock.ts';
import {UnflapError} from '../base/errors.ts';
import {newHold} from './core.ts';
import {createDriver} from './core-driver.ts';
import type {CoreOutcome, HoldState, LedgerPhase, Ownership, Told} from './core-state.ts';
import type {Guardian} from './guardian-process.ts';
import type {Ledger} from './ledger.ts';
import type {HoldPlace, LedgerEntry} from './ledger-entry.ts';
import {ownersOf} from './other-owners.ts';
import {createPerform} from './perform.ts';
import {type MachineIdentity, type ProcessIdentity, readProcess} from './process-identity.ts';
import {type ReleasePreviewInputs, readRelease} from './release-preview.ts';
import {endEvent, incomplete, outcomeOf, viewOf} from './session-view.ts';
import type {HoldEvent, HoldOutcome, HoldRequest, HoldSession, HoldView} from './types.ts';

/** Where a hold runs; `prepare` finds out, or refuses with an UnflapError. */
export type SessionGround = {
	readonly ledger: Ledger;
	readonly place: HoldPlace;
	readonly machine: MachineIdentity;
	readonly self: ProcessIdentity;
	readonly startGuardian: (entry: LedgerEntry, onLost: () => void) => Promise<Guardian>;
};

export type SessionOptions = {
	readonly request: HoldRequest;
	readonly aws: Aws;
	readonly processClock: ProcessClock;
	readonly owner: string;
	readonly leaseMs: number;
	readonly prepare: (group: string) => Promise<SessionGround>;
	readonly onChange: () => void;
};

const patienceMs = 180_000;
const credentialsEveryMs = 60_000;

export const createSession = (options: SessionOptions): HoldSession => {
	const {request, aws, processClock} = options;
	const holdId = randomBytes(4).toString('hex');
	const listeners = new Set<() => void>();
	const eventListeners = new Set<(event: HoldEvent) => void>();
	const settled = Promise.withResolvers<HoldView>();
	const done = Promise.withResolvers<HoldOutcome>();
	const fallbackUntil = aws.clock.now() + request.forSeconds * 1000;
	let ground: SessionGround | null = null;
	let guardian: Guardian | null = null;
	let group: Group | null = null;
	let warnings: readonly string[] = [];
	let outcome: HoldOutcome | null = null;
	let handedOver = false;
	let shown: HoldView | null = null;

	const driver = createDriver({
		state: newHold({
			holdId,
			group: request.group,
			owner: options.owner,
			reason: request.reason,
			aim: request.processes,
			forMs: request.forSeconds * 1000,
			leaseMs: options.leaseMs,
			patienceMs,
		}),
		perform: createPerform({
			aws,
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

	async function begin() {
		try {
			ground = await options.prepare(request.group);
			driver.send({on: 'begin'});
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
			version: 1,
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
		};
	}

	/** The guardian hears it first: it must know more than the ledger, never less. */
	async function note(phase: LedgerPhase, own: Ownership) {
		const entry = entryOf(phase, own);
		const leaseMs = Math.max(0, (own.leaseUntil - aws.clock.now()) / aws.clock.rate);
		if (guardian !== null && driver.state().release === null) await guardian.tell(entry, leaseMs);
		await ground?.ledger.write(entry);
	}

	async function removeNote() {
		await ground?.ledger.remove(holdId);
	}

	async function startGuardian() {
		if (ground === null) throw new Error('A guardian needs a prepared hold');
		const {own, heldAt} = driver.state();
		const phase = heldAt === null ? 'intent' : 'held';
		guardian = await ground.startGuardian(entryOf(phase, own), () => {
			guardian = null;
			driver.send({on: 'guardian-lost'});
		});
		await note(phase, own);
		void renewCredentials(guardian);
	}

	async function renewCredentials(current: Guardian) {
		let last = '';
		while (guardian === current && outcome === null) {
			try {
				const credentials = await aws.credentials();
				const text = JSON.stringify(credentials);
				if (last !== '' && text !== last) await current.renewCredentials(credentials);
				last = text;
			} catch (error) {
				// The calls of the hold fail for the same reason and say so; here it is tried again later.
				if (!(error instanceof Error)) throw error;
			}
			await processClock.sleep(credentialsEveryMs);
		}
	}

	function onTold(told: Told, state: HoldState) {
		const iso = (ms: number) => new Date(ms).toISOString();
		if (told.tell === 'held') {
			const {wanted, baseline, end} = state.own;
			emit({event: 'held', holdId, group: request.group, suspended: wanted, baseline, until: iso(end)});
		} else if (told.tell === 'renewed') emit({event: 'renewed', until: iso(state.own.leaseUntil)});
		else if (told.tell === 'repaired')
			emit({event: 'repaired', processes: told.processes, message: told.message});
		else {
			warnings = [...warnings, told.message].slice(-20);
			emit({event: 'warning', message: told.message});
		}
	}

	function onFinish(result: CoreOutcome, state: HoldState) {
		conclude(outcomeOf({outcome: result, state, at: aws.clock.now()}, aws.facts));
	}

	function conclude(result: HoldOutcome) {
		if (outcome !== null) return;
		outcome = result.kind === 'incomplete' ? {...result, guardian: guardian !== null} : result;
		driver.stop();
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
		const {own} = driver.state();
		driver.stop();
		conclude(incomplete(request.group, own.wanted, aws.facts));
		return outcome ?? incomplete(request.group, own.wanted, aws.facts);
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
		});
		return shown;
	}

	function release(): Promise<HoldOutcome> {
		if (ground === null) conclude({kind: 'refused', message: 'ended before it began', next: [], clean: true});
		else driver.send({on: 'release', why: 'asked', message: 'asked for'});
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
		handOver,
		done: done.promise,
		accompany: async pid => {
			const companion = await readProcess(pid);
			if (companion !== undefined) await guardian?.accompany(companion);
		},
	};

	function previewInputs(): ReleasePreviewInputs {
		const {own} = driver.state();
		return {group: request.group, holdId, wanted: own.wanted, joined: own.joined, baseline: own.baseline};
	}
};
