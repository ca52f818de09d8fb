/** What others do to the group: honest third parties, and a forger with tag rights (threats.md H1, H2, F5). */
import {brokenTagKey, holdTagKey} from '../../../src/hold/tag.ts';
import type {Holder} from './holder.ts';
import type {Oracle} from './oracle.ts';
import type {Meddling} from './schedule.ts';
import type {World} from './world.ts';

type Meddle = {
	readonly world: World;
	readonly act: Meddling;
	readonly holders: readonly Holder[];
	readonly oracle: Oracle;
};

const forgedId = 'deadbeef';
const forgesEveryMs = 180_000;
const forgesForMs = 2 * 3_600_000;

export const meddle = ({world, act, holders, oracle}: Meddle): void => {
	world.reach(`third party ${act.act}`);
	switch (act.act) {
		case 'suspend':
			world.say('somebody', () => `suspends ${act.processes.join(' ')}`);
			for (const process of act.processes) oracle.suspendByThird(process);
			return;
		case 'resume':
			world.say('somebody', () => `resumes ${act.processes.join(' ')}`);
			for (const process of act.processes) oracle.resumeByThird(process);
			return;
		case 'swap':
			world.say('somebody', () => `resumes and suspends ${act.process}`);
			oracle.resumeByThird(act.process);
			oracle.suspendByThird(act.process);
			return;
		case 'forge':
			forge(world, act, world.now() + (act.renews ? forgesForMs : 0));
			return;
		case 'far-fuse':
		case 'stranger-run':
			startRun(world, act);
			return;
		case 'fill tags':
			world.say('somebody', () => 'fills the tags of the group');
			for (let index = 0; world.aws.tags().size < 50; index++)
				world.aws.putTag(`filler:${index}`, '', world.now());
			return;
		case 'next start':
			holders[act.holder]?.nextStart();
			return;
		case 'fight':
			fight({world, act, holders, oracle}, act.process, 13);
			return;
		case 'cancel':
			cancelFuses(world, holders[act.holder]?.id);
			oracle.sabotaged(holders[act.holder]?.id ?? '');
			return;
		case 'end':
			endByHand(world, holders[act.holder], oracle);
			return;
		default:
			meddleWithTag(world, act.act, holders[act.holder]?.id);
	}
};

const forge = (world: World, act: Extract<Meddling, {act: 'forge'}>, until: number): void => {
	const promised = world.now() + (act.phase === 'expired' ? -600_000 : 1_800_000);
	const word = act.phase === 'releasing' ? 'releasing' : 'live';
	if (!world.aws.tags().has(holdTagKey(forgedId)))
		world.say(
			'forger',
			() => `forges a ${act.phase} tag for ${act.letters}${act.renews ? ', and again' : ''}`,
		);
	const value = `v1 ${word} until=${minutes(promised)}Z by=mallory@x procs=${act.letters}`;
	world.aws.putTag(holdTagKey(forgedId), value, world.now());
	if (world.now() + forgesEveryMs < until) world.after(forgesEveryMs, () => forge(world, act, until));
	else world.after(300_000, () => world.aws.deleteTag(holdTagKey(forgedId), world.now()));
};

const fight = (meddling: Meddle, process: string, times: number): void => {
	const {world, oracle} = meddling;
	if (times === 0) return;
	world.say('somebody', () => `resumes ${process} again`);
	oracle.resumeByThird(process);
	world.after(45_000, () => fight(meddling, process, times - 1));
};

const endByHand = (world: World, holder: Holder | undefined, oracle: Oracle): void => {
	const own = holder?.actor()?.state.own;
	if (holder === undefined || own === undefined || !world.aws.tags().has(holdTagKey(holder.id))) return;
	world.say('somebody', () => `ends hold ${holder.id[0]} by hand`);
	for (const process of own.wanted) oracle.resumeByThird(process);
	cancelFuses(world, holder.id);
	world.aws.deleteTag(holdTagKey(holder.id), world.now());
	oracle.endedByHand(holder.id);
};

const minutes = (at: number): string => new Date(at).toISOString().slice(0, 16);

/** A week away it claims for ever; what is not our document claims nothing at all. */
const startRun = (world: World, act: Extract<Meddling, {act: 'far-fuse' | 'stranger-run'}>): void => {
	const isFar = act.act === 'far-fuse';
	world.say('forger', () => `starts a ${act.act} for ${act.processes.join(' ')}`);
	world.runs.start({
		token: `${act.act}-${act.at}`,
		holdId: isFar ? forgedId : 'feedface',
		deadline: world.now() + (isFar ? 604_800_000 : 1_800_000),
		processes: act.processes,
		knownAt: 0,
		runsKnownAt: 0,
		// Whoever runs a document of their own answers for it: in the model it resumes nothing.
		keysUntil: 0,
		genuine: isFar,
	});
};

const cancelFuses = (world: World, id: string | undefined): void => {
	for (const run of world.runs.all()) {
		if (run.holdId !== id || run.endedAt !== null) continue;
		world.say('somebody', () => `cancels fuse ${run.executionId.slice(0, 8)} of hold ${id[0]}`);
		world.runs.cancel(run.executionId);
	}
};

const meddleWithTag = (world: World, act: 'untag' | 'rewrite' | 'break', id: string | undefined): void => {
	if (id === undefined || !world.aws.tags().has(holdTagKey(id))) return;
	world.say('somebody', () => `${act}s the tag of hold ${id[0]}`);
	if (act === 'untag') world.aws.deleteTag(holdTagKey(id), world.now());
	else if (act === 'break') world.aws.putTag(brokenTagKey(id), 'v1 broken', world.now());
	else
		world.aws.putTag(
			holdTagKey(id),
			`v1 live until=${minutes(world.now() + 600_000)}Z by=mallory@x procs=L`,
			world.now(),
		);
};
