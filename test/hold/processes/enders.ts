/** The four deaths of a cell, and what ends the hold after each: guardian, process, next start, fuse. */

import {deadlineOf, ledgerFiles, leftIn, liveExecutions, suspensions} from './bench-lab.ts';
import type {Death, Scene} from './run-cell.ts';
import {runOf} from './run-of.ts';
import {pause, until} from './until.ts';

export type End = {
	/** What is wrong; empty for a cell that ended as promised. */
	readonly problems: readonly string[];
	/** Seconds from the death until the group's processes were as before. */
	readonly backSeconds: number | null;
	/** Seconds until tag, fuse and ledger entry were gone too. */
	readonly closedSeconds: number | null;
	readonly note: string;
};

/** While a Suspend of ours may still arrive, tag, fuse and ledger stay for clean reads at 5, 20 and 60 s. */
const closedWithinSeconds = 120;
/** How much later than our death AWS applies what was on its way. */
const lateMs = 2000;

export const enders: Readonly<Record<Death, (scene: Scene) => Promise<End>>> = {
	process: async scene => {
		const {hold, copy} = scene;
		const guarded = (await copy.guardians()).length > 0;
		const dead = performance.now();
		hold.child.kill('SIGKILL');
		await hold.exit;
		await letGoWhenDue(scene);
		const times = await waitUntilBack(scene, dead);
		const gone = await until(async () => ((await copy.guardians()).length === 0 ? true : null), {
			seconds: 20,
		});
		return {
			...times,
			problems: [
				...lateProblems(scene, times),
				...(gone === null ? ['the guardian did not end'] : []),
				...(await ledgerProblems(scene)),
			],
			note: guarded ? 'guardian' : 'before the guardian',
		};
	},
	guardian: async scene => {
		const {hold, copy, letGo} = scene;
		const killed = await copy.killGuardians();
		await letGo();
		const wasHeld = await until(
			() => (hold.ended() || hold.events().some(({event}) => event === 'held') ? true : null),
			{seconds: 100},
		);
		const problems = wasHeld === null ? ['neither held nor ended'] : [];
		const replaced = hold.ended()
			? true
			: await until(async () => (hold.ended() || (await copy.guardians()).length > 0 ? true : null), {
					// A guardian lost in the middle of a change ends the hold, which may wait for clean reads.
					seconds: 100,
				});
		const went = hold.ended() ? 'ended by itself' : killed === 0 ? 'before the guardian' : 'a new guardian';
		const asked = performance.now();
		hold.child.kill('SIGTERM');
		const exit = await Promise.race([hold.exit, pause(closedWithinSeconds * 1000).then(() => null)]);
		const times = await waitUntilBack(scene, asked);
		return {
			...times,
			problems: [
				...problems,
				...(replaced === null ? ['went on without a guardian'] : []),
				...(exit === null ? ['did not end on SIGTERM'] : []),
				...(await ledgerProblems(scene)),
			],
			note: `${went}, exit ${exit?.code ?? '?'}`,
		};
	},
	'both, restart': async scene => {
		const {hold, home, copy, lab} = scene;
		await killBoth(scene);
		const late = letGoWhenDue(scene);
		const asked = performance.now();
		const [release, times] = await Promise.all([
			runOf(copy.door, ['release', '--all', '-o', 'json'], {home, environment: lab.env}),
			late.then(() => waitUntilBack(scene, asked)),
		]);
		return {
			...times,
			problems: [
				...(release.code === 0 ? [] : [`release: exit ${release.code} ${release.stderr.trim()}`]),
				...(await ledgerProblems(scene)),
			],
			note: `${JSON.parse(release.stdout || '[]').length > 0 ? 'finished' : 'nothing to finish'}${hold.ended() ? '' : ', still alive'}`,
		};
	},
	'both, fuse': async scene => {
		const {lab, copy, home} = scene;
		await killBoth(scene);
		await letGoWhenDue(scene);
		// One that is being stopped ends without a resume.
		const armed = (await liveExecutions(lab)).filter(({status}) => status !== 'Cancelling');
		const times =
			armed.length === 0 ? await waitUntilBack(scene, performance.now(), false) : await fire(scene);
		const seen = (await lab.requests()).at(-1)?.number ?? 0;
		const release = await runOf(copy.door, ['release', '--all', '-o', 'json'], {home, environment: lab.env});
		const resumes = (await lab.requests(seen)).filter(
			({operation, applied}) => operation === 'ResumeProcesses' && applied,
		);
		return {
			...times,
			problems: [
				...(release.code === 0 ? [] : [`release after the fuse: exit ${release.code}`]),
				...(resumes.length > 0 && armed.length > 0 ? ['resumed again after the fuse'] : []),
				...(await ledgerProblems(scene)),
			],
			note: armed.length === 0 ? 'nothing armed' : `${armed.length} fuse${armed.length > 1 ? 's' : ''}`,
		};
	},
};

