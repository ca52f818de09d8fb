import {defineConfig} from 'vitest/config';

/** The longest tests of the whole program. Without them `npm test` takes less than ten minutes; test:proofs runs them. */
export const longTests = [
	'test/hold/processes/*.test.ts',
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
];

/** Proofs on real processes, a part of each, which want two cores for themselves; and the longest tests. */
export default defineConfig({
	test: {
		include: longTests,
		pool: 'forks',
		maxWorkers: 1,
		testTimeout: 300_000,
		hookTimeout: 60_000,
		expect: {poll: {timeout: 15_000}},
		retry: 1,
		env: {CI: ''},
	},
});
