/** `unflap edit BOX user-data`: a try of other user data, without a launch. The unit that reads it runs again with it. */
import type {Aws} from '../aws/types.ts';
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Hostile} from '../base/text.ts';
import type {Boot} from '../boot/types.ts';
import type {Box} from '../groups/types.ts';
import {userDataPath} from '../remote/user-data-line.ts';
import type {EditPlace} from '../stream/edit-file.ts';
import {armUserData, disarmUserData, prepareUserData} from '../stream/user-data.ts';
import type {CommandContext} from './command.ts';
import {editFile} from './edit-box-file.ts';
import {retryOn} from './retry.ts';
import {createRetryOutput} from './retry-text.ts';
import {readAlong} from './retry-watch.ts';

export type UserDataWish = {
	readonly aws: Aws;
	readonly place: EditPlace;
	readonly box: Box;
	readonly group: {readonly name: Hostile; readonly arn: string} | null;
	/** Named by the person; null for the one that the boot shows. */
	readonly unit: string | null;
	readonly yes: boolean;
	readonly withSecrets: boolean;
};

export const editUserData = async (context: CommandContext, wish: UserDataWish): Promise<ExitCode> => {
	const {aws, box, group} = wish;
	const about = {instanceId: box.instanceId, group, reason: 'unflap edit: user data'};
	const along = await readAlong(context, aws, about);
	try {
		const unit = wish.unit ?? readerOf(along.boot(), box);
		context.out.note(ours`${shown(unit)} reads it: it runs again with what you write`);
		const output = createRetryOutput(context.out, 'text');
		return await withOverride(context, wish, unit, () =>
			retryOn({context, aws, along, output, box, about}, unit),
		);
	} finally {
		await along.stop();
	}
};

/** Whatever happens in between, what was put on the box is taken away. */
const withOverride = async (
	context: CommandContext,
	{place, box, yes, withSecrets}: UserDataWish,
	unit: Hostile,
	run: () => Promise<ExitCode>,
): Promise<ExitCode> => {
	const {out} = context;
	const prepared = await prepareUserData(place, unit);
	if (prepared.news === 'failed')
		throw new UnflapError('refused', `The user data cannot be tried on ${box.instanceId}: ${prepared.why}`);
	let isArmed = false;
	try {
		if (prepared.isEmpty) out.note(ours`the instance has no user data: what you write is all there is`);
		const editing = {path: userDataPath, box, yes, withSecrets, name: 'user-data'};
		const end = await editFile(context, place, editing);
		if (end.kind !== 'written') return end.code;
		const armed = await armUserData(place, unit);
		if (armed.news === 'failed')
			throw new UnflapError('refused', `${unit} cannot be given other user data: ${armed.why}`);
		isArmed = true;
		return await run();
	} finally {
		await takeAway(context, {place, box, unit, isArmed});
	}
};

type Left = {readonly place: EditPlace; readonly box: Box; readonly unit: Hostile; readonly isArmed: boolean};

/** Also after ctrl-c: the signal that stopped the run does not stop this. */
const takeAway = async ({out}: CommandContext, {place, box, unit, isArmed}: Left): Promise<void> => {
	const late = AbortSignal.timeout(takeAwayMs);
	const clock = createProcessClock();
	try {
		const gone = await disarmUserData({...place, processClock: clock, signal: late}, unit);
		if (gone.news === 'failed') return warnOfRest({out}, box, unit, gone.why);
		if (!isArmed) return;
		if (gone.wasRead)
			out.note(
				ours`${shown(unit)} read it. The instance has its own user data again: put the change into the launch template.`,
			);
		else
			out.warn(
				ours`unflap: ${shown(unit)} did not ask for the user data by a curl or wget of its PATH: the try says nothing`,
			);
	} catch (error) {
		if (!(error instanceof UnflapError) || error.kind === 'bug') throw error;
		warnOfRest({out}, box, unit, error.message);
	}
};

const takeAwayMs = 30_000;

const warnOfRest = (
	{out}: Pick<CommandContext, 'out'>,
	{instanceId}: Box,
	unit: Hostile,
	why: Hostile,
): void => {
	out.warn(ours`unflap: what was put on the box for the try is still there: ${shown(why)}`);
	out.warn(
		ours`  → unflap run ${shown(instanceId)} -- sudo rm -rf /var/lib/unflap/user-data ${shown(hostile(`/run/systemd/system/${unit}.d/90-unflap-user-data.conf`))}   (a reboot forgets the drop-in too, and it answers for an hour at most)`,
	);
};

/** The unit whose own words speak of user data; else the first of the chain. */
const readerOf = (boot: Boot | null, {instanceId}: Box): Hostile => {
	const speaks = boot?.units.find(
		({name, lastWords}) => name.endsWith('.service') && lastWords.some(line => /user[- _]?data/i.test(line)),
	);
	const unit = speaks?.name ?? boot?.chain.find(name => name.endsWith('.service'));
	if (unit !== undefined) return unit;
	throw new UnflapError('usage', `which unit of ${instanceId} reads the user data is not known`, {
		next: [`unflap edit ${instanceId} user-data --unit UNIT`, `unflap boot ${instanceId} names its units`],
	});
};
