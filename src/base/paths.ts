/** Where unflap keeps things, after the XDG base directory specification (a relative value there counts as unset). */
import {homedir} from 'node:os';
import {isAbsolute, join} from 'node:path';

export type Paths = {
	readonly configFile: string;
	readonly state: string;
	readonly cache: string;
	readonly spool: string;
};

export const pathsOf = (environment: Readonly<NodeJS.ProcessEnv>): Paths => {
	const home = environment['HOME'] || homedir();
	const folder = (variable: string, fallback: string) => {
		const value = environment[variable];
		return join(value !== undefined && isAbsolute(value) ? value : join(home, fallback), 'unflap');
	};
	const state = folder('XDG_STATE_HOME', '.local/state');
	return {
		configFile: join(folder('XDG_CONFIG_HOME', '.config'), 'config.json'),
		state,
		cache: folder('XDG_CACHE_HOME', '.cache'),
		spool: join(state, 'spool'),
	};
};
