// Runs one step of a script with a heading, and ends the script when the step fails.
import {spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = name => join(root, 'node_modules', ...name);

export const tools = {
	tsc: bin(['typescript', 'bin', 'tsc']),
	biome: bin(['@biomejs', 'biome', 'bin', 'biome']),
	vitest: bin(['vitest', 'vitest.mjs']),
};

/** Runs `node FILE ARGS…` in the project's folder; exits with its code when it is not 0. */
export const step = (heading, file, args, environment = {}) => {
	process.stdout.write(`\n# ${heading}\n`);
	const {status, signal} = spawnSync(process.execPath, [file, ...args], {
		cwd: root,
		stdio: 'inherit',
		env: {...process.env, ...environment},
	});
	if (status === 0) return;
	process.stdout.write(`${heading}: ${signal ?? `exit ${status}`}\n`);
	process.exit(status ?? 1);
};
