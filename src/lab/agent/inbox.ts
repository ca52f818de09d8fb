/** The agent's receiving side: in order, each once, repetitions acknowledged again, the early ones kept. */
import type {AgentFrame} from './agent-frame.ts';

const mostEarly = 100_000;

/**
 * @param handle takes frames in sequence and says whether they may be acknowledged now; `later` frames are acknowledged
 * by the handler itself.
 */
export const createInbox = (
	handle: (frame: AgentFrame) => 'acknowledge' | 'later' | 'refuse',
	acknowledge: (frame: AgentFrame) => void,
): ((frame: AgentFrame) => void) => {
	const early = new Map<number, AgentFrame>();
	let expected = 0;
	const take = (frame: AgentFrame, isAcknowledged: boolean): boolean => {
		const answer = handle(frame);
		if (answer === 'refuse') return false;
		expected += 1;
		if (answer === 'acknowledge' && !isAcknowledged) acknowledge(frame);
		return true;
	};
	return frame => {
		if (frame.sequence < expected) return acknowledge(frame);
		if (frame.sequence > expected) {
			if (early.size >= mostEarly) return;
			early.set(frame.sequence, frame);
			return acknowledge(frame);
		}
		if (!take(frame, false)) return;
		for (let next = early.get(expected); next !== undefined; next = early.get(expected)) {
			early.delete(expected);
			if (!take(next, true)) return;
		}
	};
};
