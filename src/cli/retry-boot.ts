/** `unflap retry BOX --boot`: reboots the box, follows it across, and shows both boots side by side. */
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import type {Boot} from '../boot/types.ts';
import {rebootWords} from '../remote/reboot-line.ts';
import {type RunEnd, runCommand} from '../stream/run-command.ts';
import {printDifference} from './diff-text.ts';
import type {Retrying} from './retry.ts';

export const rebootBox = async ({context, aws, along, output, box}: Retrying): Promise<ExitCode> => {
	const before = along.boot();
	if (before === null)
		throw new UnflapError('unreachable', `${box.instanceId} has no boot that could be read`);
	output.note(`rebooting ${box.instanceId}: its agent is silent until the next boot has started it`);
	const over = new AbortController();
	const asked = runCommand({
		aws,
		instanceId: box.instanceId,
		argv: rebootWords(),
		processClock: createProcessClock(),
		stateFolder: context.settings.paths.state,
		reason: 'unflap retry --boot',
		stdout: async () => undefined,
		stderr: async bytes => output.words(new TextDecoder().decode(bytes).trim()),
		notice: output.words,
		signal: AbortSignal.any([context.signal, over.signal]),
	});
	// The session goes down with the box, and nobody may ever say so: the next boot is the answer.
	const back = along.until(boot => isNext(boot, before), backMs);
	const first = await Promise.race([asked, back]);
	if (typeof first !== 'boolean') refuseUnwilling(first, box.instanceId);
	const isBack = await back;
	over.abort();
	await asked;
	if (context.signal.aborted) return (context.signal.reason as ExitCode | undefined) ?? 130;
	if (!isBack)
		throw new UnflapError('unreachable', `${box.instanceId} did not come back within ten minutes`, {
			next: [`unflap boot ${box.instanceId}   (later)`, `unflap logs ${box.instanceId} shows its console`],
		});
	output.note(`${box.instanceId} boots again`);
	await along.until(boot => isNext(boot, before) && isSettled(boot), settleMs);
	const after = along.boot() ?? before;
	printDifference(
		{subject: 'this boot', boot: after},
		{subject: 'the boot before', boot: before},
		context.out,
	);
	return after.firstFault === null ? 0 : 1;
};

/** Only a command that ended with an error has told that it refused. */
const refuseUnwilling = (end: RunEnd, instanceId: string): void => {
	if (end.kind === 'exited' && end.code !== 0)
		throw new UnflapError('refused', `${instanceId} did not reboot: exit ${end.code}`, {
			next: [`unflap run ${instanceId} -- sudo systemctl reboot`],
		});
};

const isNext = (boot: Boot | null, before: Boot): boot is Boot =>
	boot !== null && boot.bootId !== before.bootId;

/** Started up, or at a fault: what comes after it is told by the comparison. */
const isSettled = ({finished}: Boot): boolean => finished;

const backMs = 600_000;
const settleMs = 300_000;
