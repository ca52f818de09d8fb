/** Runs a command on a played box and waits for its end. */
import type {CommandRunner} from '../../../src/lab/box/command-runner.ts';
import type {PlayedBox} from '../../../src/lab/box/played-box.ts';

export const runCommand = async (runner: CommandRunner, box: PlayedBox, argv: readonly string[]) => {
	const process = await runner.run(box, argv);
	const read = async (stream: AsyncIterable<Buffer>) => {
		const chunks: Buffer[] = [];
		for await (const chunk of stream) chunks.push(chunk);
		return Buffer.concat(chunks).toString('utf8');
	};
	const [stdout, stderr, status] = await Promise.all([
		read(process.stdout),
		read(process.stderr),
		process.exited,
	]);
	return {stdout, stderr, status};
};
