/** `unflap retry BOX --boot`: reboots the box, follows it across, and shows both boots side by side. */
import {createProcessClock} from '../base/clock-process.ts';
import {type ExitCode, UnflapError} from '../base/errors.ts';
import type {Boot} from '../boot/types.ts';
import {bootIdWords, readBootId, rebootWords} from '../remote/reboot-line.ts';
import {type RunEnd, runCommand} from '../stream/run-command.ts';
import type {Retrying} from './retry.ts';
import {type BoxAlong, readAlong} from './retry-watch.ts';

export const rebootBox = async (retrying: Retrying): Promise<ExitCode> => {
	const {context, aws, along, output, box, about} = retrying;
	const {signal} = context;
	const before = along.boot();
	if (before === null)
		throw new UnflapError('unreachable', `${box.instanceId} has no boot that could be read`);
	output.note(`rebooting ${box.instanceId}: its agent is silent until the next boot has started it`);
	await along.stop();
	await askToReboot(retrying);
	const isBack = await nextBoot(retrying, before.bootId);
	if (signal.aborted) return (signal.reason as ExitCode | undefined) ?? 130;
	if (!isBack)
		throw new UnflapError('unreachable', `${box.instanceId} did not come back within ten minutes`, {
			next: [`unflap boot ${box.instanceId}   (later)`, `unflap logs ${box.instanceId} shows its console`],
		});
	output.note(`${box.instanceId} boots again`);
	const next = await readAlong(context, aws, about);
	try {
		const after = await settled(next, output.line);
		const [here, there] = [
			{subject: 'this boot', boot: after ?? before},
			{subject: 'the boot before', boot: before},
		];
		output.compared(here, there);
		return after === null || after.firstFault !== null ? 1 : 0;
	} finally {
		await next.stop();
	}
};

/** Sessions end with the machine, and nobody may ever say so: a few seconds are enough to hear that it refuses. */
const askToReboot = async (retrying: Retrying): Promise<void> => {
	const heard = new AbortController();
	const timer = setTimeout(() => heard.abort(), refusalMs);
	const end = await runOn(retrying, rebootWords(), {signal: heard.signal, take: () => undefined});
	clearTimeout(timer);
	if (end.kind === 'exited' && end.code !== 0)
		throw new UnflapError('refused', `${retrying.box.instanceId} did not reboot: exit ${end.code}`, {
			next: [`unflap run ${retrying.box.instanceId} -- sudo systemctl reboot`],
		});
};

/** The running boot's id is asked for until it is another one. */
const nextBoot = async (retrying: Retrying, bootId: string): Promise<boolean> => {
	const {signal} = retrying.context;
	const clock = createProcessClock();
	for (const end = clock.now() + backMs; clock.now() < end && !signal.aborted; ) {
		const seen = await bootIdOf(retrying);
		if (seen !== null && seen !== bootId) return true;
		await clock.sleep(askEveryMs, signal);
	}
	return false;
};

/** Null while its agent does not answer. */
const bootIdOf = async (retrying: Retrying): Promise<string | null> => {
	const patience = AbortSignal.timeout(answerMs);
	let text = '';
	try {
		await runOn(retrying, bootIdWords, {
			signal: patience,
			take: bytes => {
				text += new TextDecoder().decode(bytes);
			},
		});
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return null;
	}
	return readBootId(text);
};

type Asking = {readonly signal: AbortSignal; readonly take: (bytes: Uint8Array) => void};

const runOn = (
	{context, aws, box, output}: Retrying,
	argv: readonly string[],
	{signal, take}: Asking,
): Promise<RunEnd> =>
	runCommand({
		aws,
		instanceId: box.instanceId,
		argv,
		processClock: createProcessClock(),
		stateFolder: context.settings.paths.state,
		reason: 'unflap retry --boot',
		stdout: async bytes => take(bytes),
		stderr: async bytes => output.words(new TextDecoder().decode(bytes).trim()),
		notice: output.words,
		signal: AbortSignal.any([context.signal, signal]),
	});

/** The new boot once it has started up; what it is after five minutes otherwise. */
const settled = async (along: BoxAlong, line: Retrying['output']['line']): Promise<Boot | null> => {
	along.listen(entry => {
		if (along.boot()?.chain.includes(entry.unit) === true) line(entry);
	});
	await along.until(boot => boot?.finished === true, settleMs);
	return along.boot();
};

const refusalMs = 8000;
const answerMs = 8000;
const askEveryMs = 2000;
const backMs = 600_000;
const settleMs = 300_000;