const killBoth = async ({hold, copy}: Scene): Promise<void> => {
	// Stopped first: it would answer the guardian's death with a new guardian.
	hold.child.kill('SIGSTOP');
	await copy.killGuardians();
	hold.child.kill('SIGKILL');
	await hold.exit;
	await copy.killGuardians();
};

const letGoWhenDue = async ({cell, letGo}: Scene): Promise<void> => {
	if (cell.when === 'late') await pause(lateMs);
	await letGo();
};

type Times = Pick<End, 'backSeconds' | 'closedSeconds'>;

const waitUntilBack = async (scene: Scene, from: number, withLedger = true): Promise<Times> => {
	const {lab, expected} = scene;
	const since = () => (performance.now() - from) / 1000;
	let backSeconds: number | null = null;
	const closedSeconds = await until(
		async () => {
			const left = await leftIn(lab, expected);
			const suspended = Object.keys(await suspensions(lab)).some(process => !(process in expected));
			if (suspended) backSeconds = null;
			else backSeconds ??= since();
			const isNoted = withLedger && (await ledgerFiles(scene.home)).length > 0;
			return left.length === 0 && !isNoted ? since() : null;
		},
		{seconds: closedWithinSeconds, everyMs: 150},
	);
	return {backSeconds, closedSeconds};
};

/** The guardian's promise. What AWS applies after our death is found by the next clean read. */
const lateProblems = ({cell}: Scene, {backSeconds}: Times): readonly string[] => {
	const promised = cell.when === 'late' ? 62 : 5;
	return backSeconds !== null && backSeconds > promised ? [`back after ${backSeconds.toFixed(1)} s`] : [];
};

const ledgerProblems = async ({home}: Scene): Promise<readonly string[]> => {
	const files = await ledgerFiles(home);
	return files.length > 0 ? [`${files.length} ledger entries left`] : [];
};

/** Steps lab time to just before the deadline, and past it; the rest is the automation's own work. */
const fire = async (scene: Scene): Promise<Times> => {
	const {lab} = scene;
	const deadline = Math.max(...(await liveExecutions(lab)).map(deadlineOf));
	const now = async () => Date.parse(((await lab.control('GET', '/state')) as {readonly now: string}).now);
	const early = Math.max(0, (deadline - (await now())) / 1000 - 5);
	await lab.control('POST', '/step', {seconds: early});
	await lab.control('POST', '/step', {seconds: 6});
	for (let steps = 0; steps < 40; steps++) {
		const isDone = await until(async () => ((await leftIn(lab, scene.expected)).length === 0 ? true : null), {
			seconds: 3,
		});
		if (isDone !== null) {
			const seconds = Math.max(0, ((await now()) - deadline) / 1000);
			return {backSeconds: seconds, closedSeconds: seconds};
		}
		await lab.control('POST', '/step', {seconds: 30});
	}
	return {backSeconds: null, closedSeconds: null};
};
