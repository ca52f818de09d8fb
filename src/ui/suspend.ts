/** ctrl-z: the terminal is given back, the whole job stops, and after `fg` the screen is painted anew. */
import {once} from 'node:events';
import type {useApp} from 'ink';

export const suspendProcess = async (
	app: ReturnType<typeof useApp> | null,
	resumed: () => void,
): Promise<void> => {
	if (app === null) return;
	await app.suspendTerminal(async () => {
		const goesOn = once(process, 'SIGCONT');
		// The whole group: an older Node's door, or npm, stands between us and the shell.
		process.kill(0, 'SIGTSTP');
		await goesOn;
	});
	resumed();
};
