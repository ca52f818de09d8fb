/**
 * hold.md's oracle. Expected is the set at the start and what third parties did to it, replayed alone. At the end the
 * suspended set equals it, and on the way no suspension of somebody else's is ever resumed by us. `undecided` are the
 * processes of which nobody could have told whose suspension it was.
 */
import type {ScalingProcess} from '../../../src/aws/types.ts';
import type {AwsModel} from './aws-model.ts';
import type {Actor, Holder} from './holder.ts';
import type {Run, RunsModel} from './runs-model.ts';

export type Resume = {
	readonly hold: string;
	readonly who: Actor;
	readonly processes: readonly ScalingProcess[];
	/** The moment of which the caller last read; 0 for a resume that arrives late. */
	readonly lastRead: number;
};

export type OracleOptions = {
	readonly aws: AwsModel;
	readonly runs: RunsModel;
	readonly holders: () => readonly Holder[];
	readonly initial: readonly string[];
	readonly now: () => number;
	/** Nothing goes wrong in this schedule: then no hold ends another one's. */
	readonly isQuiet: boolean;
	/** Every call works. */
	readonly isFaultless: boolean;
	/** Every call works, and nothing is queued, full or contended. */
	readonly isSmooth: boolean;
	/** Nobody answers when the hold asks. */
	readonly isUnattended: (hold: string) => boolean;
};

export type Oracle = {
	readonly expected: Set<string>;
	readonly undecided: Set<string>;
	readonly violations: string[];
	/** A Suspend of ours is about to be applied. */
	readonly beforeSuspend: (hold: string, process: string) => void;
	readonly resumeByHold: (resume: Resume) => void;
	readonly resumeByFuse: (run: Run) => void;
	/** Every SuspendProcesses, at the moment of sending: hold.md's rule. */
	readonly sendsSuspend: (call: {
		readonly hold: string;
		readonly who: Actor;
		readonly processes: readonly ScalingProcess[];
	}) => void;
	readonly deletesTag: (hold: string, who: Actor) => void;
	/** `late`: sent some time ago, before a release perhaps. */
	readonly stopsFuse: (hold: string, who: Actor, executionId: string, late: boolean) => void;
	readonly arms: (hold: string, who: Actor, deadline: number) => void;
	/** Every read of the loop: a held hold has a fuse, or gets one within a minute. */
	readonly looks: (hold: string, who: Actor) => void;
	readonly endedByHand: (hold: string) => void;
	/** Somebody stopped its fuses: with the tag rewritten as well, nothing confirms its entry any more. */
	readonly sabotaged: (hold: string) => void;
	/** A hold says that nothing of it is left. */
	readonly finished: (hold: string) => void;
	readonly suspendByThird: (process: string) => void;
	readonly resumeByThird: (process: string) => void;
	readonly judge: () => void;
};

