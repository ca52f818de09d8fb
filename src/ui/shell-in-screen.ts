/** `s`: the screen gives the terminal to a shell on a box, and comes back to the same place. */
import type {useApp} from 'ink';
import {hostile, ours, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';
import {openShell, type ShellEnd} from '../stream/open-shell.ts';
import {createShellTerminal, type ShellTerminal} from '../stream/shell-terminal.ts';
import {shortId} from './format.ts';
import type {Ui} from './ui.ts';

export type ShellScreen = {
	readonly ui: Ui;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** Aborted when the program ends: the shell is left. */
	readonly signal: AbortSignal;
	/** Somebody is at the keys. */
	readonly keyPressed: () => void;
};

export const shellInScreen = async (
	app: ReturnType<typeof useApp> | null,
	instanceId: string,
	{ui, stdin, stdout, signal, keyPressed}: ShellScreen,
): Promise<void> => {
	const aws = ui.services()?.aws;
	if (app === null || aws === undefined) return ui.toast(ours`AWS is still being loaded`);
	const id = shortId(hostile(instanceId));
	await app.suspendTerminal(async () => {
		stdout.write(`unflap: shell on ${shown(hostile(instanceId))} · ~. leaves · ~? helps\r\n`);
		const said = await run(aws, instanceId);
		ui.toast(said);
	});

	async function run(gateway: typeof aws & {}, box: string): Promise<Shown> {
		try {
			const end = await openShell({
				aws: gateway,
				instanceId: box,
				terminal: heardBy(keyPressed, createShellTerminal(stdin, stdout)),
				processClock: ui.processClock,
				stateFolder: ui.settings.paths.state,
				signal,
			});
			return sayEnd(id, end);
		} catch (error) {
			return ours`no shell on ${id}: ${shown(hostile(error instanceof Error ? error.message : String(error)))}`;
		}
	}
};

const heardBy = (keyPressed: () => void, terminal: ShellTerminal): ShellTerminal => ({
	...terminal,
	onInput: listener =>
		terminal.onInput(bytes => {
			keyPressed();
			listener(bytes);
		}),
});

const sayEnd = (id: Shown, end: ShellEnd): Shown => {
	switch (end.kind) {
		case 'left':
			return ours`left the shell on ${id}`;
		case 'ended':
			return end.why === '' ? ours`the shell on ${id} ended` : ours`${id}: ${shown(hostile(end.why))}`;
		case 'gone':
			return ours`${id} is gone: ${shown(hostile(end.why))}`;
		default:
			return ours`${id}: ${shown(hostile(end.why))}`;
	}
};
