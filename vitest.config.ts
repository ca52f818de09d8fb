import {defineConfig} from 'vitest/config';

/** Tests of the whole program mostly wait: five at a time keep two cores busy. */
export default defineConfig({
	test: {
		include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
		// test:proofs has the long proofs on real processes, and the longest tests of the whole program.
		exclude: [
			'test/peers/**',
			'test/bench/**',
			'test/hold/processes/**',
			'test/stream/loss.test.ts',
			'test/e2e/catch*.test.ts',
			'test/e2e/tour.test.ts',
			'test/cli/edit-user-data.test.ts',
			'test/cli/edit.test.ts',
			'test/e2e/hold-silent.test.ts',
			'test/e2e/hostile-background.test.ts',
			'test/e2e/secret-in-journal.test.ts',
			'test/e2e/twenty-minutes.test.ts',
			'test/stories/catch.test.ts',
		],
		pool: 'forks',
		maxWorkers: 5,
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// A poll waits for a state; its usual second is no measure of anything here.
		expect: {poll: {timeout: 15_000}},
		// Whole programs on two busy cores: a second try tells a late machine from a fault, and is printed.
		retry: 1,
		// The program under test decides about colour by itself; CI in the environment would switch it off.
		env: {CI: ''},
		reporters: ['default'],
	},
});
