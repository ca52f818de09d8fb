import {defineConfig} from 'vitest/config';
import {longTests} from './vitest.proofs.config.ts';

/** Tests of the whole program mostly wait: five at a time keep two cores busy. */
export default defineConfig({
	test: {
		include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
		exclude: ['test/peers/**', 'test/bench/**', ...longTests],
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
