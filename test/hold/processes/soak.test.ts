/** A short soak with few holds; `npm run prove -- --soak` runs ten of them for five minutes. */
import {expect, test} from 'vitest';
import {soak} from './soak.ts';

test('holds of one group that come and are killed at random never let it run for 15 s, and leave nothing', async () => {
	const result = await soak({seconds: 30, holds: 4});
	expect(result.held).toBeGreaterThanOrEqual(4);
	expect(result.longestGapSeconds).toBeLessThanOrEqual(15);
	expect(result.left).toEqual([]);
}, 300_000);
