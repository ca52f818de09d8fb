// Starts `unflap lab` for a bench or a script, and stops it by pid.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const program = join(root, 'bin/unflap.js');

/** @returns {Promise<{environment: NodeJS.ProcessEnv, line: any, stop: () => void}>} an environment of its own, with folders that `stop` removes. */
export const openLab = async (...args) => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-bench-'));
	const child = spawn(process.execPath, [program, 'lab', ...args], {stdio: ['pipe', 'pipe', 'inherit']});
	const line = await new Promise((resolve, reject) => {
		createInterface({input: child.stdout}).once('line', text => resolve(JSON.parse(text)));
		child.once('exit', code => reject(new Error(`the lab ended with ${code}`)));
	});
	const environment = {
		PATH: process.env.PATH,
		HOME: folder,
		XDG_STATE_HOME: join(folder, 'state'),
		XDG_CONFIG_HOME: join(folder, 'config'),
		XDG_CACHE_HOME: join(folder, 'cache'),
		...line.env,
	};
	return {
		environment,
		line,
		stop: () => {
			child.kill('SIGTERM');
			rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
		},
	};
};

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const row = (what, measured, goal, peer = '') =>
	console.log(JSON.stringify({what, measured, goal, peer}));
