/**
 * How the process is asked to end, and who answers. Without anybody who took over, a request aborts `signal` with the
 * exit code as its reason; a hold takes over and releases first.
 */
import type {ExitCode} from './errors.ts';

export type EndRequest =
	/** `count`: how many signals there have been, this one included. */
	| {readonly kind: 'signal'; readonly signal: EndSignal; readonly count: number}
	/** An exception nobody caught, or a rejected promise nobody waited for. */
	| {readonly kind: 'crash'; readonly error: unknown}
	/** Nobody reads our output any more. */
	| {readonly kind: 'broken-pipe'};

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

export type Ending = {
	/** Aborted when the process shall end and nobody took over; the reason is an ExitCode. */
	readonly signal: AbortSignal;
	/**
	 * From now on `handler` hears each request instead of `signal` being aborted. The latest one is asked alone; the
	 * returned function gives back. Who took over ends by returning from its command.
	 */
	readonly takeOver: (handler: (request: EndRequest) => void) => () => void;
	readonly request: (request: EndRequest) => void;
	/** The first request there was, answered by whomever. */
	readonly first: () => EndRequest | undefined;
};

export const createEnding = (): Ending => {
	const controller = new AbortController();
	let handlers: readonly ((request: EndRequest) => void)[] = [];
	let first: EndRequest | undefined;
	return {
		signal: controller.signal,
		takeOver: handler => {
			handlers = [...handlers, handler];
			return () => {
				handlers = handlers.filter(other => other !== handler);
			};
		},
		request: request => {
			first ??= request;
			const handler = handlers.at(-1);
			if (handler === undefined) controller.abort(exitCodeOf(request));
			else handler(request);
		},
		first: () => first,
	};
};

/** The contract's codes: 130, 143 and 129 for signals, 1 for a crash or a broken pipe. */
export const exitCodeOf = (request: EndRequest): ExitCode => {
	if (request.kind !== 'signal') return 1;
	switch (request.signal) {
		case 'SIGINT':
		case 'SIGQUIT':
			return 130;
		case 'SIGTERM':
			return 143;
		case 'SIGHUP':
			return 129;
	}
};