export const createOracle = ({aws, runs, holders, initial, now, ...options}: OracleOptions): Oracle => {
	const expected = new Set<string>(initial);
	const undecided = new Set<string>();
	const takenBack = new Set<string>();
	const violations: string[] = [];
	const handEnded = new Map<string, number>();
	const repairs = new Map<string, number[]>();
	const withoutNet = new Set<string>();
	const lastSuspend = new Map<string, number>();

	return {
		expected,
		undecided,
		violations,
		beforeSuspend: (hold, process) => {
			const known = aws.suspended().get(process);
			if (known?.owner !== 'third') return;
			// Another was faster by less than our clock can tell apart, or two holds cannot tell whose it is.
			if (!isClose(process, known.since) && !isShared(hold, process, known.since)) return;
			aws.mark(process, 'either');
			undecided.add(process);
		},
		resumeByHold: resume => {
			byAStranger(resume);
			if (options.isQuiet) underALiveHold(resume);
			if (options.isFaultless) afterTheFuse(resume);
			for (const process of resume.processes) {
				const known = aws.suspended().get(process);
				const owner = aws.resume(process, now());
				if (owner === 'either') undecided.add(process);
				if (owner !== 'third' || known === undefined) continue;
				// Suspended after the last read that came through: nobody can have seen it.
				const isUnseen = known.since >= resume.lastRead - 1000;
				if (isUnseen || isClose(process, known.since) || isShared(resume.hold, process, known.since))
					undecided.add(process);
				else violations.push(`hold ${resume.hold[0]} resumed ${process}, which somebody else had suspended`);
			}
		},
		resumeByFuse: run => {
			for (const process of run.processes) {
				const known = aws.suspended().get(process);
				const owner = aws.resume(process, now());
				if (owner === 'either') undecided.add(process);
				if (owner !== 'third' || known === undefined) continue;
				// A fuse cannot tell what was suspended anew after it was armed; the safety page says so.
				const isLater = known.since >= Math.min(run.startedAt, run.knownAt) - 1000;
				const isExcused =
					isLater ||
					isClose(process, known.since) ||
					isShared(run.holdId, process, known.since) ||
					isUntold(run, known.since);
				if (isExcused) undecided.add(process);
				else violations.push(`fuse ${run.holdId[0]} resumed ${process}, which somebody else had suspended`);
			}
		},
		sendsSuspend: ({hold, who, processes}) => {
			lastSuspend.set(hold, now());
			if (who.state.facts.net === 'fuse') needsAFuse(hold, processes);
			if (who.sleptLong) violations.push(`hold ${hold[0]} suspends after this machine slept`);
			const ended = handEnded.get(hold);
			const isEnded = ended !== undefined && now() > ended + 30_000 && !aws.tags().has(`unflap:hold:${hold}`);
			if (isEnded) violations.push(`hold ${hold[0]} suspends although somebody had ended it`);
			countRepairs(hold, who, processes);
		},
		deletesTag: (hold, who) => {
			for (const process of stillSuspended(hold, who))
				violations.push(`hold ${hold[0]} deletes its tag while ${process} is still suspended by it`);
		},
		stopsFuse: (hold, who, executionId, late) => {
			const others = runs
				.all()
				.some(run => run.holdId === hold && run.executionId !== executionId && run.asleep);
			// A request of a dead process may arrive when others have finished: there is nothing left to stop.
			const isOver = runs.all().some(run => run.executionId === executionId && run.endedAt !== null);
			// Sent while another fuse of the hold slept, which somebody stopped meanwhile.
			if (late && withoutNet.has(hold)) return;
			if (others || isOver || who.state.release === null) return;
			for (const process of stillSuspended(hold, who))
				violations.push(`hold ${hold[0]} stops its last fuse while ${process} is still suspended by it`);
		},
		arms: (hold, who, deadline) => {
			if (who.role === 'process' && deadline > who.keysUntil - 299_000)
				violations.push(`hold ${hold[0]} arms a fuse that outlives its credentials`);
		},
		looks: (hold, {role, state, keysUntil}) => {
			const {heldAt, release, facts} = state;
			if (!options.isSmooth || role !== 'process' || heldAt === null || release !== null) return;
			if (facts.net === 'none' || state.spent || keysUntil !== Number.POSITIVE_INFINITY) return;
			const mine = runs.all().filter(run => run.holdId === hold);
			const since = Math.max(...mine.map(run => run.endedAt ?? Number.POSITIVE_INFINITY));
			if (now() > since + 85_000) violations.push(`hold ${hold[0]} goes on without a fuse`);
		},
		sabotaged: hold => {
			withoutNet.add(hold);
		},
		endedByHand: hold => {
			handEnded.set(hold, now());
		},
		finished: hold => {
			if (runs.all().some(run => run.holdId === hold && run.endedAt === null && run.status !== 'Cancelling'))
				violations.push(`hold ${hold[0]} says that it is over, and a fuse of it is armed`);
		},
		suspendByThird,
		resumeByThird: process => {
			aws.resume(process, now());
			expected.delete(process);
		},
		judge,
	};

	function stillSuspended(hold: string, who: Actor): readonly string[] {
		const left: readonly string[] = who.state.release?.left.backed ?? [];
		return [...aws.suspended()]
			.filter(
				([process, {owner}]) =>
					typeof owner === 'object' && owner.hold === hold && isOwn(who, process) && !left.includes(process),
			)
			.map(([process]) => process);
	}

	function isOwn({state}: Actor, process: string): boolean {
		const {wanted, changed} = state.own;
		return (wanted as readonly string[]).includes(process) && changed[process] === undefined;
	}

	/** A run that sleeps, or did a minute ago, covers all of it, and has two minutes to go. */
	function needsAFuse(hold: string, processes: readonly string[]): void {
		const isArmed = runs
			.all()
			.some(
				run =>
					run.holdId === hold &&
					run.genuine &&
					run.status !== 'Pending' &&
					(run.endedAt === null || run.endedAt > now() - 65_000) &&
					run.deadline - now() >= 119_000 &&
					processes.every(process => covers(run, process)),
			);
		if (!isArmed) violations.push(`hold ${hold[0]} suspends without a fuse that sleeps`);
	}

	/** Suspending what really runs, of a hold that is held: twice in ten minutes, then a person is asked. */
	function countRepairs(hold: string, {state}: Actor, processes: readonly string[]): void {
		const {step} = state;
		const isRepair = step.at === 'suspend' && step.plan.purpose === 'repair' && step.plan.tries === 0;
		if (!isRepair || !options.isUnattended(hold) || processes.every(process => aws.suspended().has(process)))
			return;
		const recent = [...(repairs.get(hold) ?? []).filter(at => at > now() - 600_000), now()];
		repairs.set(hold, recent);
		if (recent.length > 4)
			violations.push(`hold ${hold[0]} fights on: ${recent.length} repairs in ten minutes`);
	}

	/** Closed without a resume: whatever is suspended after the fuse was suspended by somebody else. */
	function afterTheFuse({hold, who, processes}: Resume): void {
		if (who.keysUntil !== Number.POSITIVE_INFINITY) return;
		for (const run of runs.all()) {
			const isOld =
				run.holdId === hold && run.status === 'Success' && (run.endedAt ?? now()) < now() - 15_000;
			const isKnown = holders().some(({id, hasKnown}) => id === hold && hasKnown(run.executionId));
			if (!isOld || !isKnown || (lastSuspend.get(hold) ?? 0) > run.deadline - 60_000) continue;
			const again = processes.filter(
				process => covers(run, process) && !isLeftToLater(run, process) && !mayBeAsleep(who, process),
			);
			if (again.length > 0)
				violations.push(`hold ${hold[0]} resumes ${again.join(' ')}, which its fuse had resumed`);
		}
	}

	/** A later fuse of the same hold slept over it: another hold may have left it to that one since. */
	function isLeftToLater(fired: Run, process: string): boolean {
		return runs
			.all()
			.some(
				run =>
					run.holdId === fired.holdId &&
					run.deadline > fired.deadline &&
					(run.endedAt === null || run.endedAt > now() - 60_000) &&
					covers(run, process),
			);
	}

	/** As far as it knows it has another fuse over it: what was left to that one, only reasons tell. */
	function mayBeAsleep({state}: Actor, process: string): boolean {
		return state.own.fuses.some(
			({final, deadline, processes}) =>
				final === null && deadline > now() - 60_000 && (processes as readonly string[]).includes(process),
		);
	}

	function isClose(process: string, at: number): boolean {
		return holders().some(holder => holder.wasClose(process, at));
	}

	/**
	 * Somebody resumed and suspended again what two holds kept: each takes it for the other's repair. The same where a
	 * hold began before the other one's fuse had dropped the process.
	 */
	function isShared(hold: string, process: string, at: number): boolean {
		const covering = runs.all().filter(run => run.genuine && covers(run, process));
		const byOther = covering.some(
			run =>
				run.holdId !== hold &&
				run.startedAt <= at + 1000 &&
				(run.endedAt === null || run.endedAt >= at - 1000),
		);
		const first = runs.all().find(run => run.holdId === hold)?.startedAt ?? Number.POSITIVE_INFINITY;
		return byOther && first <= at + 120_000;
	}

	/**
	 * Beside another hold's tag a reason that is not ours may be that hold's repair: only the runs tell, and nobody could
	 * read them between that suspension and the start of this fuse.
	 */
	function isUntold(run: Run, since: number): boolean {
		const isBeside = [...aws.tags().keys()].some(
			key => key.startsWith('unflap:hold:') && key !== `unflap:hold:${run.holdId}`,
		);
		return isBeside && since >= run.runsKnownAt - 1000;
	}

	function suspendByThird(process: string): void {
		const known = aws.suspended().get(process);
		const close = isClose(process, now());
		const shared = new Set(
			runs
				.all()
				.filter(run => run.endedAt === null && covers(run, process))
				.map(({holdId}) => holdId),
		);
		if (known !== undefined && typeof known.owner === 'object') {
			// One suspension with ours, unless its reason becomes another.
			aws.suspend(process, now(), 'third');
			const after = aws.suspended().get(process);
			if (after?.reason !== known.reason && !close) expected.add(process);
			else aws.mark(process, close ? 'either' : known.owner);
		} else {
			aws.suspend(process, now(), 'third');
			expected.add(process);
			if (close) aws.mark(process, 'either');
		}
		if (close || shared.size > 1) undecided.add(process);
	}

	/** The ledger's lock: an entry whose process lives is nobody else's to finish. */
	function byAStranger({hold, who}: Resume): void {
		const actor =
			holders()
				.find(({id}) => id === hold)
				?.actor() ?? null;
		if (who.role === 'next start' && actor !== null && actor !== who && actor.alive)
			violations.push(`hold ${hold[0]} was finished by somebody else while its process lives`);
	}

	/** A hold without a fuse leaves nothing to others: it takes back once what it suspended, and who wants it repairs. */
	function isTakenBack(hold: string, process: string): boolean {
		const key = `${hold} ${process}`;
		if (takenBack.has(key) || holders().find(({id}) => id === hold)?.plan.net !== 'none') return false;
		takenBack.add(key);
		return true;
	}

	/** The last one out resumes: a hold that is alive, held and covered is not ended by another's release. */
	function underALiveHold({hold, who, processes}: Resume): void {
		const keepers = holders().flatMap(holder => {
			const actor = holder.actor();
			if (actor === null || actor === who || !isHolding(actor) || holder.id === hold) return [];
			if (holder.plan.net === 'none' || !hasTag(holder.id)) return [];
			return [{id: holder.id, kept: processes.filter(process => keeps(holder, actor, process))}];
		});
		// Said once of a process, however many hold it.
		const back = new Set<string>(
			processes.filter(
				process => keepers.some(({kept}) => kept.includes(process)) && isTakenBack(hold, process),
			),
		);
		for (const {id, kept} of keepers) {
			const taken = kept.filter(process => !back.has(process));
			if (taken.length > 0)
				violations.push(`hold ${hold[0]} resumed ${taken.join(' ')}, which hold ${id[0]} still keeps`);
		}
	}

	function isHolding({alive, role, state, pausedUntil}: Actor): boolean {
		const {heldAt, release, spent} = state;
		return (
			alive &&
			role === 'process' &&
			!spent &&
			release === null &&
			heldAt !== null &&
			heldAt < now() - 40_000 &&
			pausedUntil < now() - 60_000
		);
	}

	function hasTag(id: string): boolean {
		return aws.tags().get(`unflap:hold:${id}`)?.startsWith('v1 live') === true;
	}

	function keeps(holder: Holder, {state}: Actor, process: ScalingProcess): boolean {
		if (!aws.suspended().has(process) || !state.own.wanted.includes(process)) return false;
		if (state.own.changed[process] !== undefined) return false;
		return runs
			.all()
			.some(
				run =>
					run.holdId === holder.id && run.asleep && run.startedAt < now() - 40_000 && covers(run, process),
			);
	}

	/** Somebody stopped its fuse after others had left the process to it, or after its own suspend. */
	function isSabotagedNet(id: string, suspendedBy: string, process: string): boolean {
		if (!withoutNet.has(id)) return false;
		return id === suspendedBy || runs.all().some(run => run.holdId === id && covers(run, process));
	}

	function judge(): void {
		const suspended = aws.suspended();
		for (const holder of holders()) {
			if (holder.entry() !== null && !holder.reported())
				violations.push(`hold ${holder.id[0]} still has a ledger entry`);
			const live = runs.all().filter(run => run.holdId === holder.id && run.endedAt === null);
			if (live.length > 0) violations.push(`hold ${holder.id[0]} still has a fuse`);
		}
		for (const [process, {owner}] of suspended) {
			if (expected.has(process) || undecided.has(process) || owner === 'either') continue;
			// Without a net, an entry that nothing in AWS confirms any more is only reported; others may have left it more.
			const isReported =
				typeof owner === 'object' &&
				holders().some(
					({id, plan, reported}) =>
						((id === owner.hold && plan.net === 'none') || isSabotagedNet(id, owner.hold, process)) &&
						reported(),
				);
			if (!isReported)
				violations.push(
					`${process} is left suspended by ${typeof owner === 'object' ? `hold ${owner.hold[0]}` : owner}`,
				);
		}
		for (const process of expected)
			if (!suspended.has(process) && !undecided.has(process))
				violations.push(`${process} should be suspended, as before`);
	}
};

const covers = (run: Run, process: string): boolean => (run.processes as readonly string[]).includes(process);
