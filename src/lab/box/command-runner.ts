/** Chooses, once, how commands of boxes run here. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {BoxProcess} from '../agent/box-process.ts';
import type {PlayedBox} from './played-box.ts';
import {runInReader} from './reader/run-in-reader.ts';
import {findNamespaceTool, type NamespaceTool} from './sandbox/namespace.ts';
import {prefixScripts} from './sandbox/player-script.ts';
import {refuseUnknownProgram, runInNamespace} from './sandbox/run-in-namespace.ts';
import {createScratch, type Scratch} from './sandbox/scratch.ts';

export type SandboxChoice = 'auto' | NamespaceTool | 'reader';

export type CommandRunner = {
	readonly run: (box: PlayedBox, argv: readonly string[]) => Promise<BoxProcess>;
	readonly close: () => Promise<void>;
};

export const createCommandRunner = (choice: SandboxChoice): CommandRunner => {
	let scratch: Scratch | null = null;
	let tool: NamespaceTool | null | undefined =
		choice === 'bwrap' || choice === 'unshare' ? choice : undefined;
	const running = new Set<BoxProcess>();
	const start = async (box: PlayedBox, argv: readonly string[]): Promise<BoxProcess> => {
		if (choice === 'reader' || tool === null) return runInReader(box, argv);
		scratch ??= createScratch();
		tool ??= findNamespaceTool(scratch.folders(box));
		if (tool === null) return runInReader(box, argv);
		refuseUnknownProgram(argv, isOnBox);
		return runInNamespace(tool, scratch, box, argv);
	};
	return {
		async run(box, argv) {
			const process = await start(box, argv);
			running.add(process);
			void process.exited.finally(() => running.delete(process));
			return process;
		},
		async close() {
			// What still runs may write into the folder while it is removed.
			const left = [...running];
			for (const process of left) process.kill();
			await Promise.all(left.map(({exited}) => exited));
			scratch?.remove();
		},
	};
};

const isOnBox = (program: string): boolean =>
	prefixScripts.some(([name]) => name === program) ||
	(program.startsWith('/')
		? /^\/(usr\/|s?bin\/)/.test(program) && existsSync(program)
		: ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].some(folder => existsSync(join(folder, program))));
