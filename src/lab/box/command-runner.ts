/** Chooses, once, how commands of boxes run here. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {BoxProcess, BoxTerminal} from '../agent/box-process.ts';
import type {PlayedBox} from './played-box.ts';
import {runInReader} from './reader/run-in-reader.ts';
import {findNamespaceTool, type NamespaceTool} from './sandbox/namespace.ts';
import {prefixScripts} from './sandbox/player-script.ts';
import {refuseUnknownProgram, runInNamespace} from './sandbox/run-in-namespace.ts';
import {hasTerminals, openInNamespace} from './sandbox/run-on-terminal.ts';
import {createScratch, type Scratch} from './sandbox/scratch.ts';
import {openPrompt} from './terminal-prompt.ts';

export type SandboxChoice = 'auto' | NamespaceTool | 'reader';

export type CommandRunner = {
	readonly run: (box: PlayedBox, argv: readonly string[]) => Promise<BoxProcess>;
	/** A shell on a terminal, or one command; a small prompt of our own where no namespace or no terminal can be had. */
	readonly open: (box: PlayedBox, command: string | null) => Promise<BoxTerminal>;
	readonly close: () => Promise<void>;
};

export const createCommandRunner = (choice: SandboxChoice): CommandRunner => {
	let scratch: Scratch | null = null;
	let tool: NamespaceTool | null | undefined =
		choice === 'bwrap' || choice === 'unshare' ? choice : undefined;
	const running = new Set<BoxProcess>();
	let terminals: boolean | undefined;
	const open = new Set<BoxTerminal>();
	/** The tool and folders to run with, or null where the reader must do. */
	const namespace = (box: PlayedBox) => {
		if (choice === 'reader' || tool === null) return null;
		scratch ??= createScratch();
		tool ??= findNamespaceTool(scratch.folders(box));
		return tool === null ? null : {tool, scratch};
	};
	const start = async (box: PlayedBox, argv: readonly string[]): Promise<BoxProcess> => {
		const inside = namespace(box);
		if (inside === null) return runInReader(box, argv);
		refuseUnknownProgram(argv, isOnBox);
		return runInNamespace(inside.tool, inside.scratch, box, argv);
	};
	const openOne = (box: PlayedBox, command: string | null): BoxTerminal => {
		const inside = namespace(box);
		terminals ??= inside !== null && hasTerminals();
		if (inside === null || !terminals) return openPrompt(box, command);
		return openInNamespace(
			inside.tool,
			inside.scratch,
			box,
			command === null ? ['sh'] : ['sh', '-c', command],
		);
	};
	return {
		async run(box, argv) {
			const process = await start(box, argv);
			running.add(process);
			void process.exited.finally(() => running.delete(process));
			return process;
		},
		async open(box, command) {
			const terminal = openOne(box, command);
			open.add(terminal);
			void terminal.exited.finally(() => open.delete(terminal));
			return terminal;
		},
		async close() {
			// What still runs may write into the folder while it is removed.
			const left = [...running, ...open];
			for (const process of left) process.kill();
			await Promise.all(left.map(({exited}): Promise<unknown> => exited));
			scratch?.remove();
		},
	};
};

const isOnBox = (program: string): boolean =>
	prefixScripts.some(([name]) => name === program) ||
	(program.startsWith('/')
		? /^\/(usr\/|s?bin\/)/.test(program) && existsSync(program)
		: ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].some(folder => existsSync(join(folder, program))));
