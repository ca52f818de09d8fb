/** Every request that reached the lab with a valid signature, for tests that ask what was called. */
export type LoggedRequest = {
	readonly number: number;
	/** Lab time, ISO. */
	readonly at: string;
	readonly service: string;
	readonly operation: string;
	readonly mutating: boolean;
	/** As `readable` makes them. */
	readonly params: unknown;
	readonly caller: string;
	readonly region: string;
	readonly group: string | null;
	readonly box: string | null;
	/** From `amz-sdk-request`, or 1. */
	readonly attempt: number;
	/** Whether the lab's state answers for it: false for refused, faulted and lost-before requests. */
	applied: boolean;
	/** HTTP status answered, or null when the answer was lost or is still held. */
	status: number | null;
	error: string | null;
};

const kept = 20_000;

export type RequestLog = {
	readonly add: (request: Omit<LoggedRequest, 'number' | 'applied' | 'status' | 'error'>) => LoggedRequest;
	/** Those with a number above `after`. */
	readonly since: (after: number) => readonly LoggedRequest[];
};

export const createRequestLog = (): RequestLog => {
	const requests: LoggedRequest[] = [];
	let count = 0;
	return {
		add(request) {
			count += 1;
			const logged: LoggedRequest = {...request, number: count, applied: false, status: null, error: null};
			requests.push(logged);
			if (requests.length > kept * 1.25) requests.splice(0, requests.length - kept);
			return logged;
		},
		since: after => requests.filter(({number}) => number > after),
	};
};
