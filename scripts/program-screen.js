// Runs the built program on a pty with an in-process terminal: what pictures, benches and a curious maintainer use.
import {spawn} from '@lydell/node-pty';
import headless from '@xterm/headless';

const wait = ms =>
	new Promise(resolve => {
		setTimeout(resolve, ms);
	});

/** Starts `file args` on a pty of `columns` x `rows`. The returned screen answers the terminal's queries by itself. */
export const openScreen = ({file, args, columns, rows, environment, folder}) => {
	const terminal = new headless.Terminal({cols: columns, rows, scrollback: 0, allowProposedApi: true});
	const {CI: _, ...rest} = environment;
	const child = spawn(file, args, {
		cols: columns,
		rows,
		cwd: folder,
		env: {TERM: 'xterm-256color', COLORTERM: 'truecolor', ...rest},
	});
	const state = {exit: undefined, bytes: 0};
	child.onData(data => {
		state.bytes += data.length;
		terminal.write(data);
	});
	child.onExit(({exitCode, signal}) => {
		state.exit = {exitCode, signal};
	});
	terminal.onData(reply => {
		if (!state.exit) child.write(reply);
	});
	const text = () =>
		Array.from(
			{length: terminal.rows},
			(_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
		).join('\n');
	const until = async (found, {seconds = 30, what = String(found)} = {}) => {
		const deadline = performance.now() + seconds * 1000;
		for (;;) {
			const seen = text();
			if (typeof found === 'function' ? found(seen) : found.test(seen)) return seen;
			if (performance.now() > deadline) throw new Error(`never seen: ${what}\n${seen}`);
			await wait(30);
		}
	};
	return {
		terminal,
		text,
		until,
		state,
		pid: child.pid,
		press: async (...keys) => {
			for (const key of keys) {
				child.write(key);
				await wait(100);
			}
		},
		write: data => child.write(data),
		resize: (newColumns, newRows) => {
			child.resize(newColumns, newRows);
			terminal.resize(newColumns, newRows);
		},
		kill: signal => child.kill(signal),
		ended: async (seconds = 20) => {
			const deadline = performance.now() + seconds * 1000;
			while (!state.exit && performance.now() < deadline) await wait(30);
			return state.exit;
		},
	};
};

export {wait};
