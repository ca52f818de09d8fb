/** A probe beside a verdict: its facts, or why there are none. */
import type {Aws} from '../aws/types.ts';
import {UnflapError} from '../base/errors.ts';
import type {Facts} from '../verdict/types.ts';
import type {CommandContext} from './command.ts';
import {type ProbeThere, probeThere} from './probe-there.ts';

type Probed = Pick<Facts, 'probe' | 'listening' | 'unread'>;

export const notProbed: Probed = {probe: null, listening: null, unread: []};

/** A verdict stands without it: what went wrong is one of the things that were not read. */
export const probeBeside = async (
	context: CommandContext,
	aws: Aws,
	there: Omit<ProbeThere, 'port'>,
): Promise<Probed> => {
	try {
		const probe = await probeThere(context, aws, {...there, port: null});
		return {probe, listening: probe.listening, unread: []};
	} catch (error) {
		if (!(error instanceof UnflapError) || error.kind === 'bug' || context.signal.aborted) throw error;
		return {...notProbed, unread: [`the box itself, by a probe: ${error.message}`]};
	}
};
