import {defineConfig} from 'vitest/config';

/** Proofs on real processes, a part of each: they take minutes, and two cores for themselves. */
export default defineConfig({
	test: {
		include: [
			'test/hold/processes/*.test.ts',
			'test/stream/loss.test.ts',
			'test/e2e/catch*.test.ts',
			'test/e2e/tour.test.ts',
			'test/cli/edit-user-data.test.ts',
		],
		pool: 'forks',
		maxWorkers: 1,
		testTimeout: 300_000,
		hookTimeout: 60_000,
		retry: 1,
		env: {CI: ''},
	},
});
