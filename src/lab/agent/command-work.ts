/** A non-interactive command: argv without a shell, no input but two control bytes. Facts: ssm-data-channel.md section 9. */
import {kinds} from './agent-frame.ts';
import type {BoxProcess, RunOnBox} from './box-process.ts';
import {pumpOutput} from './pump-output.ts';
import {delay, type Taken, type Work, type WorkIo} from './session-work.ts';
import {splitCommand} from './split-command.ts';

export type CommandWorkOptions = {
	readonly instanceId: string;
	readonly command: string;
	readonly separateOutput: boolean;
	readonly run: RunOnBox;
};

export const createCommandWork = (
	{instanceId, command, separateOutput, run}: CommandWorkOptions,
	io: WorkIo,
): Work => {
	let process: BoxProcess | null = null;
	/** A separate-output reader that met a pause gives up for good (section 0, point 10). */
	let isOutputLost = false;

	const sendLive = async (started: BoxProcess) => {
		const send = (kind: number) => (bytes: Buffer) => {
			if (!isOutputLost) io.send(kind, bytes);
		};
		await Promise.all([
			pumpOutput(started.stdout, send(kinds.output), io.isFull),
			pumpOutput(started.stderr, send(kinds.stderr), io.isFull),
		]);
		const status = await started.exited;
		io.send(kinds.exitCode, Buffer.from(`EXIT_CODE: ${status < 0 ? 1 : status}`));
	};

	/** Both streams go to one file, which is read when the command has ended; no exit code. */
	const sendAfterwards = async (started: BoxProcess) => {
		const file: Buffer[] = [];
		const keep = (bytes: Buffer) => {
			file.push(bytes);
		};
		await Promise.all([
			pumpOutput(started.stdout, keep, () => false),
			pumpOutput(started.stderr, keep, () => false),
		]);
		await started.exited;
		for (const bytes of file) io.send(kinds.output, bytes);
	};

	return {
		sessionType: 'NonInteractiveCommands',
		async run() {
			try {
				const started = await run(instanceId, splitCommand(command));
				if (io.isOver()) return started.kill();
				process = started;
				await (separateOutput ? sendLive(started) : sendAfterwards(started));
			} catch (error) {
				if (io.isOver()) return;
				// The exit code comes first, the text a second later.
				if (separateOutput) io.send(kinds.exitCode, Buffer.from('EXIT_CODE: 1'));
				await delay(1000);
				io.send(kinds.stderr, Buffer.from(error instanceof Error ? error.message : String(error)));
			}
		},
		input(bytes): Taken {
			const signal = bytes[0] === 0x03 ? 'SIGINT' : bytes[0] === 0x1c ? 'SIGQUIT' : null;
			if (signal === null || process === null) return 'taken';
			process.interrupt(signal);
			// The handler waits for the process before the frame is acknowledged.
			return process.exited.then(() => undefined);
		},
		resize: () => 'taken',
		paused() {
			if (separateOutput && process !== null) isOutputLost = true;
		},
		kill: () => process?.kill(),
	};
};
