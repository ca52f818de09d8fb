import {defineConfig} from 'vitest/config';

/** Peers: optional ones (moto, session-manager-plugin) only when asked for, so that nothing is skipped in silence. */
export default defineConfig({
	test: {
		include: [
			'test/peers/*.test.ts',
			...(process.env['UNFLAP_PEERS_OPTIONAL'] === '1' ? ['test/peers/optional/*.test.ts'] : []),
		],
		pool: 'forks',
		maxWorkers: 1,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		env: {CI: ''},
	},
});
