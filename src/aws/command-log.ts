/** The command log `@`: every change unflap sends, with the AWS CLI line that does the same, and its undo. */
import type {AwsClock} from '../base/clock.ts';
import {describeChange} from './describe-change.ts';
import {createFeed} from './feed.ts';
import type {AwsFacts, Feed, LoggedCall} from './types.ts';

export type CommandLog = Feed<LoggedCall> & {
	/** Returns what settles the row; `output` is what AWS answered. */
	readonly start: (
		operation: string,
		input: unknown,
	) => (outcome: LoggedCall['outcome'], output?: unknown) => void;
};

export const createCommandLog = (clock: AwsClock, facts: AwsFacts): CommandLog => {
	const feed = createFeed<LoggedCall>();
	return {
		...feed,
		start: (operation, input) => {
			const sent: LoggedCall = {
				at: clock.now(),
				operation,
				...describeChange({operation, input, output: undefined}, facts),
				outcome: {state: 'sent'},
			};
			let row = sent;
			feed.replace([...feed.entries(), sent]);
			return (outcome, output) => {
				// What undoes a started automation is known by its answer alone.
				const settled = {...row, ...describeChange({operation, input, output}, facts), outcome};
				feed.replace(feed.entries().map(entry => (entry === row ? settled : entry)));
				row = settled;
			};
		},
	};
};
