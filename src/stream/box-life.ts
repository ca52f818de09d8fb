/** Whether a box lives, and whether its agent answers: asked of EC2 and SSM, never concluded from a silent socket. */
import {UnflapError} from '../base/errors.ts';
import type {Hostile} from '../base/text.ts';
import {instanceWatchOf} from './instance-watch.ts';
import type {BoxStreamOptions} from './types.ts';

export type BoxLife = {
	/** Why the box is gone, or null while EC2 knows it as alive, or cannot be asked. */
	readonly goneWhy: () => Promise<Hostile | null>;
	/** Null when the agent can be asked for a session, otherwise why not. */
	readonly whyNoAgent: (signal: AbortSignal) => Promise<Hostile | null>;
};

const goneStates = ['shutting-down', 'terminated', 'stopping', 'stopped'];

export const createBoxLife = ({
	aws,
	instanceId,
	causeOfDeath,
}: Pick<BoxStreamOptions, 'aws' | 'instanceId' | 'causeOfDeath'>): BoxLife => ({
	goneWhy: async () => {
		try {
			const instance = await instanceWatchOf(aws).look(instanceId);
			if (instance === null) return 'EC2 does not know it any more';
			if (!goneStates.includes(instance.state)) return null;
			return (await causeOfDeath?.()) ?? instance.stateReason ?? instance.state;
		} catch (error) {
			// The gateway lists the refusal among the errors; a box that may live is not given up for it.
			if (error instanceof Error) return null;
			throw error;
		}
	},
	whyNoAgent: async signal => {
		try {
			const connected = await aws.polling.ssmConnected(instanceId, {signal});
			return connected ? null : 'the SSM agent does not answer yet';
		} catch (error) {
			// Who may not ask for the status may still be allowed to start a session.
			if (error instanceof UnflapError && error.kind === 'denied') return null;
			return messageOf(error);
		}
	},
});

export const messageOf = (error: unknown): Hostile =>
	error instanceof Error ? error.message : String(error);
